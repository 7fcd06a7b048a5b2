"""The child's side of ``pool``: read a task, run it, answer; end when the parent does.

Frames on descriptors 0 and 1: length (8 bytes), pickle. Both ends are processes of ours.
"""

from __future__ import annotations

import os
import pickle
import signal
import time
import traceback
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from wireroom.runtime.nursery import HEADER, find


class Setup(NamedTuple):
    """What a child has to know before its first task."""

    target: str
    warm: str | None


class Report(NamedTuple):
    """The answer to one task: a pickled result or exception, and what the process has used.

    ``cpu``: seconds since its start. ``rss``: resident MB now.
    """

    failed: bool
    answer: bytes
    cpu: float
    rss: float


def main(setup: Setup) -> None:
    """Serve tasks until there come no more."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent drains, then closes the pipe
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)  # what a library prints must not end up between our frames
    _write(answers, _report(_prepare, setup))
    target = find(setup.target)
    while (request := _read(tasks)) is not None:
        _write(answers, _report(_call, target, request))


def _prepare(setup: Setup) -> None:
    find(setup.target)
    if setup.warm is not None:
        find(setup.warm)()


def _call(target: Callable[..., object], request: bytes) -> object:
    return target(*pickle.loads(request))


def _report(task: Callable[..., object], *args: object) -> Report:
    try:
        answer, failed = pickle.dumps(task(*args), pickle.HIGHEST_PROTOCOL), False
    except Exception as error:
        answer, failed = _pickled(error), True
    return Report(failed, answer, time.process_time(), _resident_mb())


def _pickled(error: Exception) -> bytes:
    """The error with its traceback as a note; a RuntimeError where it does not survive."""
    told = "".join(traceback.format_exception(error))
    error.add_note(told)
    try:
        packed = pickle.dumps(error, pickle.HIGHEST_PROTOCOL)
        pickle.loads(packed)  # many exceptions can be written but not read
    except Exception:
        return pickle.dumps(RuntimeError(told))
    return packed


def _resident_mb() -> float:
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return 0.0


def _read(stream: BinaryIO) -> bytes | None:
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    return stream.read(size)


def _write(stream: BinaryIO, report: Report) -> None:
    frame = pickle.dumps(report, pickle.HIGHEST_PROTOCOL)
    stream.writelines((HEADER.pack(len(frame)), frame))
    stream.flush()
