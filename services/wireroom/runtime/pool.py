"""Worker processes that can be killed: for work that runs long in C or may never end.

A thread cannot be stopped and a signal does not interrupt C code, so such work lives in
processes of its own. The parent holds the clock: every ``TICK`` it compares what each
busy child has used with the limits, and kills. What the parent pays for a call is one
pickle each way; it never imports the target. The children are forked from a process that
has loaded the target (``nursery``), so that they share its memory and one that was killed
is replaced within milliseconds.

A task whose process dies is tried once more while nothing else runs in the pool, on a
fresh process: a full machine can make a good task look bad. Then it raises ``Killed``.

CPU time and memory are read from ``/proc``, so those two limits exist on Linux only.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from wireroom.runtime import nurse
from wireroom.runtime.errors import Permanent, Transient, Unavailable
from wireroom.runtime.pool_child import Report, Setup
from wireroom.runtime.pool_process import Limits, Process

TICK = 0.05  # seconds; a kill comes at most this late, and 20 looks a second cost nothing


class Killed(Permanent):
    """The process of a task died twice.

    Reasons: ``killed_cpu``, ``killed_memory``, ``killed_crash`` (a signal or an exit).
    """


class Overdue(Transient):
    """A task used little CPU but too much time; the machine may be at fault, not the task."""


class Pool:
    """``processes`` children that all run one function, ``target`` = ``"package.module:name"``.

    ``warm``: a function without arguments that is called once before the first task, and loads.
    Children start when the pool is entered. Use as an async context manager.
    """

    def __init__(
        self, target: str, processes: int, limits: Limits | None = None, warm: str | None = None
    ) -> None:
        if processes < 1:
            raise ValueError("a pool needs at least one process")
        self._setup = Setup(target=target, warm=warm)
        self._limits = limits or Limits()
        self._slots = [_Slot() for _ in range(processes)]
        self._idle: asyncio.Queue[_Slot] = asyncio.Queue()
        self._alone = asyncio.Lock()
        self._burials: set[asyncio.Task[int | None]] = set()
        self._nursery: nurse.Nursery | None = None
        self._opening = asyncio.Lock()
        self._watcher: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await asyncio.gather(*(self._start(slot) for slot in self._slots))
        except BaseException:
            await self._close()
            raise
        for slot in self._slots:
            self._idle.put_nowait(slot)
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self._close()

    async def run(self, *args: object) -> object:
        """Call the target in a child and return what it returns; arguments are pickled.

        Raises what the target raises, with its traceback as a note; RuntimeError where that
        cannot be pickled; ``Killed`` or ``Overdue`` where a limit was passed; ``Unavailable``
        when no process can be started.
        """
        request = pickle.dumps(args, pickle.HIGHEST_PROTOCOL)
        try:
            async with self._slot() as slot:
                return _result(await self._call(slot, request))
        except _Died as first:
            if first.reason == "killed_wall":
                raise Overdue(first.reason, first.detail) from None
        try:
            async with self._whole_pool() as slot:
                return _result(await self._call(slot, request))
        except _Died as second:
            failure = Overdue if second.reason == "killed_wall" else Killed
            raise failure(second.reason, second.detail) from None

    @property
    def pids(self) -> tuple[int, ...]:
        """The children that live now."""
        return tuple(slot.child.pid for slot in self._slots if slot.child is not None)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[_Slot]:
        slot = await self._idle.get()
        try:
            yield slot
        finally:
            self._idle.put_nowait(slot)

    @asynccontextmanager
    async def _whole_pool(self) -> AsyncIterator[_Slot]:
        """One slot while all others are held; the lock keeps two takers from halving the pool."""
        async with self._alone, AsyncExitStack() as held:
            slots = [await held.enter_async_context(self._slot()) for _ in self._slots]
            yield slots[0]

    async def _call(self, slot: _Slot, request: bytes) -> Report:
        if self._watcher is None or self._watcher.done():
            raise RuntimeError("the pool is not open")
        if slot.child is not None and slot.child.is_orphan:  # no task is to blame for that
            self._bury(slot.child)
            slot.child = None
        child = slot.child or await self._start(slot)
        child.begin(asyncio.get_running_loop().time())
        try:
            report = await child.ask(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            slot.child = None
            code = await child.end()
            raise _Died(child.verdict or "killed_crash", f"exit code {code}") from None
        except BaseException:  # cancelled: the child is still at work, and nobody wants it
            slot.child = None
            child.kill("cancelled")
            self._bury(child)
            raise
        child.finish(report)
        if child.is_worn(self._limits):
            slot.child = None
            await child.end()
        return report

    async def _start(self, slot: _Slot) -> Process:
        child: Process | None = None
        try:
            async with asyncio.timeout(self._limits.start_seconds):
                child = await self._new()
                report = await child.report()
            _result(report)
        except BaseException as error:
            if child is not None:
                child.kill("start")
                self._bury(child)
            if isinstance(error, Exception):
                raise Unavailable("pool_start", repr(error)) from error
            raise
        child.start_rss = child.rss = report.rss
        child.finish(report)
        slot.child = child
        return child

    async def _new(self) -> Process:
        nursery = await self._opened(None)
        try:
            return await Process.start(nursery, self._setup)
        except nurse.Lost:  # killed since; its children have died with it
            return await Process.start(await self._opened(nursery), self._setup)

    async def _opened(self, lost: nurse.Nursery | None) -> nurse.Nursery:
        """The nursery; a new one in the place of ``lost``. Raises ``Lost``."""
        async with self._opening:
            if self._nursery is not None and self._nursery is not lost:
                return self._nursery
            self._shut()
            paths = [path for path in self._setup if path is not None]
            # From a process that was forked itself, and has it all, another fork is the quick way.
            nursery = nurse.forked(paths) if nurse.can_fork(paths) else nurse.executed(paths)
            try:
                await nursery.loaded()
            except BaseException:
                nursery.close()
                raise
            self._nursery = nursery
            return nursery

    def _shut(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(TICK)
            for slot in self._slots:
                child = slot.child
                if child is not None and child.since is not None:
                    verdict = child.judge(clock(), self._limits)
                    if verdict is not None:
                        child.kill(verdict)

    def _bury(self, child: Process) -> None:
        burial = asyncio.create_task(child.end())
        self._burials.add(burial)
        burial.add_done_callback(self._burials.discard)

    async def _close(self) -> None:
        children = [slot.child for slot in self._slots if slot.child is not None]
        for slot in self._slots:
            slot.child = None
        await asyncio.gather(*(child.end() for child in children), *self._burials)
        self._shut()


@dataclass(slots=True)
class _Slot:
    """A place for a process; empty after a kill, filled again by the next task."""

    child: Process | None = None


class _Died(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def _result(report: Report) -> object:
    answer = pickle.loads(report.answer)
    if report.failed:
        assert isinstance(answer, BaseException)
        raise answer
    return answer
