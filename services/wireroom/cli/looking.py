"""``show`` and ``search``: what is in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wireroom.cli.drawn import drawn, kinds
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.storage import reading
from wireroom.storage.pool import open_pool

Row = Mapping[str, Any]  # a row as the database has it, by column


def show(what: str, settings: Settings, *, as_json: bool) -> int:
    row = asyncio.run(_show(what, settings))
    if row is None:
        raise Trouble(
            f"{what}: no such article in the database; `wireroom journal {what}` tells where it is"
        )
    if as_json:
        print_json(row)
        return 0
    _print(row)
    return 0


async def _show(what: str, settings: Settings) -> Row | None:
    async with open_pool(settings.postgres) as pool:
        return await reading.show(pool, what)


def _print(row: Row) -> None:
    console = Console()
    facts = Table.grid(padding=(0, 2))
    subjects = ", ".join(f"{s['name']} ({s['confidence']:.2f})" for s in row["subjects"])
    phrases = ", ".join(phrase["text"] for phrase in row["keyphrases"])
    for name in ("article_id", "url", "canonical_url", "source", "published_at", "language"):
        facts.add_row(name, Text(str(row[name] or "—")))
    facts.add_row("authors", Text(", ".join(row["authors"]) or "—"))
    facts.add_row("subjects", Text(subjects or "unknown"))
    facts.add_row("keyphrases", Text(phrases or "—"))
    for name in ("kind", "body_missing", "section", "tags", "licence", "is_free"):
        if (told := row["details"].get(name)) is not None:
            facts.add_row(name, Text(", ".join(told) if isinstance(told, list) else str(told)))
    for name in (
        "modified_at",
        "copyright_notice",
        "revision",
        "duplicate_of",
        "first_seen_at",
        "indexed_at",
    ):
        facts.add_row(name, Text(str(row[name] or "—")))
    console.print(Text(row["title"] or "(no title)", style="bold"))
    console.print(facts)
    console.print()
    last = ""
    for kind, _, line in kinds(row["text"], row["blocks"]):
        if last and (kind != last or kind in ("paragraph", "quote")):
            console.print()
        console.print(drawn(kind, line))
        last = kind
    console.print()
    if row["headlines"]:
        console.print(Text("Headlines beside it", style="bold"))
        for headline in row["headlines"]:
            console.print(Text(f"  {headline['language'] or 'und'}  {headline['text']}"))


def search(
    words: str, settings: Settings, *, filters: Mapping[str, str | None], best: bool, as_json: bool
) -> int:
    """``filters``: language, source, since."""
    found = asyncio.run(_search(words, settings, filters, best))
    if as_json:
        print_json(found)
        return 0
    table = Table("published", "lang", "source", "title", box=None)
    for row in found:
        when = row["published_at"] or row["first_seen_at"]
        table.add_row(str(when)[:16], row["language"], row["source"], Text(row["title"] or "—"))
    Console().print(table if found else f"nothing found for {words!r}")
    return 0


async def _search(
    words: str, settings: Settings, filters: Mapping[str, str | None], best: bool
) -> Sequence[Row]:
    since = filters.get("since")
    async with open_pool(settings.postgres) as pool:
        return await reading.search(
            pool,
            words,
            language=filters.get("language"),
            source=filters.get("source"),
            since=_day(since) if since else None,
            order="best" if best else "newest",
        )


def _day(since: str) -> datetime:
    try:
        found = datetime.fromisoformat(since)
    except ValueError as error:
        raise Trouble(f"--since {since}: give a day or a time as 2026-01-31T08:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
