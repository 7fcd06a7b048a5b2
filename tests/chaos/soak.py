"""L8: a steady stream for a while; what a service holds of memory and files must not grow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import psutil
from tests.chaos.standing import Standing
from tests.chaos.verdict import Verdict, say, told

from wireroom.cli.chaos import SERVICES, process
from wireroom.cli.verify import Asked, proving
from wireroom.verify.prove import prove

RATE = 40.0
EVERY = 5.0  # seconds between two looks
SETTLED = 0.4  # the first part of a run, in which caches fill
SLOPE = 1.0  # MB a minute
FILES = 8  # more than at the beginning: a rebalance or a pool may have some open


class Look(NamedTuple):
    minute: float
    megabytes: float
    files: int


async def run(stood: Standing, seed: int, minutes: float) -> Verdict:
    asked = Asked(count=round(RATE * 60 * minutes), seed=seed, poison=True)
    looks: dict[str, list[Look]] = {name: [] for name in SERVICES}
    async with proving(asked, stood.running.settings) as (kit, made):
        watching = asyncio.create_task(_watch(looks))
        judgement = await prove(kit, made, rate=RATE, patience=60)
        watching.cancel()
    bad = [] if judgement.clean else [told(judgement)]
    return Verdict(f"{asked.count} submissions in {minutes:g} min", [*bad, *_grown(looks, minutes)])


async def _watch(looks: Mapping[str, list[Look]]) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(EVERY)
        for name in SERVICES:
            if (pid := process(name)) is not None:
                one = psutil.Process(pid)
                held = one.memory_info().rss / 1e6
                looks[name].append(Look((time.monotonic() - began) / 60, held, one.num_fds()))


def _grown(looks: Mapping[str, Sequence[Look]], minutes: float) -> list[str]:
    """A short run says little of memory: its slope is told, and judged from 10 minutes on."""
    bad = []
    for name, taken in looks.items():
        settled = taken[round(len(taken) * SETTLED) :]
        if len(settled) < 3:
            return [f"{name}: too few looks; the run is too short"]
        slope, files = slope_of(settled), settled[-1].files - settled[0].files
        say(f"  {name}: {settled[-1].megabytes:.0f} MB, {slope:+.2f} MB a minute, {files:+d} files")
        if minutes >= 10 and slope > SLOPE:
            bad.append(f"{name} grows by {slope:.2f} MB a minute")
        if files > FILES:
            bad.append(f"{name} has {files} more files open than before")
    return bad


def slope_of(looks: Sequence[Look]) -> float:
    """MB a minute, by least squares."""
    middle = sum(look.minute for look in looks) / len(looks)
    mean = sum(look.megabytes for look in looks) / len(looks)
    over = sum((look.minute - middle) * (look.megabytes - mean) for look in looks)
    return over / sum((look.minute - middle) ** 2 for look in looks)
