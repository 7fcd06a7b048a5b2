"""Services forked from one process that has loaded what they all need (Linux).

Where that process can't be had, ``start`` says so, and the supervisor starts a new Python instead.
When it is killed its services get SIGTERM: they drain, end, and are started again from a new one.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

from wireroom.runtime.nurse import Lost, Nursery, executed
from wireroom.runtime.nursery import Start, find

UNKNOWN = 255
"""Exit code of a process that outlived who would have been told its own."""

LOADED_WITHIN = 60.0  # seconds

LEASH = signal.SIGTERM
"""What services get when the process that they were forked from ends: they drain."""


class Forked:
    """A running process, with what ``asyncio.subprocess.Process`` has of the same names."""

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid = pid
        self._nursery = nursery
        self._descriptor = os.pidfd_open(pid)
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(self._descriptor, self._end)

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    def terminate(self) -> None:
        if not self._ended.done():
            signal.pidfd_send_signal(self._descriptor, signal.SIGTERM)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
        try:
            code = self._nursery.wait(self.pid)
        except Lost:
            code = UNKNOWN
        self._ended.set_result(code)


class Brood:
    """Starts ``entry`` = ``"package.module:name"``, a function of arguments, in forked processes.

    ``paths``: modules to import and functions to call before. Loading begins at once.
    """

    def __init__(self, entry: str, paths: Sequence[str]) -> None:
        self._entry, self._paths = entry, paths
        self._nursery: Nursery | None = None
        self._loading: asyncio.Task[None] | None = None
        self._open()

    @property
    def pid(self) -> int | None:
        """Of the process that the others are forked from; None while there is none."""
        return self._nursery.pid if self._nursery is not None else None

    async def ready(self) -> None:
        """Return once processes can be forked, or it is known that they can't."""
        if self._nursery is not None and not self._nursery.lives():
            self.close()
            self._open()
        if self._loading is not None:
            await asyncio.shield(self._loading)

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: int, title: str
    ) -> Forked | None:
        """A new process, leading a session of its own; None: it can't be forked."""
        nursery = self._nursery
        if nursery is None:
            return None
        told = (self._entry, list(arguments), dict(environment))
        what = Start(f"{__name__}:begin", told, LEASH, title)
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            return Forked(nursery.start(what, (nothing, log, log)), nursery)
        except (Lost, ProcessLookupError):  # the second: it ended, and what it had just forked
            self.close()
            self._open()  # for the next one
            return None
        finally:
            os.close(nothing)

    def close(self) -> None:
        """End what the others are forked from; those that still run get SIGTERM."""
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def _open(self) -> None:
        if hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal"):
            self._nursery = executed(self._paths)
            self._loading = asyncio.create_task(self._loaded(self._nursery))

    async def _loaded(self, nursery: Nursery) -> None:
        try:
            async with asyncio.timeout(LOADED_WITHIN):
                await nursery.loaded()
        except (Lost, TimeoutError):
            nursery.close()
            self._nursery = None


def begin(entry: str, arguments: Sequence[str], environment: Mapping[str, str]) -> object:
    """What a forked process runs; its exit code."""
    with suppress(PermissionError):
        os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    return find(entry)(list(arguments))
