"""When nearly everything fails, the fault is ours: stop, say why, try again by ourselves.

The records that fail stay in hand, unfinished, and so in Kafka. One of them at a time
is the probe; once it gets through, all go on. Nothing is poured into the dead letters.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wireroom.runtime.errors import Permanent

LIMIT = 20  # failures in a row that are not the data's; the number is arroyo's idea, not measured
FIRST, CAP = 0.5, 15.0  # seconds between probes


class Fuse:
    """``changed`` is told the reason when it blows and None when it closes."""

    def __init__(self, changed: Callable[[str | None], None], *, limit: int = LIMIT) -> None:
        self._changed = changed
        self._limit = limit
        self._in_a_row = 0
        self._wait = FIRST
        self._turn = asyncio.Lock()
        self._reason: str | None = None

    @property
    def blown(self) -> bool:
        return self._reason is not None

    @property
    def reason(self) -> str | None:
        return self._reason

    def survived(self) -> None:
        """Something got through."""
        self._in_a_row = 0
        self._close()

    def _close(self) -> None:
        if self._reason is not None:
            self._reason, self._wait = None, FIRST
            self._changed(None)

    def died(self, error: Exception, reason: str) -> bool:
        """Something is to be buried. True: hold it, the fuse has blown."""
        if isinstance(error, Permanent):  # the data's fault
            self._close()  # a judgement on one record: we work; the next failure blows again
            return False
        self._in_a_row += 1
        if self._in_a_row >= self._limit:
            self.blow(reason)
        return self.blown

    def blow(self, reason: str) -> None:
        if self._reason != reason:
            self._reason = reason
            self._changed(reason)

    async def turn(self) -> None:
        """Return when it is the caller's turn to try: as the probe, or because all is well."""
        async with self._turn:
            if self.blown:
                await asyncio.sleep(self._wait)
                self._wait = min(CAP, self._wait * 2)
