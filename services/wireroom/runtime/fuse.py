"""When nearly everything fails, the fault is ours: stop, say why, try again by ourselves.

The records that fail stay in hand, unfinished, and so in Kafka. One of them at a time
is the probe; once it gets through, all go on. Nothing is poured into the dead letters.

Where failures are of other parties, such as sites, that many different ones have to fail:
one dead site stops nobody. And since all that is in hand may really be dead sites, or rows that no
table takes, what has failed as the probe is buried: a drip at the pace of the probes, until a
living one comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wireroom.runtime.errors import Permanent, Transient

LIMIT = 20  # failures that are not the data's, without a success between; not measured
FIRST, CAP = 0.5, 15.0  # seconds between probes


class Fuse:
    """``changed`` is told the reason when it blows and None when it closes."""

    def __init__(self, changed: Callable[[str | None], None], *, limit: int = LIMIT) -> None:
        self._changed = changed
        self._limit = limit
        self._failed: set[object] = set()  # parties; a failure without one is its own
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
        self._failed.clear()
        self._close()

    def _close(self) -> None:
        if self._reason is not None:
            self._reason, self._wait = None, FIRST
            self._changed(None)

    def died(self, error: Exception, reason: str, *, probed: bool = False) -> bool:
        """Something is to be buried. True: hold it, the fuse has blown.

        ``probed``: it has been the probe and failed again.
        """
        doubtful = isinstance(error, Permanent) and error.doubtful
        if isinstance(error, Permanent) and not doubtful:  # the data's fault
            self._close()  # a judgement on one record: we work; the next failure blows again
            return False
        party = error.party if isinstance(error, Transient) else ""
        if len(self._failed) < self._limit:
            self._failed.add(party or object())
        if len(self._failed) >= self._limit:
            self.blow(reason)
        return self.blown and not (probed and (party or doubtful))

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
