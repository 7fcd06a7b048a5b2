"""One retry tier: read ahead, send back in the order in which it is due, commit.

A record stays in its tier until it is due, at most for the tier's own time; what is due later
goes on to the tier of what is left. So nothing waits behind anything for longer than that.

Committed is what the broker has copies of. Killed in between, the relay makes second copies of
at most ``TOGETHER`` records; they have the ids of the first, and each article counts once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Collection, Mapping
from contextlib import suppress
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from wireroom.relay.metrics import RelayMetrics
from wireroom.runtime import parking
from wireroom.runtime.errors import Permanent
from wireroom.runtime.journal import Hop
from wireroom.runtime.offsets import Offsets
from wireroom.runtime.outlet import Outlet
from wireroom.runtime.parking import Dead
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.wire import headers
from wireroom.wire.topics import tier_for
from wireroom.wire.transport import (
    Broker,
    Consumer,
    Mark,
    Partition,
    Producer,
    Record,
    TooLarge,
)

POLL = 0.2
AHEAD = 2_000  # records of a partition in hand; what lies behind them may leave late, never early
AHEAD_BYTES = 16 * 1024 * 1024  # the same in bytes: a parked page may have megabytes
TOGETHER = 200  # records whose acks are awaited together
COUNT_EVERY = 15.0  # seconds between two questions for the ends
DRAIN = 5.0  # seconds to finish what is being sent when partitions go


class _Waiting(NamedTuple):
    """``leaves``: when it is to be sent, milliseconds since 1970."""

    leaves: int
    partition: Partition
    offset: int
    record: Record


class Tier:
    """The relay's part in one tier, ``seconds`` long."""

    def __init__(
        self, name: str, seconds: float, targets: Collection[str], metrics: RelayMetrics
    ) -> None:
        self.name = name
        self.joined = self._open = False
        self._length = round(seconds * 1000)
        self._targets = targets
        self._relayed = metrics.relayed.labels(name)
        self._counted = metrics.waiting.labels(name)
        self._offsets = Offsets()
        self._heap: list[_Waiting] = []
        self._bytes: dict[Partition, int] = {}
        self._moving = asyncio.Lock()
        self._moved = 0
        self._count_at = 0.0
        self._consumer: Consumer | None = None

    @property
    def in_hand(self) -> int:
        return len(self._heap)

    def overdue(self, now: float) -> float:
        """Seconds by which the first one is late; 0 when none is."""
        return max(0.0, now - self._heap[0].leaves / 1000) if self._heap else 0.0

    def take_moved(self) -> int:
        """Records sent since the last call."""
        moved, self._moved = self._moved, 0
        return moved

    async def run(
        self, broker: Broker, producer: Producer, outlet: Outlet, stop: asyncio.Event
    ) -> None:
        """Until stopped; what is being sent then is finished and committed. Raises ``Gone``."""
        place = broker.consumer(self.name, group=f"relay-{self.name}", rebalances=self)
        with no_stray_cancellation(f"relaying {self.name}"):
            async with place as self._consumer:
                while not stop.is_set():
                    await self._move(producer, outlet)
                    await self._read_ahead(self._consumer)

    async def count(self) -> None:
        """Tell how much waits; now and then, for the broker has to be asked."""
        if self._consumer is None or (now := time.monotonic()) < self._count_at:
            return
        self._count_at = now + COUNT_EVERY
        await self._consumer.refresh()
        starts = await self._consumer.places()
        behind = {p: (self._consumer.end(p) or 0) - start for p, start in starts.items()}
        self._counted.set(sum(max(0, records) for records in behind.values()))

    # In

    async def _read_ahead(self, consumer: Consumer) -> None:
        free = [p for p in consumer.assigned() if self._has_room(p)]
        for record in await consumer.take(TOGETHER, self._until_due(), free):
            if self._offsets.begin(record):
                size = self._bytes.get(record.partition, 0)
                self._bytes[record.partition] = size + len(record.value)
                waiting = _Waiting(self._leaves(record), record.partition, record.offset, record)
                heappush(self._heap, waiting)

    def _has_room(self, partition: Partition) -> bool:
        return (
            self._offsets.above(partition) < AHEAD
            and self._bytes.setdefault(partition, 0) < AHEAD_BYTES
        )

    def _until_due(self) -> float:
        if not self._heap:
            return POLL
        return min(POLL, max(0.001, self._heap[0].leaves / 1000 - time.time()))

    def _leaves(self, record: Record) -> int:
        ticket = parking.ticket_of(record.headers)
        return min(ticket.due, record.timestamp + self._length) if ticket else record.timestamp

    # Out

    async def _move(self, producer: Producer, outlet: Outlet) -> None:
        while self._open and self.overdue(time.time()) > 0:
            async with self._moving:
                leaving: list[_Waiting] = []
                while (
                    self._open
                    and self._heap
                    and len(leaving) < TOGETHER
                    and self._heap[0].leaves <= _now()
                ):
                    leaving.append(heappop(self._heap))
                sent = [await self._send(one.record, producer, outlet) for one in leaving]
                for one, acked in zip(leaving, sent, strict=True):
                    await _acknowledged(one.record, acked, outlet)
                    self._finished(one)
                await self._commit()

    async def _send(
        self, record: Record, producer: Producer, outlet: Outlet
    ) -> Awaitable[None] | None:
        """Back to its topic or on to another tier. None when it became a dead letter."""
        ticket = parking.ticket_of(record.headers)
        if ticket is None or ticket.topic not in self._targets:
            why = f"retry-topic is none of {', '.join(sorted(self._targets))}"
            await _bury(record, Permanent("not_parked", why), outlet)
            return None
        left = (ticket.due - _now()) / 1000
        topic = ticket.topic if left <= 0 else tier_for(left)
        kept = parking.back(record.headers) if left <= 0 else record.headers
        try:
            sent = await producer.send(topic, key=record.key, value=record.value, headers=kept)
        except TooLarge as error:
            await _bury(record, Permanent("too_large", str(error)), outlet)
            return None
        if left <= 0:
            self._relayed.inc()
        return sent

    def _finished(self, one: _Waiting) -> None:
        self._offsets.finish(one.partition, one.offset)
        if one.partition in self._bytes:
            self._bytes[one.partition] -= len(one.record.value)
        self._moved += 1

    async def _commit(self) -> None:
        if self._consumer and (marks := self._offsets.take_committable()):
            await self._consumer.commit(marks)

    # Rebalances

    async def revoked(self, partitions: Collection[Partition]) -> None:
        self._open = False  # what is sent from now on could not be committed
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN), self._moving:
                await self._commit()

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        self._offsets.keep(marks)
        self._heap = [one for one in self._heap if one.partition in marks]
        heapify(self._heap)
        self._bytes = {p: size for p, size in self._bytes.items() if p in marks}
        self.joined = self._open = True
        return {}


def _now() -> int:
    return round(time.time() * 1000)


async def _acknowledged(record: Record, acked: Awaitable[None] | None, outlet: Outlet) -> None:
    """Until the broker has it; what it takes from nobody becomes a dead letter."""
    if acked is None:
        return
    try:
        await acked
    except TooLarge as error:
        await _bury(record, Permanent("too_large", str(error)), outlet)


async def _bury(record: Record, error: Permanent, outlet: Outlet) -> None:
    hop = Hop(record, headers.read(record), None, time.time())
    await outlet.bury(hop, Dead(error, parking.history_of(record.headers)))
