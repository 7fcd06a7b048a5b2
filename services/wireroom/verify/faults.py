"""What is done to a pipeline while it works, one thing after another; repeatable by its seed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import TypeAlias

Find: TypeAlias = Callable[[], int | None]
"""The process id of something that runs; None while it does not."""

Progress: TypeAlias = Callable[[Sequence[str], float], Awaitable[None]]
"""Returns once each of these stages has finished a record later than the given wall-clock time."""

GIVE_UP = 90.0  # seconds after which a stage counts as not recovered


@dataclass(frozen=True, slots=True)
class Fault:
    """``strike`` does it, and returns when its cause is over: the process is there again, the link
    mended. ``stages``: whose work it holds up. ``weight``: how often it is chosen.
    """

    name: str
    strike: Callable[[], Awaitable[None]]
    stages: Sequence[str]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Struck:
    """One fault that was done; ``recovery``: seconds from the end of its cause until every stage
    that it held up had finished another record; None when it held up none, or nothing was left.
    """

    name: str
    recovery: float | None


async def havoc(
    faults: Sequence[Fault], random: Random, pause: float, progress: Progress, busy: asyncio.Event
) -> list[Struck]:
    """Until cancelled or no longer ``busy``: choose, strike, wait for recovery, pause."""
    done: list[Struck] = []
    while busy.is_set():
        (fault,) = random.choices(faults, weights=[fault.weight for fault in faults])
        await fault.strike()
        done.append(Struck(fault.name, await _recovery(fault, progress, busy)))
        await asyncio.sleep(random.uniform(0, 2 * pause))
    return done


async def _recovery(fault: Fault, progress: Progress, busy: asyncio.Event) -> float | None:
    if not fault.stages:
        return None
    over = time.time()
    recovered = asyncio.ensure_future(progress(fault.stages, over))
    try:
        while busy.is_set() and not recovered.done() and time.time() - over < GIVE_UP:
            await asyncio.wait({recovered}, timeout=0.5)
        if not recovered.done():
            return None
        recovered.result()  # what could not be measured is no recovery
        return time.time() - over
    finally:
        recovered.cancel()
        await asyncio.gather(recovered, return_exceptions=True)


def recoveries(done: Sequence[Struck]) -> Mapping[str, tuple[int, float | None, float | None]]:
    """Name → how often, the median and the longest recovery in seconds."""
    found: dict[str, tuple[int, float | None, float | None]] = {}
    for name in sorted({struck.name for struck in done}):
        times = [s.recovery for s in done if s.name == name and s.recovery is not None]
        count = sum(struck.name == name for struck in done)
        found[name] = (count, median(times) if times else None, max(times, default=None))
    return found


# The faults themselves


def killing(name: str, find: Find, stages: Sequence[str], *, weight: float = 1.0) -> Fault:
    """kill -9; its cause is over at once for a worker: being started again is its own affair."""

    async def strike() -> None:
        pid = await _running(find)
        _send(pid, signal.SIGKILL)

    return Fault(f"kill -9 of {name}", strike, stages, weight)


def killing_server(
    name: str, find: Find, serves: Callable[[], Awaitable[bool]], stages: Sequence[str]
) -> Fault:
    """kill -9 of a server; over once it serves again."""

    async def strike() -> None:
        _send(await _running(find), signal.SIGKILL)
        down = False
        while True:  # until it has been down, and is up
            serving = await serves()
            if down and serving:
                return
            down = down or not serving
            await asyncio.sleep(0.02)

    return Fault(f"kill -9 of {name}", strike, stages)


def freezing(name: str, find: Find, stages: Sequence[str], seconds: float) -> Fault:
    """SIGSTOP past the session's end: it comes back as a zombie that believes in its partitions."""

    async def strike() -> None:
        pid = await _running(find)
        _send(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            _send(pid, signal.SIGCONT)

    return Fault(f"{seconds:.0f} s SIGSTOP of {name}", strike, stages, 0.5)


def breaking(
    name: str,
    begin: Callable[[], None],
    end: Callable[[], None],
    stages: Sequence[str],
    most: float,
) -> Fault:
    """Something that lasts up to ``most`` seconds, such as a link that is cut."""

    async def strike() -> None:
        begin()
        try:
            await asyncio.sleep(most)
        finally:
            end()

    return Fault(name, strike, stages, 0.5)


def filling(
    name: str,
    fill: Callable[[], None],
    free: Callable[[], None],
    stages: Sequence[str],
    most: float,
) -> Fault:
    """A disk without room for another byte, for ``most`` seconds."""

    async def strike() -> None:
        try:
            await asyncio.to_thread(fill)
            await asyncio.sleep(most)
        finally:
            await asyncio.to_thread(free)

    return Fault(name, strike, stages, 0.5)


async def _running(find: Find) -> int:
    while True:
        if (pid := find()) is not None:
            return pid
        await asyncio.sleep(0.05)


def _send(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself
        os.kill(pid, what)
