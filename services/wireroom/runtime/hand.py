"""One record in hand: what its handler waits for, and whether it may go on waiting.

A try has a time limit, a wait for one's turn has not: it ends when the turn comes, or
when the runtime calls it off because other records are held up by it.
"""

from __future__ import annotations

import asyncio
import time
from contextvars import ContextVar

from wireroom.wire.transport import Partition


class Hand:
    """The record at ``offset`` of ``partition``. ``called_off``: no more waiting in place; what
    has to wait is to be parked.
    """

    __slots__ = ("_off", "_since", "called_off", "limit", "offset", "partition")

    def __init__(self, partition: Partition, offset: int) -> None:
        self.partition = partition
        self.offset = offset
        self.called_off = False
        self.limit: asyncio.Timeout | None = None
        self._off: asyncio.Future[None] | None = None
        self._since: float | None = None

    @property
    def waiting(self) -> float | None:
        """Seconds of the wait that is going on; None while there is work."""
        return None if self._since is None else time.monotonic() - self._since

    def call_off(self) -> None:
        self.called_off = True
        if self._off is not None and not self._off.done():
            self._off.set_result(None)

    async def wait(self, done: asyncio.Future[None]) -> bool:
        """True once ``done`` is; False when it was called off. The try's clock stands still."""
        if self.called_off:
            return done.done()
        loop = asyncio.get_running_loop()
        self._off, self._since = loop.create_future(), time.monotonic()
        left = self._stop_clock(loop.time())
        try:
            await asyncio.wait((done, self._off), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._off = self._since = None
            if left is not None and self.limit is not None:
                self.limit.reschedule(loop.time() + left)
        return done.done()

    async def sleep(self, seconds: float) -> bool:
        """The same for a span of time."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(seconds, _finish, done)
        try:
            return await self.wait(done)
        finally:
            timer.cancel()

    def _stop_clock(self, now: float) -> float | None:
        if self.limit is None or (due := self.limit.when()) is None:
            return None
        self.limit.reschedule(None)
        return due - now


HAND: ContextVar[Hand] = ContextVar("hand")


async def turn(done: asyncio.Future[None]) -> bool:
    """For handlers: wait until ``done``; False when the record has to make room instead."""
    hand = HAND.get(None)
    if hand is None:
        await done
        return True
    return await hand.wait(done)


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
