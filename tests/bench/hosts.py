"""What politeness costs: microseconds a page in the scheduler, and memory of pages that wait."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from pathlib import Path
from random import Random

from wireroom.web.hosts import Hosts
from wireroom.web.manners import Manners
from wireroom.web.pace import Pace
from wireroom.web.turns import Host, Turns

PAGES = 50_000
HOSTS = 5_000
ROUNDS = 3
GOAL = "goal 5 µs, 5 MB"


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    scheduling = min(_scheduling() for _ in range(ROUNDS))
    waiting = min(asyncio.run(_waiting()) for _ in range(ROUNDS))
    return [
        f"politeness: {PAGES:,} pages of {HOSTS:,} hosts, best of {ROUNDS}; {GOAL}",
        f"  the heap alone: join, take, release   {scheduling:6.1f} µs a page, {_memory():.1f} MB",
        f"  a whole turn, nobody has to wait      {waiting:6.1f} µs a page",
    ]


def _hosts() -> list[Host[None]]:
    random = Random(1)
    return [Host(f"host{n}.test", Pace(1.0), random.random()) for n in range(HOSTS)]


def _joined() -> Turns[None]:
    turns: Turns[None] = Turns(300, 10)
    hosts = _hosts()
    for page in range(PAGES):
        turns.join(hosts[page % HOSTS], None)
    return turns


def _scheduling() -> float:
    began = time.process_time()
    turns = _joined()
    now = 0.0
    while (at := turns.next_at()) is not None:
        now = max(now, at)
        while (taken := turns.take(now)) is not None:
            host = taken[0]
            host.pace.answered(200, 0.1)
            host.rest(now, 1.0)
            turns.release(host)
    return (time.process_time() - began) / PAGES * 1e6


def _memory() -> float:
    tracemalloc.start()
    kept = _joined()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept.next_at() is not None
    return size / 1e6


async def _waiting() -> float:
    hosts = Hosts(Manners(host_delay=0.0, park_after=1e9), random=Random(1))
    began = time.process_time()
    for page in range(PAGES):
        async with hosts.turn(f"host{page % HOSTS}.test") as report:
            report(200, 0.0)
    return (time.process_time() - began) / PAGES * 1e6
