"""One worker process, as its parent sees it: ask, measure, judge, kill."""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from signal import SIGKILL
from typing import Self

from wireroom.runtime.nurse import Lost, Nursery
from wireroom.runtime.nursery import HEADER, Start
from wireroom.runtime.pool_child import Report, Setup

GRACE = 1.0  # seconds that an idle child has to end by itself
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one task, or one process, may use. ``None`` switches a limit off."""

    cpu_seconds: float | None = 2.0
    """CPU time of one task."""
    wall_seconds: float | None = 8.0
    """Time on the clock of one task."""
    memory_mb: float | None = 1024.0
    """Resident memory of a process while it works; more is a kill."""
    growth_mb: float = 150.0
    """Resident memory above that after the start: the process is replaced between tasks."""
    tasks: int = 20_000
    """A process is replaced after so many tasks."""
    start_seconds: float = 60.0
    """A process must be ready after so long."""


class Process:
    """One process, as its parent sees it."""

    def __init__(
        self,
        nursery: Nursery,
        pid: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.pid = pid
        self.since: float | None = None
        self.verdict: str | None = None
        self.cpu = 0.0
        self.rss = self.start_rss = 0.0
        self.tasks = -1  # the report on the start is none
        self._nursery = nursery
        self._reader, self._writer = reader, writer
        self._reading = asyncio.Lock()

    @classmethod
    async def start(cls, nursery: Nursery, setup: Setup) -> Self:
        """Start a child, which reports when it is ready. Raises ``Lost``."""
        ours, theirs = socket.socketpair()
        with theirs:
            title = f"{sys.executable} -m wireroom.runtime.pool_child {setup.target}"
            told = Start("wireroom.runtime.pool_child:main", (setup,), SIGKILL, title)
            try:
                pid = nursery.start(told, (theirs.fileno(), theirs.fileno()))
            except BaseException:
                ours.close()
                raise
        return cls(nursery, pid, *await asyncio.open_connection(sock=ours))

    @property
    def is_orphan(self) -> bool:
        """Its nursery has ended, and it with it."""
        return not self._nursery.lives()

    def begin(self, now: float) -> None:
        self.since = now

    def finish(self, report: Report) -> None:
        self.since = None
        self.cpu = report.cpu
        self.rss = report.rss
        self.tasks += 1

    def is_worn(self, limits: Limits) -> bool:
        return self.tasks >= limits.tasks or self.rss - self.start_rss > limits.growth_mb

    def judge(self, now: float, limits: Limits) -> str | None:
        """The limit that the running task has passed. CPU first: it is the task's own fault."""
        used = cpu_seconds(self.pid)
        if used is not None and _over(used - self.cpu, limits.cpu_seconds):
            return "killed_cpu"
        if _over(resident_mb(self.pid) or 0.0, limits.memory_mb):
            return "killed_memory"
        if self.since is not None and _over(now - self.since, limits.wall_seconds):
            return "killed_wall"
        return None

    async def ask(self, request: bytes) -> Report:
        self._writer.writelines((HEADER.pack(len(request)), request))
        await self._writer.drain()
        return await self.report()

    async def report(self) -> Report:
        """The next one. Raises ``IncompleteReadError`` or ``ConnectionError`` when it has ended."""
        async with self._reading:
            (size,) = HEADER.unpack(await self._reader.readexactly(HEADER.size))
            report = pickle.loads(await self._reader.readexactly(size))
        assert isinstance(report, Report)
        return report

    def kill(self, verdict: str) -> None:
        self.verdict = self.verdict or verdict
        with suppress(ProcessLookupError):
            os.kill(self.pid, SIGKILL)

    async def end(self) -> int | None:
        """Its exit code; None where nobody is left who knows it."""
        with suppress(OSError):  # it has ended already
            self._writer.write_eof()
        try:
            async with asyncio.timeout(GRACE):
                await self._silence()
        except TimeoutError:
            self.kill("end")
            await self._silence()
        self._writer.close()
        try:
            return self._nursery.wait(self.pid)
        except Lost:
            return None

    async def _silence(self) -> None:
        """Its end of the connection closes when it ends, however it ends."""
        async with self._reading:
            with suppress(ConnectionError):
                while await self._reader.read(2**16):
                    pass


def cpu_seconds(pid: int) -> float | None:
    """User and system time of a process so far; None where the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def resident_mb(pid: int) -> float | None:
    """Resident memory of a process; None where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * PAGE / 2**20
    except OSError:
        return None


def _over(value: float, limit: float | None) -> bool:
    return limit is not None and value > limit
