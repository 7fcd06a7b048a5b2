"""Child processes that are kept running: one per service, each with its own log.

A child that ends unexpectedly is started again: at once when it had run for a while, later each
time it ends quickly. At the end all get SIGTERM, then SIGKILL. Each child leads a process group, so
that what it has started itself ends with it; and on Linux it gets SIGTERM when the supervisor is
killed.
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
from typing import TypeAlias

from wireroom.embedded.brood import Brood, Forked
from wireroom.embedded.process import leashed

FIRST, CAP = 0.2, 10.0
"""Seconds before a new start after a quick end, and at most."""

STEADY = 10.0
"""A child that lived this long, in seconds, is started again at once: at ten-second intervals a
start costs less than it may gain."""

PATIENCE = 15.0
"""Seconds between SIGTERM and SIGKILL: a worker drains for 5 s, then commits."""


@dataclass(frozen=True, slots=True)
class Child:
    """``command`` with its arguments, ``env`` added to this process's own, ``log`` appended to.

    ``fresh`` is asked before every start for what may have changed, such as a port that is taken.
    ``forked``: the arguments with which a ``Brood`` does the same as the command.
    """

    name: str
    command: list[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    fresh: Callable[[], Mapping[str, str]] = dict
    forked: Sequence[str] | None = None


Process: TypeAlias = asyncio.subprocess.Process | Forked


def pause(quick_ends: int) -> float:
    """Seconds to wait before a new start, after this many quick ends in a row."""
    return min(CAP, FIRST * 2.0 ** min(quick_ends - 1, 16)) if quick_ends else 0.0


async def supervise(
    children: Sequence[Child],
    stop: asyncio.Event,
    say: Callable[[str], None],
    brood: Brood | None = None,
) -> None:
    """Run all children until ``stop``; none is left when it returns or is cancelled."""
    keepers = [asyncio.create_task(_keep(child, say, brood)) for child in children]
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


async def _keep(child: Child, say: Callable[[str], None], brood: Brood | None) -> None:
    quick_ends = 0
    while True:
        since = time.monotonic()
        code = await _run(child, say, brood)
        quick_ends = 0 if time.monotonic() - since > STEADY else quick_ends + 1
        seconds = pause(quick_ends)
        when = f"starts again in {seconds:.1f} s" if seconds else "starts again"
        say(f"{child.name} ended ({_cause(code)}), {when}; see {child.log}")
        await asyncio.sleep(seconds)


async def _run(child: Child, say: Callable[[str], None], brood: Brood | None) -> int:
    """Run it once; when cancelled, end it. Returns its exit code."""
    process = await _started(child, brood)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        if not await _end(process):
            say(f"{child.name} did not end within {PATIENCE:.0f} s and was killed; see {child.log}")
        raise
    finally:
        _signal_group(process.pid, SIGKILL)  # what the child left behind


async def _started(child: Child, brood: Brood | None) -> Process:
    if brood is not None and child.forked is not None:
        await brood.ready()
    environment = os.environ | dict(child.env) | dict(child.fresh())
    child.log.parent.mkdir(parents=True, exist_ok=True)
    with child.log.open("ab") as log:
        if brood is not None and child.forked is not None:
            title = " ".join(child.command)
            forked = brood.start(child.forked, environment, log.fileno(), title)
            if forked is not None:
                return forked
        return await asyncio.create_subprocess_exec(
            *leashed(child.command, os.getpid(), SIGTERM),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )


async def _end(process: Process) -> bool:
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
