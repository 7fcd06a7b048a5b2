"""The levels, from pure bookkeeping to a long run. Each tells what it did and what it found."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.chaos import disk, poison, soak, sweep, upgrade, zombie
from tests.chaos.inject.order import ROOT
from tests.chaos.standing import Scene, Standing, play, standing
from tests.chaos.verdict import Verdict, of, say

from wireroom.cli import chaos
from wireroom.cli.verify import Asked
from wireroom.verify.faults import Fault

ZOMBIES = 10

Level = Callable[[int, float], Awaitable[Verdict]]
"""Of a seed and of minutes, which only the long one heeds."""


async def l0(seed: int, minutes: float) -> Verdict:
    """the bookkeeping of offsets: any interleaving, 5,000 examples"""
    return await _tests(seed, "chaos", "tests/unit/runtime/test_offsets.py", "tests/unit/ledger")


async def l1(seed: int, minutes: float) -> Verdict:
    """workers and relay over a broker and a table in memory that die at any await"""
    return await _tests(seed, "chaos", "tests/unit/runtime/test_deaths.py")


async def l2(seed: int, minutes: float) -> Verdict:
    """every service dies at each of its points"""
    async with _stood() as stood:
        return await sweep.run(stood, seed)


async def l3(seed: int, minutes: float) -> Verdict:
    """all that can break does, one thing after another; then clocks and zombies"""
    struck = await _struck(seed, 2_000, lambda stood: chaos.faults(stood.running, stood.links))
    async with _stood() as stood:
        parked = Scene(service="relay", order={}, parked=True, patience=30)
        clock = await play(stood, parked, seed, ("clock_jumps",))
        zombies = await zombie.run(stood, seed, ZOMBIES)
    jumped = of(clock, "the relay's clock jumped by an hour either way")
    parts = (struck, jumped, zombies)
    return Verdict(
        "; ".join(part.did for part in parts), [bad for part in parts for bad in part.bad]
    )


async def l4(seed: int, minutes: float) -> Verdict:
    """the network alone: cut, slow, half open"""
    return await _struck(seed, 1_200, lambda stood: chaos.of_links(stood.links))


async def l5(seed: int, minutes: float) -> Verdict:
    """a full disk under Postgres"""
    return await disk.run(seed)


async def l6(seed: int, minutes: float) -> Verdict:
    """poison: unreadable, oversize, and a handler that always fails"""
    async with _stood() as stood:
        return await poison.run(stood, seed)


async def l7(seed: int, minutes: float) -> Verdict:
    """an upgrade: rolling restart under load, records of older schemas"""
    async with _stood() as stood:
        return await upgrade.run(stood, seed)


async def l8(seed: int, minutes: float) -> Verdict:
    """a long run: memory and open files do not grow"""
    async with _stood() as stood:
        return await soak.run(stood, seed, minutes)


LEVELS: dict[str, Level] = {
    "L0": l0, "L1": l1, "L2": l2, "L3": l3, "L4": l4, "L5": l5, "L6": l6, "L7": l7, "L8": l8,
}  # fmt: skip


async def run(names: Sequence[str], seed: int, minutes: float) -> bool:
    """One after another; whether all were good. A level that was skipped is not bad."""
    verdicts = {}
    for name in names:
        level = LEVELS[name]
        say(f"{name} {level.__doc__}; seed {seed}")
        verdict = verdicts[name] = await level(seed, minutes)
        say(f"{name} {verdict.word}: {verdict.skipped or verdict.did}")
        for line in verdict.bad:
            say(f"  {line}")
    say("  ".join(f"{name} {verdict.word}" for name, verdict in verdicts.items()))
    return not any(verdict.bad for verdict in verdicts.values())


async def _tests(seed: int, profile: str, *paths: str) -> Verdict:
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
        f"--hypothesis-profile={profile}", f"--hypothesis-seed={seed}", *paths,
    ]  # fmt: skip
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-300:]
    return Verdict(last, () if done.returncode == 0 else done.stdout.splitlines()[-30:])


async def _struck(seed: int, count: int, choose: Callable[[Standing], Sequence[Fault]]) -> Verdict:
    asked = Asked(count=count, rate=25, seed=seed, poison=True)
    async with _stood() as stood:
        judgement, struck = await chaos.proved(asked, stood.running, choose(stood))
    chaos.print_recoveries(struck)
    return of(judgement, f"{count} submissions, {len(struck)} faults")


@asynccontextmanager
async def _stood() -> AsyncIterator[Standing]:
    with tempfile.TemporaryDirectory(prefix="wireroom-chaos-") as folder:
        async with standing(Path(folder)) as stood:
            yield stood
