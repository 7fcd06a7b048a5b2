"""``explain``: how an article came out of a page or a text, and what was decided against."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wireroom.clean import fragment, page, syndicated
from wireroom.clean.extracted import Extracted, evidence
from wireroom.clean.reasons import Refused
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.storage import reading
from wireroom.storage.pool import open_pool

LARGEST = 16_000_000  # bytes of a file that is read
LONGEST_VALUE = 100  # characters of a value in the table of facts

KEPT, LEFT, ASIDE = "green", "red", "dim"


def explain_file(path: Path, url: str, *, as_json: bool) -> int:
    """Run clean on a file, a page or a text, and say what it did."""
    raw = path.read_bytes()[:LARGEST]
    text = raw.decode("utf-8", "replace")
    is_page = fragment.is_page(text) or text.lstrip()[:1] == "<"
    try:
        found = page.extract(raw, url) if is_page else syndicated.parse(text)
    except Refused as refused:
        raise Trouble(f"{path}: refused as {refused.reason}: {refused}") from refused
    if as_json:
        print_json(as_plain(found, None if is_page else text))
        return 0
    console = Console()
    _head(console, found.title, "page" if is_page else "syndicated text", str(path))
    _facts(console, map(asdict, evidence(found)))
    if is_page:
        _page(console, found)
    else:
        _text(console, found, text)
    return 0


def explain_stored(what: str, settings: Settings, *, as_json: bool) -> int:
    """Say what the database knows of how an article became what it is."""
    row = asyncio.run(_row(what, settings))
    if row is None:
        raise Trouble(f"{what}: no such file, and no such article in the database")
    if as_json:
        print_json(row)
        return 0
    print_row(Console(), row)
    return 0


def print_row(console: Console, row: Mapping[str, Any]) -> None:
    """An article as ``reading.show`` gives it: facts with their losers, spans, versions."""
    _head(console, row["title"], row["details"].get("kind", "article"), str(row["url"] or ""))
    told = row["evidence"] or [
        {"field": name, "value": _shown(row.get(name)), "source": source}
        for name, source in row["provenance"].items()
    ]
    _facts(console, told)
    _removed_of(console, row["removed"])
    _versions(console, row)


async def _row(what: str, settings: Settings) -> dict[str, Any] | None:
    async with open_pool(settings.postgres) as pool:
        return await reading.show(pool, what)


def as_plain(found: Extracted, text: str | None) -> dict[str, Any]:
    """The same as plain values; removed spans with their words. Pure."""
    plain = asdict(found)
    plain["removed"] = [
        {**asdict(span), "words": (text or "")[span.at : span.at + span.length]}
        for span in found.removed
    ]
    plain["claims"] = [asdict(one) for one in evidence(found)]
    return plain


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value) if value is not None else "—"


def _head(console: Console, title: str | None, kind: str, where: str) -> None:
    console.print(Text(title or "(no title)", style="bold"))
    console.print(Text(f"{kind}  {where}", style=ASIDE))
    console.print()


def _facts(console: Console, claims: Iterable[Mapping[str, Any]]) -> None:
    """A line for each fact, and below it in grey the values that lost."""
    table = Table("fact", "value", "source", "sure", box=None, padding=(0, 2, 0, 0))
    for one in sorted(claims, key=lambda c: (c["field"], not c.get("chosen", True))):
        chosen = one.get("chosen", True)
        sure = one.get("confidence")
        cells = (
            one["field"] if chosen else "",
            ("" if chosen else "not: ") + one["value"][:LONGEST_VALUE],
            one["source"],
            "" if sure is None else f"{sure:.2f}",
        )
        style = "" if chosen else ASIDE
        table.add_row(*(Text(cell, style=style) for cell in cells))
    console.print(table)
    console.print()


def _page(console: Console, found: Extracted) -> None:
    kind = found.kind if not found.body_missing else f"{found.kind}, no body: {found.body_missing}"
    source = found.provenance.get("text", "nothing")
    console.print(Text(f"Kept: {len(found.blocks)} blocks by {source} ({kind})", style="bold"))
    for part in found.blocks:
        name = f"h{part.level}" if part.level else part.kind
        console.print(Text(f"+ {name:<12} ", style=KEPT) + Text(part.text))
    if not found.left_out:
        return
    console.print()
    console.print(Text(f"Left out: {len(found.left_out)} blocks", style="bold"))
    table = Table("", "why", "score", "chars", "begins", box=None, padding=(0, 2, 0, 0))
    for one in found.left_out:
        start = Text(one.start, style=ASIDE)
        cells = (Text("-", style=LEFT), Text(one.cause, style=LEFT), f"{one.score:.2f}")
        table.add_row(*cells, str(one.length), start)
    console.print(table)


def _text(console: Console, found: Extracted, text: str) -> None:
    """Before, with what goes out in red and the rule behind it; then after."""
    console.print(Text("Before", style="bold"))
    console.print(marked(text, [(r.at, r.length, r.rule) for r in found.removed]))
    console.print()
    console.print(Text("After", style="bold"))
    for paragraph in found.text.split("\n"):
        console.print(Text("+ ", style=KEPT) + Text(paragraph))
    if found.headlines:
        console.print()
        console.print(Text("Headlines beside it", style="bold"))
        for headline in found.headlines:
            console.print(Text(f"  {headline.language}  {headline.text}", style=ASIDE))


def marked(text: str, spans: Sequence[tuple[int, int, str]]) -> Text:
    """The text with its removed spans, as (offset, length, rule), marked. Pure."""
    shown, at = Text(), 0
    for start, length, rule in sorted(spans):
        if start < at:
            continue
        shown.append(text[at:start])
        shown.append("[-" + text[start : start + length] + "-]", style=LEFT)
        shown.append(f" {rule} ", style=f"{ASIDE} italic")
        at = start + length
    shown.append(text[at:])
    return shown


def _removed_of(console: Console, removed: Sequence[Mapping[str, Any]]) -> None:
    if not removed:
        return
    table = Table("removed by", "at", "chars", box=None, padding=(0, 2, 0, 0))
    for span in removed:
        table.add_row(Text(span["rule"], style=LEFT), str(span["at"]), str(span["length"]))
    console.print(table)
    console.print()


def _versions(console: Console, row: Mapping[str, Any]) -> None:
    table = Table.grid(padding=(0, 2))
    done = "  ".join(f"{stage} {version}" for stage, version in row["versions"].items())
    table.add_row("made by", Text(done))
    details = {k: v for k, v in row["details"].items() if k != "kind"}
    table.add_row("details", Text("  ".join(f"{k}={_shown(v)}" for k, v in details.items()) or "—"))
    table.add_row("revision", Text(str(row["revision"])))
    for old in row["revisions"]:
        words = (
            f"{old['revision']} until {old['replaced_at']:%Y-%m-%d %H:%M}  {old['title'] or '—'}"
        )
        table.add_row("before", Text(words, style=ASIDE))
    console.print(table)
