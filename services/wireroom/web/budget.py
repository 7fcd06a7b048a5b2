"""How much memory all bodies in flight may take together.

A page's first megabyte is free: 95 % of news pages need no more. Beyond it a page asks for steps of
256 KB, and waits when there are none.

Pages that hold some and wait for more could wait for each other for ever. They do not, by the
banker's rule (Dijkstra, EWD 108): a step is granted only if afterwards enough is free for the page
that holds most to grow to its cap. That page therefore never waits; it ends, by its time limit at
the latest, and gives back so much that the next one can be served in the same way. Time spent
waiting counts in the total limit of the page that waits.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

STEP = 262_144
FREE = 1_048_576
"""Bytes of each body that are not counted."""


class Budget:
    """For one event loop. ``size``: bytes of all; ``cap``: most bytes of one body.

    ValueError when one body could not fit.
    """

    def __init__(self, size: int, cap: int) -> None:
        self._claim = max(0, cap - FREE)
        if size < self._claim:
            raise ValueError(f"a budget of {size} bytes is too small for one body of {cap}")
        self._free = size
        self._held: dict[Share, int] = {}
        self._waiting: dict[Share, tuple[int, asyncio.Future[None]]] = {}

    def share(self) -> Share:
        """The part of one body; a context manager that gives everything back."""
        return Share(self)

    async def _take(self, share: Share, size: int) -> None:
        if self._safe(share, size):
            self._grant(share, size)
            return
        granted = asyncio.get_running_loop().create_future()
        self._waiting[share] = size, granted
        try:
            await granted
        finally:
            self._waiting.pop(share, None)

    def _safe(self, share: Share, size: int) -> bool:
        """Whether after this grant the page that holds most can still grow to its cap."""
        if size > self._free:
            return False
        most = max(self._held.get(share, 0) + size, max(self._held.values(), default=0))
        return self._claim - most <= self._free - size

    def _grant(self, share: Share, size: int) -> None:
        self._free -= size
        self._held[share] = self._held.get(share, 0) + size

    def _give_back(self, share: Share) -> None:
        # Also what was granted in the moment in which the page gave up.
        held = self._held.pop(share, 0)
        if not held:
            return
        self._free += held
        for waiting, (size, granted) in list(self._waiting.items()):
            if not granted.done() and self._safe(waiting, size):
                self._grant(waiting, size)
                granted.set_result(None)


class Share:
    """What one body holds. Made by ``Budget.share``."""

    __slots__ = ("_budget", "_covered")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._covered = FREE

    def __enter__(self) -> Share:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._budget._give_back(self)

    async def cover(self, size: int) -> None:
        """Return when a body of ``size`` bytes, at most the cap, may be held."""
        while size > self._covered:
            step = min(STEP, self._budget._claim + FREE - self._covered)
            await self._budget._take(self, step)
            self._covered += step
