"""The service: two readers, and now and then a look at what is missing."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial

from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.ledger.entries import of_intake, of_journal
from wireroom.ledger.metrics import LedgerMetrics
from wireroom.ledger.reader import Reader, group
from wireroom.ledger.settings import Settings
from wireroom.ledger.states import STAGES, STATES, merged, state
from wireroom.runtime.errors import Unavailable
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.storage import ledger_reading
from wireroom.storage.ledger import LedgerTables
from wireroom.storage.offsets import PostgresOffsets
from wireroom.storage.pool import Pool
from wireroom.wire.codec import Codec
from wireroom.wire.transport import Broker

LOOK_EVERY = 5.0  # seconds
PRUNE_EVERY = 3_600.0
TOLD = {ArticleSubmitted.topic: of_intake, ArticleJournal.topic: of_journal}
"""Topic → what a record of it says."""
GROUPS = tuple(group(topic) for topic in TOLD)
"""Consumer groups, one per topic: a static member has one name in its group."""


class Ledger:
    """A service over an open pool. The pipeline never waits for it."""

    name = "ledger"

    def __init__(
        self, settings: Settings, broker: Broker, pool: Pool, codec: Codec, metrics: LedgerMetrics
    ) -> None:
        self._settings = settings
        self._broker = broker
        self._pool = pool
        self._metrics = metrics
        self._tables = LedgerTables(pool, merged, state, (*STAGES, *STATES))
        self._readers = [
            Reader(
                topic=topic,
                tell=partial(tell, codec=codec),
                tables=self._tables,
                offsets=PostgresOffsets(pool, group(topic)),
                settings=settings,
                metrics=metrics,
            )
            for topic, tell in (
                (ArticleSubmitted.topic, of_intake),
                (ArticleJournal.topic, of_journal),
            )
        ]

    @property
    def ready(self) -> bool:
        return self.trouble is None

    @property
    def trouble(self) -> str | None:
        return next((reader.trouble for reader in self._readers if reader.trouble), None)

    async def run(self, stop: asyncio.Event) -> None:
        """Return when stopped. Raises groups of ``Gone``, ``Fenced`` and ``Stalled``."""
        async with asyncio.TaskGroup() as tasks:
            house = tasks.create_task(self._keep_house())
            reading = [tasks.create_task(r.run(self._broker, stop)) for r in self._readers]
            await asyncio.wait(reading)
            house.cancel()

    async def _keep_house(self) -> None:
        prune_at = 0.0
        with no_stray_cancellation("keeping the ledger's house"):
            while True:
                await asyncio.sleep(LOOK_EVERY)
                with suppress(Unavailable):  # the readers say so
                    await self.look()
                    if time.monotonic() > prune_at:
                        prune_at = time.monotonic() + PRUNE_EVERY
                        await self._tables.prune(self._settings.hops_days)

    async def look(self) -> None:
        """Note how far has been read, then judge by it. Raises ``Unavailable`` and ``Stalled``."""
        for reader in self._readers:
            await self._tables.note(await reader.look())
        for name, records in (await ledger_reading.totals(self._pool, STATES)).items():
            self._metrics.records.labels(name).set(records)
        missing = await ledger_reading.count_missing(self._pool, self._settings.deadline)
        if missing is not None:
            self._metrics.missing.set(missing)
