"""Reading one topic into the ledger: take, fold, write with the place, go on.

Where to go on is Postgres's to say alone: nothing is ever committed to the broker, so tables that
are new or were emptied begin at the oldest record that there is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

import structlog

from wireroom.ledger.entries import Told, moment
from wireroom.ledger.metrics import LedgerMetrics
from wireroom.ledger.settings import Settings
from wireroom.ledger.states import folded
from wireroom.runtime.errors import Permanent, Unavailable
from wireroom.runtime.stage import Fenced
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.runtime.watchdog import LIMIT, Watchdog
from wireroom.storage.ledger import Batch, LedgerTables, Reading
from wireroom.storage.offsets import PostgresOffsets
from wireroom.wire.codec import Undecodable
from wireroom.wire.transport import Broker, Consumer, Mark, Partition, Record

log = structlog.get_logger(__name__)

POLL = 0.2
AT_ONCE = 200  # records taken together: pages of the intake are let go before the next are taken
PAUSE = 2.0  # seconds until Postgres is tried again
UNREAD = datetime(1970, 1, 1, tzinfo=UTC)  # records wait, and none was read yet

Tell: TypeAlias = Callable[[Record], Told]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is kept of a record until it is written."""

    partition: Partition
    offset: int
    at: datetime
    told: Told | None  # None: nothing that could be told


@dataclass(slots=True)
class _Stand:
    """How far a partition has been written: an offset, and a time before which all has been."""

    reached: int
    read_to: datetime = UNREAD


@dataclass(slots=True)
class Reader:
    """One topic's way into the tables. ``tell``: what a record says; raises ``Undecodable``."""

    topic: str
    tell: Tell
    tables: LedgerTables
    offsets: PostgresOffsets
    settings: Settings
    metrics: LedgerMetrics
    trouble: str | None = "not in its group yet"
    _consumer: Consumer | None = None
    _claims: int = 0
    _stands: dict[Partition, _Stand] = field(default_factory=dict)
    _watchdog: Watchdog = field(default_factory=lambda: Watchdog(LIMIT))

    async def run(self, broker: Broker, stop: asyncio.Event) -> None:
        """Until stopped. Raises ``Gone`` and ``Fenced``; waits while Postgres is away."""
        place = broker.consumer(self.topic, group=group(self.topic), rebalances=self)
        with no_stray_cancellation(f"reading {self.topic} for the ledger"):
            async with place as self._consumer:
                while not stop.is_set():
                    claims, batch = await self._collect(self._consumer, stop)
                    if batch:
                        await self._written(batch, claims, stop)

    async def _collect(self, consumer: Consumer, stop: asyncio.Event) -> tuple[int, list[_Entry]]:
        """A batch, and the claim that it was taken under.

        Between the first records and the rest it sleeps: a partition from which nothing is taken
        is not asked for more, and asking for every record by itself costs more than the records.
        """
        size = self.settings.batch_size
        claims, batch = self._claims, list[_Entry]()
        for wait, patience in ((POLL, self.settings.batch_wait), (0.0, 0.0)):
            while len(batch) < size and not stop.is_set():
                limit = min(AT_ONCE, size - len(batch))
                records = await consumer.take(limit, 0.0 if batch else wait)
                if claims != self._claims:
                    claims, batch = self._claims, []  # a rebalance: what is still ours comes again
                batch += [self._entry(record) for record in records]
                if len(records) < limit:
                    break
            if 0 < len(batch) < size:
                await asyncio.sleep(patience)
        return claims, batch

    def _entry(self, record: Record) -> _Entry:
        self._stands.setdefault(record.partition, _Stand(record.offset))
        try:
            told = self.tell(record)
        except Undecodable as error:
            self.metrics.skipped.inc()
            log.warning("not_a_line", topic=self.topic, offset=record.offset, why=str(error))
            told = None
        return _Entry(record.partition, record.offset, moment(record), told)

    async def _written(self, batch: Sequence[_Entry], claims: int, stop: asyncio.Event) -> None:
        """Once, however often it is tried. A value that no table takes is left out, alone."""
        while claims == self._claims:
            try:
                await self._write(batch)
                return
            except Unavailable as error:
                self._say(error.reason)
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE):
                        await stop.wait()
                if stop.is_set():
                    return
            except Permanent as error:
                if len(batch) > 1:
                    half = len(batch) // 2
                    await self._written(batch[:half], claims, stop)
                    await self._written(batch[half:], claims, stop)
                    return
                if batch[0].told is None:
                    raise  # nothing but a place, and the database won't have it
                log.error("not_kept", topic=self.topic, offset=batch[0].offset, why=str(error))
                self.metrics.skipped.inc()
                batch = [_Entry(batch[0].partition, batch[0].offset, batch[0].at, None)]
            except Fenced:
                if claims == self._claims:
                    raise

    async def _write(self, batch: Sequence[_Entry]) -> None:
        reached = {entry.partition: entry.offset + 1 for entry in batch}
        checkpoint = self.offsets.checkpoint(reached)
        told = [entry.told for entry in batch if entry.told]
        stories = folded(one.story for one in told)
        hops = [one.hop for one in told if one.hop]
        new = await self.tables.write(Batch(stories, hops), checkpoint)
        self.offsets.saved(checkpoint)
        self.metrics.accepted.inc(new)
        for entry in batch:
            stand = self._stands[entry.partition]
            stand.reached, stand.read_to = entry.offset + 1, max(stand.read_to, entry.at)
        self._say(None)
        self._watchdog.fed()

    def _say(self, trouble: str | None) -> None:
        if trouble and trouble != self.trouble:
            log.warning("postgres_unavailable", topic=self.topic, reason=trouble)
        self.trouble = trouble
        self._watchdog.fed()  # a known wait

    async def look(self) -> list[Reading]:
        """How far each of our partitions has been read; tells the metrics. Raises ``Stalled``."""
        consumer, stands, now = self._consumer, self._stands, datetime.now(UTC)
        if consumer is None or not (mine := consumer.assigned()):
            return []
        await consumer.refresh()
        begins = await consumer.places() if set(mine) - stands.keys() else {}
        if stands is not self._stands:
            return []
        found = []
        for partition in mine:
            end, begin = consumer.end(partition), begins.get(partition)
            stand = stands.get(partition) or (None if begin is None else _Stand(begin))
            if end is None or stand is None:
                continue
            stands[partition] = stand
            behind = max(0, end - stand.reached)
            if not behind:
                stand.read_to = now
            found.append(Reading(partition, stand.read_to, behind))
        waiting = sum(reading.behind for reading in found)
        self._watchdog.check(waiting)
        oldest = min((r.read_to for r in found if r.read_to > UNREAD), default=now)
        self.metrics.behind_records.labels(self.topic).set(waiting)
        self.metrics.behind_seconds.labels(self.topic).set((now - oldest).total_seconds())
        return found

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """What is being written is fenced, or done, when the next owner claims."""

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        self._claims += 1
        places = await self.offsets.claim(marks) if marks else {}
        self._stands = {partition: _Stand(offset) for partition, offset in places.items()}
        self.trouble = None
        self._watchdog.fed()
        return places


def group(topic: str) -> str:
    """``articles.intake`` is read by ``ledger-intake``."""
    return f"ledger-{topic.rpartition('.')[2]}"
