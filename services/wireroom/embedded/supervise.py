"""Child processes that are kept running: one per service, each with its own log.

A child that ends unexpectedly is started again, sooner the first time and later each time it ends
quickly. At the end all get SIGTERM, then SIGKILL. Each child leads a process group, so that what it
has started itself ends with it; and on Linux it gets SIGTERM when the supervisor is killed.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from wireroom.embedded.process import leashed

FIRST, CAP = 0.2, 10.0
"""Seconds before the first new start, and at most."""

STEADY = 30.0
"""A child that lived this long, in seconds, begins with the first pause again."""

PATIENCE = 15.0
"""Seconds between SIGTERM and SIGKILL: a worker drains for 5 s, then commits."""


@dataclass(frozen=True, slots=True)
class Child:
    """``command`` with its arguments, ``env`` added to this process's own, ``log`` appended to.

    ``fresh`` is asked before every start for what may have changed, such as a port that is taken.
    """

    name: str
    command: list[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    fresh: Callable[[], Mapping[str, str]] = dict


def pause(quick_ends: int) -> float:
    """Seconds to wait before a new start, after this many quick ends in a row (1 or more)."""
    return min(CAP, FIRST * 2.0 ** min(quick_ends - 1, 16))


async def supervise(
    children: Sequence[Child], stop: asyncio.Event, say: Callable[[str], None]
) -> None:
    """Run all children until ``stop``; none is left when it returns or is cancelled."""
    keepers = [asyncio.create_task(_keep(child, say)) for child in children]
    stopping = asyncio.create_task(stop.wait())
    try:
        # A keeper ends only by an error of its own: then all end, and the error is raised.
        await asyncio.wait([stopping, *keepers], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (stopping, *keepers):
            task.cancel()
        ends = await asyncio.gather(*keepers, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _keep(child: Child, say: Callable[[str], None]) -> None:
    quick_ends = 0
    while True:
        since = time.monotonic()
        code = await _run(child, say)
        quick_ends = 1 if time.monotonic() - since > STEADY else quick_ends + 1
        seconds = pause(quick_ends)
        say(
            f"{child.name} ended ({_cause(code)}), starts again in {seconds:.1f} s; see {child.log}"
        )
        await asyncio.sleep(seconds)


async def _run(child: Child, say: Callable[[str], None]) -> int:
    """Run it once; when cancelled, end it. Returns its exit code."""
    child.log.parent.mkdir(parents=True, exist_ok=True)
    with child.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *leashed(child.command, os.getpid(), SIGTERM),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | dict(child.env) | dict(child.fresh()),
            start_new_session=True,
        )
    try:
        return await process.wait()
    except asyncio.CancelledError:
        if not await _end(process):
            say(f"{child.name} did not end within {PATIENCE:.0f} s and was killed; see {child.log}")
        raise
    finally:
        _signal_group(process.pid, SIGKILL)  # what the child left behind


async def _end(process: asyncio.subprocess.Process) -> bool:
    """SIGTERM, wait, SIGKILL; tells whether SIGTERM was enough."""
    # To the leader alone: its own children, such as a pool, still serve while it drains.
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await process.wait()
            return True
    _signal_group(process.pid, SIGKILL)
    await process.wait()
    return False


def _signal_group(pid: int, signal: Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal)


def _cause(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    try:
        return Signals(-code).name
    except ValueError:
        return f"signal {-code}"
