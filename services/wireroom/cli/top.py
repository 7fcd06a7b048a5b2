"""``top``: what the pipeline does right now, in a terminal or as JSON."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from wireroom.cli.output import print_json
from wireroom.cli.picture import CanaryView, Picture, StageView, TiersView, Times, picture
from wireroom.cli.scrape import Scrape, scrape
from wireroom.cli.trouble import Trouble
from wireroom.embedded.addresses import read_addresses

WINDOW = 30.0  # seconds over which rates are taken
SLO = 120.0
HOSTS = 5  # rows of the slowest hosts
PROBE_LATE = 60.0  # a probe comes every 30 s


def top(targets: Sequence[str], *, every: float, once: bool, as_json: bool) -> int:
    """Until Ctrl-C, or once. 1 where not one worker answers."""
    looks: deque[Scrape] = deque([scrape(targets)])
    if once or as_json:
        time.sleep(every)
        shown = picture(looks[0], scrape(targets))
        if as_json:
            print_json(asdict(shown))
        else:
            Console().print(view(shown))
        return 0 if any(stage.workers for stage in shown.stages) else 1
    with Live(console=Console(), screen=sys.stdout.isatty(), auto_refresh=False) as live:
        try:
            while True:
                time.sleep(every)
                looks.append(scrape(targets))
                while len(looks) > 2 and looks[-1].at - looks[1].at >= WINDOW:
                    looks.popleft()
                live.update(view(picture(looks[0], looks[-1])), refresh=True)
        except KeyboardInterrupt:
            return 0


def chosen(named: str, data: Path) -> list[str]:
    """Those that were named, else the workers of a ``wireroom up`` in ``data``."""
    if named:
        return [target.strip() for target in named.split(",") if target.strip()]
    running = read_addresses(data)
    if running is None:
        raise Trouble(
            f"nothing runs in {data}: start it with `wireroom up --data {data}`, or name the "
            "workers with --targets HOST:PORT,… or WIREROOM_TOP_TARGETS"
        )
    return [f"127.0.0.1:{port}" for port in running.metrics.values()]


def view(shown: Picture) -> Group:
    """For 80 columns and more."""
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column("stage", no_wrap=True)
    for name in ("in/s", "done/s", "waiting", "lag", "in hand", "p99", "dropped", "dead"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for stage in shown.stages:
        table.add_row(*_row(stage))
    lines: list[Text | Table] = [*_head(shown), Text(), table]
    for stage in shown.stages:
        lines += [
            Text(f"{stage.stage} has stopped by itself: {reason}", "bold red")
            for reason in stage.paused
        ]
    if shown.slowest_hosts:
        lines += [Text(), _hosts(shown.slowest_hosts)]
    if shown.silent:
        lines.append(Text(f"no answer: {', '.join(shown.silent)}", "red"))
    return Group(*lines)


def _head(shown: Picture) -> list[Text]:
    fresh = shown.freshness
    late = fresh.p99 is not None and fresh.p99 > SLO
    first = Text.assemble(
        ("wireroom", "bold"), f" {time.strftime('%H:%M:%S', time.localtime(shown.at))}   accepted ",
        (f"{_rate(shown.accepted)}/s", "bold"), "   indexed ",
        (f"{_rate(shown.indexed)}/s", "bold"), "   in flight ", (f"{shown.in_flight:,}", "bold"),
        "   dead ", (f"{shown.dead:,}", "bold red" if shown.dead else "bold"),
    )  # fmt: skip
    second = Text.assemble(
        "freshness p50 ", (_seconds(fresh.p50), "bold"), "  p99 ",
        (_seconds(fresh.p99), "bold red" if late else "bold"), f" of {SLO:g} s",
    )  # fmt: skip
    third = Text.assemble(*_canary(shown.canary))
    if shown.database_size is not None:
        size = f"{shown.database_size / 1024**2:,.0f} MiB"
        third.append(f"   database {size}   not searchable yet {shown.search_pending or 0:,}")
    tiers = [_tiers(shown.tiers)] if shown.tiers and shown.tiers.waiting else []
    return [first, second, third, *tiers]


def _tiers(tiers: TiersView) -> Text:
    late = tiers.overdue_seconds > PROBE_LATE
    return Text.assemble(
        "retry tiers: waiting ", (f"{tiers.waiting:,}", "bold"), "   back ",
        (f"{_rate(tiers.back)}/s", "bold"), "   overdue ",
        (_seconds(tiers.overdue_seconds), "bold red" if late else "bold"),
    )  # fmt: skip


def _hosts(rows: Sequence[Mapping[str, object]]) -> Table:
    """Columns are the fields of the rows, whichever the workers tell."""
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for name in rows[0]:
        left = name in ("host", "state")
        title = "slowest hosts" if name == "host" else name
        table.add_column(title, justify="left" if left else "right", no_wrap=True)
    for row in rows[:HOSTS]:
        table.add_row(*(_cell(row.get(name)) for name in rows[0]))
    return table


def _cell(value: object) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else "–" if value is None else str(value)


def _canary(canary: CanaryView | None) -> list[str | tuple[str, str]]:
    if canary is None:
        return [("no canary", "yellow")]
    style = "bold red" if canary.age > PROBE_LATE else "bold green"
    missed: list[str | tuple[str, str]] = (
        [("  missed ", ""), (f"{canary.missed}", "bold red")] if canary.missed else []
    )
    return ["canary ", (f"{_seconds(canary.age)} ago", style), "  takes ",
            (_seconds(canary.roundtrip.p50), "bold"), *missed]  # fmt: skip


def _row(stage: StageView) -> list[str | Text]:
    if not stage.workers:
        return [stage.stage, *[""] * 8, Text("down", "bold red")]
    state = Text("paused", "bold red") if stage.paused else Text(_working(stage))
    return [
        stage.stage,
        _rate(stage.rate_in),
        _rate(stage.rate_out),
        f"{stage.waiting:,}",
        _seconds(stage.lag_seconds),
        f"{stage.in_flight}/{stage.in_flight_limit}",
        _p99(stage.process),
        f"{stage.dropped:,}",
        Text(f"{stage.dead:,}", "red" if stage.dead else ""),
        state,
    ]


def _working(stage: StageView) -> str:
    return "ok" if stage.workers == 1 else f"ok ×{stage.workers}"


def _p99(times: Times) -> str:
    return _seconds(times.p99)


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
