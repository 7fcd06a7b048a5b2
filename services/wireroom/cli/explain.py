"""``explain``: how an article came out of a page or a text, and what was decided against.

Of a stored article the facts are those of its row. What stood on its page is read again from the
record that clean was given, as long as Kafka keeps it; of what was dropped there is nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from wireroom.clean import fragment
from wireroom.clean.account import Account, of_page, of_text
from wireroom.clean.extracted import evidence
from wireroom.clean.reasons import Refused
from wireroom.clean.versions import VERSIONS
from wireroom.clean.work import unpacked
from wireroom.cli import explained
from wireroom.cli.composition import codec
from wireroom.cli.output import print_json
from wireroom.cli.reasons import MEANINGS
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.events import ArticleFetched
from wireroom.storage import ledger_trace, reading
from wireroom.storage.pool import open_pool
from wireroom.web.headers import charset
from wireroom.wire.codec import Undecodable
from wireroom.wire.kafka import log
from wireroom.wire.settings import Settings as Kafka
from wireroom.wire.transport import Gone

LARGEST = 16_000_000  # bytes of a file that is read


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an article that was handed in.

    ``row``: as ``reading.show`` gives it. ``submission``: as ``ledger_trace.trace`` gives it, the
    newest. ``account``: of the content that clean was given; else ``note`` says why there is none.
    """

    row: Mapping[str, Any] | None
    submission: Mapping[str, Any] | None
    account: Account | None
    note: str


def explain_file(path: Path, url: str, *, as_json: bool) -> int:
    """Run clean on a file, a page or a text, and say what it did."""
    raw = path.read_bytes()[:LARGEST]
    text = raw.decode("utf-8", "replace")
    try:
        is_page = fragment.is_page(text) or text.lstrip()[:1] == "<"
        account = of_page(raw, url) if is_page else of_text(text, url)
    except Refused as refused:
        raise Trouble(f"{path}: refused as {refused.reason}: {refused}") from refused
    if as_json:
        print_json(as_plain(account))
    else:
        explained.print_account(explained.console(), account, str(path))
    return 0


def explain_stored(what: str, settings: Settings, *, as_json: bool) -> int:
    """Say how an article that was handed in became what it is, or why it became nothing."""
    found = asyncio.run(stored(what, settings))
    if found.row is None and found.submission is None:
        raise Trouble(f"{what}: no such file, and no such article in the database")
    if as_json:
        told = as_plain(found.account) if found.account else {}
        print_json({**(found.row or {}), "submission": found.submission, "clean": told})
    else:
        print_stored(explained.console(), what, found)
    return 0


def print_stored(out: Console, what: str, found: Stored) -> None:
    """Its row and how that came, or where its way ended and what was on the page."""
    if found.row is not None:
        explained.print_row(out, found.row, found.account, found.note)
    elif found.submission is not None:
        explained.print_end(out, what, found.submission, MEANINGS)
        if found.account is not None:
            explained.print_account(out, found.account, what)
        else:
            explained.say(out, found.note)


async def stored(what: str, settings: Settings) -> Stored:
    """What Postgres and Kafka know of an article, by its id or any of its URLs."""
    async with open_pool(settings.postgres) as pool:
        row = await reading.show(pool, what)
        known = await ledger_trace.trace(pool, what)
    submissions = known["submissions"] if known else []
    if row is None and not submissions:
        return Stored(None, None, None, "")
    newest = submissions[-1] if submissions else None
    account, note = await _account(submissions, settings.kafka)
    made = (row or {}).get("versions", {})
    if account is not None and any(made.get(name, of) != of for name, of in VERSIONS.items()):
        by = ", ".join(f"{name} {made[name]}" for name in VERSIONS if name in made)
        note = f"What was left out is of reading the page again just now; the row is of {by}."
    return Stored(row, newest, account, note)


async def _account(submissions: Any, kafka: Kafka) -> tuple[Account | None, str]:
    """Of the newest content that clean was given, or why there is none."""
    hops = [hop for one in submissions for hop in one["hops"] if hop["stage"] == "clean"]
    if not hops:
        return None, "The ledger knows of no content that clean was given."
    place = hops[-1]
    try:
        record = await log.one(kafka, place["topic"], place["partition"], place["offset"])
        if record is None:
            return None, "Kafka keeps a page for seven days; the page of this article is gone."
        event = codec().decode(record.value, ArticleFetched, record.headers)
        return _of_event(event), ""
    except (Gone, TimeoutError) as error:
        return None, f"Kafka does not answer, so the page is not here: {error}"
    except (Undecodable, Refused) as error:
        return None, f"The content cannot be read: {error}"


def _of_event(event: ArticleFetched) -> Account:
    url = event.final_url or event.submission.url or ""
    if event.text is not None:
        return of_text(event.text, url)
    return of_page(unpacked(event.html or b""), url, charset(event.content_type or ""))


def as_plain(account: Account) -> dict[str, Any]:
    """The same as plain values; removed spans with their words. Pure."""
    found = account.extracted
    plain = asdict(found)
    plain["removed"] = [
        {**asdict(span), "words": account.before[span.at : span.at + span.length]}
        for span in found.removed
    ]
    plain["claims"] = [asdict(one) for one in evidence(found)]
    plain["no_article"] = asdict(account.none) if account.none else None
    return plain
