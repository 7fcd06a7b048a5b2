"""``dead list``: groups of letters that died in the same way."""

from __future__ import annotations

import asyncio
import sys

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from wireroom.cli.dead.choosing import chosen, standings
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.replay import Choice, Group, Groups

DETAIL = 80  # characters
WIDE = 200  # columns, where nobody's terminal sets them


def listing(choice: Choice, settings: Settings, *, settled: bool, as_json: bool) -> int:
    """``settled``: also those that were replayed or dropped, and what became of them."""
    groups = asyncio.run(_groups(choice, settings, settled))
    if as_json:
        print_json([group.fields() for group in groups.sorted()])
    elif groups.total:
        console().print(table(groups.sorted(), settled=settled))
    elif settled:
        Console().print("no dead letters")
    else:
        Console().print("no open dead letters; --all lists those replayed and dropped too")
    return 0


def console() -> Console:
    """As wide as the terminal; in a pipe wide enough that nothing is cut that one may need."""
    return Console(width=None if sys.stdout.isatty() else WIDE)


async def _groups(choice: Choice, settings: Settings, settled: bool) -> Groups:
    groups = Groups()
    async with standings(settings) as known:
        async for found in chosen(settings, choice, known, settled=settled):
            for letter, fate in found:
                groups.add(letter, fate)
    return groups


def table(groups: list[Group], *, settled: bool) -> Table:
    """``settled``: with what became of those that are no longer open."""
    states = ("open", "replayed", "dropped", "became") if settled else ("open",)
    names = ("stage", "reason", "hash", *states, "first", "last", "example")
    shown = Table(*(Column(name, no_wrap=name != "became") for name in names), box=None)
    shown.add_column("detail", no_wrap=True, overflow="ellipsis")
    for group in groups:
        fields = group.fields()
        became = ", ".join(f"{name} {n}" for name, n in group.became.most_common())
        counts = [became if state == "became" else str(fields[state]) for state in states]
        first, last = (str(fields[name])[:16].replace("T", " ") for name in ("first", "last"))
        detail = Text(group.example.note("detail")[:DETAIL])
        shown.add_row(
            group.stage, group.reason, group.hash, *counts, first, last, group.example.id, detail
        )
    return shown
