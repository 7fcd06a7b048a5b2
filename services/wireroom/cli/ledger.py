"""``ledger``: where everything is that was handed in, in a sum that adds up."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wireroom.cli.dead.choosing import moment
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.ledger import GROUPS
from wireroom.ledger.states import STAGES, STATES
from wireroom.storage import ledger, ledger_reading
from wireroom.storage.ledger_reading import Balance, By, Check
from wireroom.storage.pool import open_pool

Row: TypeAlias = Mapping[str, Any]


CHECKED = 1_000  # submissions that a check names at most
TIERS = ("due", "1m", "10m", "2h", "longer")
SILENT = 30.0  # seconds without a look of the service, which looks every 5


def balance(since: str | None, settings: Settings, *, probes: bool, as_json: bool) -> int:
    """Status 1 when something is missing, or the sum is not what was accepted."""
    begin = hour(since)

    async def ask() -> tuple[Balance, int | None]:
        async with open_pool(settings.postgres) as pool:
            found = await ledger_reading.balance(pool, begin, probes=probes)
            return found, await ledger_reading.count_missing(pool, settings.ledger.deadline)

    found, missing = asyncio.run(ask())
    lines = sorted(found.lines, key=_printing_order)
    wrong = bool(missing) or found.accepted != sum(line["records"] for line in lines)
    if as_json:
        print_json(
            {
                "since": begin,
                "accepted": found.accepted,
                "lines": lines,
                "parked": found.parked,
                "oldest": found.oldest,
                "missing": missing,
                "strangers": found.strangers,
                "read": found.reading,
            }
        )
        return int(wrong)
    said = sentences(found, missing, datetime.now(UTC))
    sys.stdout.write("\n".join([table(lines, found.accepted), "", *said]) + "\n")
    return int(wrong)


def grouped(by: By, since: str | None, settings: Settings, *, probes: bool, as_json: bool) -> int:
    """One row per hour, source or language, one column per state that occurs."""
    begin = hour(since)

    async def ask() -> list[dict[str, Any]]:
        async with open_pool(settings.postgres) as pool:
            return await ledger_reading.grouped(pool, by, begin, probes=probes)

    found = asyncio.run(ask())
    if as_json:
        print_json(found)
        return 0
    cells: dict[Any, dict[str, int]] = defaultdict(dict)
    for row in found:
        cells[row["key"]][row["state"]] = row["records"]
    states = [state for state in STATES if any(state in row for row in cells.values())]
    shown = Table(by, "accepted", *states, box=None)
    sums = {key: sum(row.values()) for key, row in cells.items()}
    for key in sorted(cells) if by == "hour" else sorted(cells, key=lambda key: -sums[key]):
        name = f"{key:%Y-%m-%d %H:00}" if isinstance(key, datetime) else str(key or "—")
        counts = [str(cells[key].get(state, "")) for state in states]
        shown.add_row(Text(name), str(sums[key]), *counts)
    Console().print(shown if found else "nothing was accepted")
    return 0


def missing(limit: int, settings: Settings, *, as_json: bool) -> int:
    """Status 1 when there is something."""

    async def ask() -> list[dict[str, Any]]:
        async with open_pool(settings.postgres) as pool:
            return await ledger_reading.missing(pool, settings.ledger.deadline, limit)

    found = asyncio.run(ask())
    if as_json:
        print_json(found)
        return int(bool(found))
    shown = Table("last sign", "at", "last line", "record", "article", "source", box=None)
    for row in found:
        shown.add_row(
            f"{row['since']:%Y-%m-%d %H:%M:%S}",
            str(row["stage"]),
            f"{row['hop_stage'] or ''} {row['hop_event'] or ''}",
            f"{row['hop_topic']}/{row['hop_part']}/{row['hop_offset']}",
            str(row["article_id"] or row["submission_id"]),
            Text(row["source"] or "—"),
        )
    Console().print(shown if found else "nothing is missing")
    return int(bool(found))


def rebuild(days: int, settings: Settings, *, sure: bool) -> int:
    if not sure:
        raise Trouble(
            f"this forgets what was accepted in the last {days} days and reads it again from "
            "Kafka; the counts grow anew meanwhile. Say --yes"
        )

    async def forget() -> int:
        async with open_pool(settings.postgres) as pool:
            return await ledger.rebuild(pool, GROUPS, timedelta(days=days))

    count = asyncio.run(forget())
    Console().print(f"forgotten: {count}. A running ledger ends, and begins at the oldest record.")
    return 0


def check(settings: Settings, *, as_json: bool) -> int:
    """Status 1 when ledger and tables disagree."""

    async def compare() -> Check:
        async with open_pool(settings.postgres) as pool:
            return await ledger_reading.check(pool, CHECKED)

    found = asyncio.run(compare())
    wrong = bool(found.without_row or found.without_line or found.miscounted)
    if as_json:
        print_json(
            {
                "without_row": found.without_row,
                "without_line": found.without_line,
                "miscounted": found.miscounted,
            }
        )
        return int(wrong)
    for line in complaints(found):
        sys.stdout.write(line + "\n")
    if not wrong:
        sys.stdout.write("ledger and tables agree\n")
    return int(wrong)


def hour(since: str | None) -> datetime | None:
    """The full hour that the time lies in: counts are kept by hour."""
    ms = moment("--since", since, datetime.now(UTC))
    if ms is None:
        return None
    return datetime.fromtimestamp(ms // 3_600_000 * 3_600, UTC)


def table(lines: Sequence[Row], accepted: int) -> str:
    """Plain text: one line per outcome or place, then the sum."""
    rows = [(_name(line), line["records"]) for line in lines]
    total = sum(count for _, count in rows)
    rows += [("sum", total), ("accepted", accepted)]
    wide = max(len(name) for name, _ in rows)
    figures = max(len(f"{count:,}") for _, count in rows)
    sign = "= sum" if total == accepted else "≠ sum: run `wireroom ledger check`"
    shown = [f"{name:<{wide}}  {count:>{figures},}" for name, count in rows]
    return "\n".join([*shown[:-1], f"{shown[-1]}  {sign}"])


def sentences(found: Balance, missing: int | None, now: datetime) -> list[str]:
    """What else there is to say, and how far it holds."""
    said = []
    if found.parked:
        waits = [f"{found.parked[tier]:,} {tier}" for tier in TIERS if tier in found.parked]
        said.append(f"parked, by the time still to wait: {', '.join(waits)}")
    if (oldest := found.oldest) is not None:
        key = oldest["article_id"] or oldest["submission_id"]
        said.append(
            f"oldest on its way: {key} at {oldest['stage']}, "
            f"last sign {oldest['since']:%Y-%m-%d %H:%M:%S}"
        )
    if missing is not None:
        said.append(
            f"missing: {missing:,}" + ("; see `wireroom ledger missing`" if missing else "")
        )
    if found.strangers:
        said.append(
            f"{found.strangers:,} more that only the journal knows: accepted before the intake "
            "that Kafka still has, or written into a retry tier by somebody else"
        )
    return [*said, *_reach(found, now)]


def _reach(found: Balance, now: datetime) -> list[str]:
    if not found.reading:
        return ["the ledger has read nothing yet: is `wireroom run ledger` running?"]
    said = [
        f"{row['topic']} read up to {row['read_to']:%Y-%m-%d %H:%M:%S}, {row['behind']:,} behind"
        for row in found.reading
    ]
    silent = (now - max(row["looked_at"] for row in found.reading)).total_seconds()
    if silent > SILENT:
        said.append(f"the ledger has not run for {silent:.0f} s: what came since is not in this")
    return said


def complaints(found: Check) -> list[str]:
    """One line for each thing that is wrong."""
    more = f" (the first {CHECKED:,})"
    return [
        *(f"{key}: has its outcome and no row in article" for key in found.without_row),
        *(f"{key}: was written, and the ledger does not know" for key in found.without_line),
        *(
            f"{row['state']}: {row['counted']:,} counted, {row['there']:,} rows"
            for row in found.miscounted
        ),
        *([more] if max(len(found.without_row), len(found.without_line)) == CHECKED else []),
    ]


def _name(line: Row) -> str:
    said = ", ".join(word for word in (line["stage"], line["reason"]) if word)
    return f"{line['state']}({said})" if said else str(line["state"])


def _printing_order(line: Row) -> tuple[int, int, str]:
    stage = line["stage"]
    place = STAGES.index(stage) if stage in STAGES else len(STAGES)
    return STATES.index(line["state"]), place, line["reason"] or ""
