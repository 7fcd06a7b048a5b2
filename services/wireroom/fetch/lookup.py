"""Asks Postgres what is known of a page, and does without while it is away.

Fetching never waits for the database: a look-up has two seconds, and after one that failed
nobody asks for ten. Until then every page comes whole, which costs bytes and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeAlias
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter

from wireroom.fetch.submission import submission_id
from wireroom.runtime.errors import StageError
from wireroom.storage import validators
from wireroom.storage.pool import Pool, connection, open_pool
from wireroom.storage.rows import Seen
from wireroom.storage.settings import Settings

LIMIT = 2.0
PAUSE = 10.0
LOG_EVERY = 60.0
CONNECTIONS = 4  # a look-up takes half a millisecond

Open: TypeAlias = Callable[[], AbstractAsyncContextManager[Pool]]
log = structlog.get_logger(__name__)


class RecallMetrics:
    """One for each registry: the name can be registered once."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.blind = Counter(
            "wireroom_fetch_blind_total",
            "Pages fetched whole because Postgres could not say what was there before.",
            registry=registry,
        )


class Recall:
    """A ``fetch.known.Known`` over a pool that is opened when it is first asked."""

    def __init__(
        self, opened: Open, metrics: RecallMetrics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._open = opened
        self._metrics = metrics
        self._clock = clock
        self._pool: Pool | None = None
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._asked_again_at = self._logged_again_at = float("-inf")

    async def __call__(self, article_id: UUID) -> Seen | None:
        """What is kept of the article's page; None too while Postgres is away."""
        if self._clock() >= self._asked_again_at:
            try:
                async with asyncio.timeout(LIMIT):
                    return await self._look(article_id)
            except StageError as error:
                self._without(error.reason)
            except TimeoutError:
                self._without("postgres_timeout")
        self._metrics.blind.inc()
        return None

    async def close(self) -> None:
        await self._stack.aclose()

    async def _look(self, article_id: UUID) -> Seen | None:
        async with self._opening:
            if self._pool is None:
                self._pool = await self._stack.enter_async_context(self._open())
        async with connection(self._pool) as session:
            return await validators.seen(session, article_id, submission_id())

    def _without(self, reason: str) -> None:
        now = self._clock()
        self._asked_again_at = now + PAUSE
        if now >= self._logged_again_at:
            self._logged_again_at = now + LOG_EVERY
            log.warning("fetching_whole_pages", reason=reason)


@asynccontextmanager
async def recall(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[Recall]:
    """Opens nothing yet: fetch starts without Postgres."""
    few = settings.model_copy(update={"pool_size": min(settings.pool_size, CONNECTIONS)})
    asked = Recall(lambda: open_pool(few), RecallMetrics(registry))
    try:
        yield asked
    finally:
        await asked.close()
