"""How the database is, as metrics: its size, its connections, and what waits in it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import structlog
from prometheus_client import CollectorRegistry, Gauge

from wireroom.runtime.errors import Unavailable
from wireroom.storage import status
from wireroom.storage.pool import Pool

EVERY = 4.0  # seconds between two looks
AWAY = 8.0  # seconds without an answer: a frozen server refuses nothing, it only keeps silent
log = structlog.get_logger(__name__)


class DatabaseMetrics:
    """The same on every index worker: take the largest, never the sum."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, doc: str) -> Gauge:
            return Gauge(f"wireroom_{name}", doc, registry=registry)

        self.up = gauge("postgres_up", "1 while the database answers.")
        self.size = gauge("postgres_size_bytes", "Size of our database.")
        self.size_limit = gauge(
            "postgres_size_limit_bytes", "How large it may become; 0: nobody has said."
        )
        self.connections = gauge("postgres_connections", "Clients of the whole server.")
        self.connections_limit = gauge("postgres_connections_limit", "Most clients that it takes.")
        self.search_pending = gauge("search_pending", "Articles written and not searchable yet.")
        self.search_oldest = gauge(
            "search_pending_oldest_seconds", "For how long the oldest of them has waited."
        )
        self.outbox = gauge("outbox_pending", "Messages written and not sent yet, up to 100,000.")

    def show(self, load: status.Load, queues: status.Queues) -> None:
        self.size.set(load.size)
        self.connections.set(load.connections)
        self.connections_limit.set(load.connections_limit)
        self.search_pending.set(queues.search.count)
        self.search_oldest.set(queues.search.oldest)
        self.outbox.set(queues.outbox)


class Gauges:
    """A service that looks all the time. ``size_limit``: bytes, 0 for none.

    It is ready while the database answers.
    """

    name = "index-gauges"

    def __init__(self, pool: Pool, metrics: DatabaseMetrics, size_limit: float) -> None:
        self._pool = pool
        self._metrics = metrics
        metrics.size_limit.set(size_limit)
        self._answered = time.monotonic()  # the pool has reached it
        self._refusal: str | None = None
        metrics.up.set_function(lambda: self.ready)

    @property
    def ready(self) -> bool:
        return self.trouble is None

    @property
    def trouble(self) -> str | None:
        silent = time.monotonic() - self._answered
        return self._refusal or (
            f"postgres is silent for {silent:.0f} s" if silent > AWAY else None
        )

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                load = await status.load(self._pool)
                self._metrics.show(load, await status.queues(self._pool))
                self._answered, self._refusal = time.monotonic(), None
            except Unavailable as error:
                self._refusal = error.reason
                log.warning("postgres_unavailable", reason=error.reason)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await stop.wait()
