"""A process that has imported and loaded much, and forks from it what needs that.

What is forked starts at once and shares the memory. The process is single-threaded and runs no
event loop: it reads one request, answers it, reads the next. It ends when its owner's end of the
socket closes; what it has forked gets a signal when it ends (Linux).

Frames on the socket: length (8 bytes) and a pickle, the descriptors of a new process beside the
first byte; answers are one integer each. Both ends are processes of ours.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pickle
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, NoReturn

HEADER = struct.Struct("!Q")
ANSWER = struct.Struct("!q")
MOST_DESCRIPTORS = 3
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Start(NamedTuple):
    """Fork, and call ``path`` = ``"package.module:name"`` with ``args``: what it returns, or raises
    with ``SystemExit``, is the exit code. ``signal``: sent to the new process when this one ends.
    ``title``: shown as its command line. The descriptors that come with it become its 0, 1 and 2.
    Answer: the process id.
    """

    path: str
    args: tuple[object, ...]
    signal: int
    title: str


class Load(NamedTuple):
    """The first request to a nursery in a new Python: what to load, and where from."""

    paths: Sequence[str]
    search: Sequence[str]


class Wait(NamedTuple):
    """For a process that has ended. Answer: its exit code, negative for a signal."""

    pid: int


def main(descriptor: int, owner: int) -> None:
    """In a new Python: read what to load, load it, serve."""
    control = socket.socket(fileno=descriptor)
    first = _receive(control)
    if first is not None and isinstance(first[0], Load):
        sys.path[:] = first[0].search
        serve(control, owner, first[0].paths)


def serve(control: socket.socket, owner: int, paths: Sequence[str]) -> None:
    """Load ``paths``, modules or functions without arguments to call, then answer requests."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends with its owner, who may still need it
    tie(signal.SIGKILL, owner)
    _load(paths)
    here = os.getpid()
    control.sendall(ANSWER.pack(here))
    while (request := _receive(control)) is not None:
        what, descriptors = request
        if isinstance(what, Start):
            pid = os.fork()
            if pid == 0:
                control.close()
                _become(what, descriptors, here)
            for descriptor in descriptors:
                os.close(descriptor)
            control.sendall(ANSWER.pack(pid))
        elif isinstance(what, Wait):
            _, status = os.waitpid(what.pid, 0)
            control.sendall(ANSWER.pack(os.waitstatus_to_exitcode(status)))


def find(path: str) -> Callable[..., object]:
    """The function behind ``"package.module:name"``. Raises ImportError, AttributeError."""
    module, _, name = path.partition(":")
    found: Callable[..., object] = getattr(importlib.import_module(module), name)
    return found


def tie(number: int, parent: int) -> None:
    """Get this signal when the parent ends (Linux); end here when it has already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def entitle(title: str) -> None:
    """Show ``title`` as this process's command line (Linux), as far as there is room for it."""
    try:
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return
    begin, end = int(fields[45]), int(fields[46])  # arg_start, arg_end in proc(5)
    if end - begin > 1:
        # Where the last byte is not NUL the kernel shows the text up to the first NUL.
        told = title.encode()[: end - begin - 2] + b"\0"
        ctypes.memmove(begin, told.ljust(end - begin), end - begin)


def frame(what: object) -> bytes:
    packed = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(packed)) + packed


def _load(paths: Sequence[str]) -> None:
    for path in paths:
        # Whoever needs it meets the same error, and can tell it to somebody.
        with suppress(Exception):
            if ":" in path:
                find(path)()
            else:
                importlib.import_module(path)
    gc.collect()
    gc.freeze()  # a collection in a forked process would write to, and so copy, every page


def _become(start: Start, descriptors: Sequence[int], parent: int) -> NoReturn:
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        tie(start.signal, parent)
        entitle(start.title)
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
        for descriptor in descriptors:
            os.close(descriptor)
        code = _code(find(start.path)(*start.args))
    except SystemExit as end:
        code = _code(end.code)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
        os._exit(code)


def _code(told: object) -> int:
    return told & 0xFF if isinstance(told, int) else int(told is not None)


def _receive(control: socket.socket) -> tuple[object, Sequence[int]] | None:
    try:
        header, descriptors, _, _ = socket.recv_fds(control, HEADER.size, MOST_DESCRIPTORS)
        header += _exactly(control, HEADER.size - len(header)) if header else b""
        if len(header) < HEADER.size:
            return None
        return pickle.loads(_exactly(control, *HEADER.unpack(header))), descriptors
    except (ConnectionError, EOFError):
        return None


def _exactly(control: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        part = control.recv(size - len(found))
        if not part:
            raise EOFError
        found += part
    return bytes(found)
