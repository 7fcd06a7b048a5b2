"""What was done, what was found, and when."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from deploy.check.engine import Failed

T = TypeVar("T")


class Transcript:
    """Prints as it goes: seconds since the start, step, finding."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._step = ""

    def step(self, name: str) -> None:
        self._step = name
        sys.stdout.write(f"{self.seconds:6.1f}  {name}\n")
        sys.stdout.flush()

    def say(self, finding: str) -> None:
        for line in finding.splitlines():
            sys.stdout.write(f"{'':8}{line}\n")
        sys.stdout.flush()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    @property
    def here(self) -> str:
        return self._step


def eventually(
    look: Callable[[], T | None], seconds: float, *, what: str, service: str | None = None
) -> T:
    """What ``look`` gives once it is neither None nor False. ``Failed`` after ``seconds``."""
    end = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise Failed(f"{what} did not come within {seconds:g} s", service)
        time.sleep(0.25)


def table(rows: Iterable[Iterable[object]]) -> str:
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
