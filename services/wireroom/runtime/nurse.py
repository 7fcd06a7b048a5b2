"""The owner's side of ``nursery``: open one, ask it for processes.

Asking blocks, for the time of a fork, some milliseconds: an answer can then neither get lost nor
be taken for another one's when the asking task is cancelled.
"""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from wireroom.runtime import nursery

ANSWERS_WITHIN = 10.0  # seconds; one that takes longer is stopped or thrashing, and given up


class Lost(Exception):
    """The nursery has ended, or does not answer."""


class Nursery:
    """A nursery that runs; ``loaded`` has to be awaited before the first request."""

    def __init__(self, control: socket.socket, pid: int, reap: Callable[[], object]) -> None:
        self.pid = pid
        self._control = control
        self._reap = reap

    async def loaded(self) -> None:
        """Raises ``Lost``."""
        self._control.setblocking(False)
        try:
            told = await asyncio.get_running_loop().sock_recv(self._control, nursery.ANSWER.size)
        except OSError as error:
            raise Lost(repr(error)) from error
        if not told:
            raise Lost("it ended while loading")
        self._control.settimeout(ANSWERS_WITHIN)

    def start(self, what: nursery.Start, descriptors: Sequence[int]) -> int:
        """The id of the new process. Raises ``Lost``."""
        return self._ask(what, descriptors)

    def wait(self, pid: int) -> int:
        """The exit code of one that has ended, or is about to. Raises ``Lost``."""
        return self._ask(nursery.Wait(pid), ())

    def lives(self) -> bool:
        """Whether its end of the socket is still open. False is certain; it may end at any time."""
        if self._control.fileno() < 0:  # closed by us
            return False
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        if not waiting.poll(0):  # not recv alone: it would wait for its time limit
            return True
        try:
            return self._control.recv(1, socket.MSG_PEEK) != b""
        except OSError:
            return False

    def close(self) -> None:
        """End it, and with it what it has forked; also one that is still loading."""
        self._control.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._reap()

    def _ask(self, what: nursery.Start | nursery.Wait, descriptors: Sequence[int]) -> int:
        packed = nursery.frame(what)
        try:
            sent = socket.send_fds(self._control, [packed], descriptors)
            self._control.sendall(packed[sent:])
            answer = self._control.recv(nursery.ANSWER.size, socket.MSG_WAITALL)
        except OSError as error:  # a time-out too
            raise Lost(repr(error)) from error
        if len(answer) < nursery.ANSWER.size:
            raise Lost("it ended")
        (number,) = nursery.ANSWER.unpack(answer)
        return int(number)


def executed(paths: Sequence[str]) -> Nursery:
    """A nursery in a new Python, in a process group of its own."""
    ours, theirs = socket.socketpair()
    with theirs:
        code = f"from wireroom.runtime.nursery import main; main({theirs.fileno()}, {os.getpid()})"
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            process_group=0,  # Ctrl-C goes to the owner alone, which drains
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # else numpy makes a second thread
        )
    with suppress(ConnectionError):  # ``loaded`` tells
        ours.sendall(nursery.frame(nursery.Load(list(paths), sys.path)))
    return Nursery(ours, process.pid, process.wait)


def forked(paths: Sequence[str]) -> Nursery:
    """A nursery forked from this process, which must have one thread: see ``can_fork``."""
    ours, theirs = socket.socketpair()
    owner = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            gc.freeze()  # nothing of the owner's is collected, so closed, here
            signal.set_wakeup_fd(-1)
            os.setpgid(0, 0)
            nursery.entitle(f"{sys.executable} -m wireroom.runtime.nursery {' '.join(paths)}")
            kept = theirs.fileno()
            os.closerange(3, kept)
            os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
            nursery.serve(theirs, owner, paths)
        finally:
            os._exit(0)
    theirs.close()
    return Nursery(ours, pid, lambda: os.waitpid(pid, 0))


def can_fork(paths: Sequence[str]) -> bool:
    """Whether a fork of this process is safe, and has loaded what is asked for."""
    try:
        threads = len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return False
    return threads == 1 and all(path.partition(":")[0] in sys.modules for path in paths)
