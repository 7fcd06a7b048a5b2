"""Memory of each service and server: idle, and at most while pages of 200 KB go through.

Resident memory of the process itself and of its largest child; and the share of both in all
memory (PSS), in which what processes have in common counts once. And what being idle costs.
"""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench import load
from tests.bench.pipeline import CONTACT
from tests.bench.processes import Memory, cpu_seconds, leaders, memory
from tests.e2e.pipeline import running

PAGES = 150
SETTLE = 5.0  # seconds after the start
WATCHED = 10.0  # seconds
GOALS = {
    "fetch": "idle 150",
    "clean": "idle 150, a child 300 at most",
    "classify": "200 with its child",
    "index": "idle 150",
    "broker": "250",
    "postgres": "",
}


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    with running(folder / "memory", CONTACT) as up:
        time.sleep(SETTLE)
        processes = leaders(up)
        idle = {name: memory(process) for name, process in processes.items()}
        before = {name: cpu_seconds(process) for name, process in processes.items()}
        time.sleep(WATCHED)
        busy = {
            name: (cpu_seconds(process) - before[name]) / WATCHED
            for name, process in processes.items()
        }
        most = dict(idle)

        def look() -> None:
            for name, process in processes.items():
                now = memory(process)
                most[name] = Memory(*map(max, zip(_fields(now), _fields(most[name]), strict=True)))

        load.run_through(up, load.html(range(PAGES)), look)
        look()
    lines = [
        f"memory in MB: idle, and at most while {PAGES} pages of 200 KB go through",
        f"{'':12}{'idle: itself':>13}{'child':>7}{'PSS':>6}{'load: itself':>14}{'child':>7}"
        f"{'PSS':>6}{'idle CPU':>10}   goal",
    ]
    for name in processes:
        a, b = idle[name], most[name]
        lines.append(
            f"  {name:10}{a.leader:13.0f}{a.largest_child:7.0f}{a.shared_out:6.0f}"
            f"{b.leader:14.0f}{b.largest_child:7.0f}{b.shared_out:6.0f}"
            f"{busy[name]:10.1%}   {GOALS[name]}"
        )
    return lines


def _fields(memory: Memory) -> tuple[float, float, float]:
    return memory.leader, memory.largest_child, memory.shared_out
