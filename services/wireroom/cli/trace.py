"""``trace``: the biography of one article on one screen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.ledger import trace as biography
from wireroom.storage import ledger_trace
from wireroom.storage.pool import open_pool

PIPED = 200  # columns where there is no screen to fit on
GOOD = ("indexed", "revised", "duplicate", "unchanged")
STYLES = {"dead": "bold red", "dropped": "yellow", "parked": "yellow"}


def trace(what: str, settings: Settings, *, as_json: bool) -> int:
    found = asyncio.run(_found(what, settings))
    if found is None:
        raise Trouble(
            f"{what}: the ledger knows no article and no submission by it, and there is no row; "
            "what was handed in a moment ago may take a second"
        )
    if as_json:
        print_json(found)
        return 0
    console = Console()
    show(console if console.is_terminal else Console(width=PIPED), found)
    return 0


async def _found(what: str, settings: Settings) -> dict[str, Any] | None:
    async with open_pool(settings.postgres) as pool:
        return await ledger_trace.trace(pool, what)


def show(console: Console, found: Mapping[str, Any]) -> None:
    facts = Table.grid(padding=(0, 2))
    for label, text in biography.subject(found):
        facts.add_row(Text(label, style="dim"), Text(text))
    console.print(facts)
    for submission in found["submissions"]:
        state = submission["state"]
        style = "bold green" if state in GOOD else STYLES.get(state, "bold")
        console.print()
        console.print(
            Text.assemble(
                (biography.standing(submission, datetime.now(UTC)), style),
                f"   {biography.origin(submission)}   submission {submission['submission_id']}",
            )
        )
        columns = [Column(name, overflow="fold") for name in biography.HOP_COLUMNS]
        hops = Table(*columns, box=None)
        for row in biography.hops(submission):
            hops.add_row(*map(Text, row))
        console.print(hops if submission["hops"] else "  no hops: older than the ledger keeps them")
    if not found["submissions"]:
        console.print("\nthe ledger knows nothing of how it came here")
