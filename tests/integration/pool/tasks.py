"""What the children of the pool tests run."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from pathlib import Path

from wireroom.runtime import Permanent

held: list[bytearray] = []


class Unreadable(Exception):
    """Can be pickled, but not read again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)
        self.two = two


def run(what: str, value: object = None) -> object:
    return TASKS[what](value)


def _hang_in_c(_: object) -> object:
    return re.match(r"(a+)+$", "a" * 40 + "b")  # years, and no signal is heard


def _sleep(seconds: object) -> object:
    assert isinstance(seconds, float)
    time.sleep(seconds)
    return "slept"


def _burn(seconds: object) -> object:
    assert isinstance(seconds, float)
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return None


def _crash(_: object) -> object:
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def _crash_once(marker: object) -> object:
    path = Path(str(marker))
    if not path.exists():
        path.touch()
        os._exit(3)
    return "second try"


def _grow(megabytes: object) -> object:
    assert isinstance(megabytes, int)
    held.append(bytearray(os.urandom(1)) * (megabytes * 2**20))
    return os.getpid()


def _grow_and_stay(megabytes: object) -> object:
    _grow(megabytes)
    time.sleep(5)
    return "stayed"


def _print(_: object) -> object:
    sys.stdout.write("noise")
    sys.stdout.flush()
    return "fine"


def _refuse(reason: object) -> object:
    raise Permanent(str(reason), "for a test")


def _unreadable(_: object) -> object:
    raise Unreadable("one", "two")


def _descriptors(_: object) -> object:
    return [
        os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if _is_open(fd)
    ]


def _is_open(fd: str) -> bool:
    return os.path.islink(f"/proc/self/fd/{fd}")


TASKS = {
    "echo": lambda value: value,
    "pid": lambda _: os.getpid(),
    "hang": _hang_in_c,
    "sleep": _sleep,
    "burn": _burn,
    "crash": _crash,
    "crash_once": _crash_once,
    "grow": _grow,
    "grow_and_stay": _grow_and_stay,
    "print": _print,
    "refuse": _refuse,
    "unreadable": _unreadable,
    "unpicklable": lambda _: lambda: None,
    "descriptors": _descriptors,
    "marked": lambda _: globals().get("mark"),
}


def warm() -> None:
    held.append(bytearray(1))


def broken_warm() -> None:
    raise LookupError("no model")
