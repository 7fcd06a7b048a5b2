"""Silence is the enemy: work is there and nothing finishes, so end and be restarted."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

LIMIT = 45.0
MARGIN = 15.0  # past the longest try that a stage allows: only then does nothing move


def limit_for(timeout: float) -> float:
    """Seconds without progress that are too many, where one try may take ``timeout``."""
    return max(LIMIT, timeout + MARGIN)


class Stalled(Exception):
    """Records wait, and none was finished for too long."""


@dataclass(slots=True)
class Watchdog:
    """Fed by whoever finishes something, or knows why it does not."""

    limit: float
    _last: float = field(default_factory=time.monotonic)

    def fed(self) -> None:
        self._last = time.monotonic()

    @property
    def hungry(self) -> float:
        """Seconds without progress."""
        return time.monotonic() - self._last

    @property
    def restless(self) -> bool:
        """It may end the process soon: past two thirds of its patience."""
        return self.hungry > self.limit * 2 / 3

    def check(self, waiting: int) -> None:
        """``waiting``: records that are not finished. Raises ``Stalled``."""
        if waiting == 0:
            self.fed()
        elif self.hungry > self.limit:
            raise Stalled(f"{waiting} records wait and none was finished for {self.hungry:.0f} s")
