"""What follows the writing of a batch: its messages are sent, its articles become searchable."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from wireroom.runtime.errors import Unavailable
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.storage import outbox, probes, search, submissions
from wireroom.storage.pool import Pool

_PAUSE = 0.5  # seconds between two looks that nobody asked for: another worker's leavings
_MESSAGES = 1_000
_PRUNE_EVERY = 3_600.0  # seconds
_ARTICLES = 100  # 60 ms of to_tsvector: short enough for a stop, long enough for its commit


class FollowUp:
    """A service. ``wake`` after each batch; what is left over is found within half a second.

    ``send`` returns once the broker has the message. What it raises ends ``run``: an
    unreachable broker ends the process. While Postgres is away it waits.
    """

    name: str = "index-follow-up"

    def __init__(self, pool: Pool, send: Callable[[outbox.OutboxRow], Awaitable[None]]) -> None:
        self._pool = pool
        self._send = send
        self._written = asyncio.Event()
        self._to_fill = asyncio.Event()

    def wake(self) -> None:
        """There is something to do."""
        self._written.set()
        self._to_fill.set()

    @property
    def ready(self) -> bool:
        return True

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop``; then sends what is there and ends."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_until(stop, self._written, self._drain))
            tasks.create_task(_until(stop, self._to_fill, self._fill))
            tasks.create_task(self._prune_until(stop))
        try:
            while await self._drain():
                pass
        except Unavailable:
            return  # it stays in the outbox for the next start

    async def _prune_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(Unavailable):  # the next hour will do
                await submissions.prune(self._pool)
                await probes.prune(self._pool)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PRUNE_EVERY):
                    await stop.wait()

    async def _drain(self) -> bool:
        return await outbox.drain(self._pool, self._send, _MESSAGES) == _MESSAGES

    async def _fill(self) -> bool:
        return await search.fill(self._pool, _ARTICLES) == _ARTICLES


async def _until(
    stop: asyncio.Event, woken: asyncio.Event, work: Callable[[], Awaitable[bool]]
) -> None:
    """Call ``work`` until ``stop``: again at once while it says so, else when woken."""
    while not stop.is_set():
        woken.clear()
        try:
            with no_stray_cancellation("following up on rows"):
                more = await work()
        except Unavailable:
            more = False
            woken.clear()
        if not more:
            await _either(stop, woken)


async def _either(stop: asyncio.Event, woken: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (stop, woken)]
    try:
        await asyncio.wait(waits, timeout=_PAUSE, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
