"""A broker in this process: for tests of what stands on a broker."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Collection, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from zlib import crc32

from wireroom.wire.transport import Headers, Mark, Partition, Rebalances, Record, TooLarge


class MemoryBroker:
    """Topics are lists. One consumer per group; it owns every partition."""

    def __init__(self, partitions: int = 4, limits: Mapping[str, int] | None = None) -> None:
        self._partitions = partitions
        self._limits = limits or {}
        self._log: dict[Partition, list[Record]] = defaultdict(list)
        self.committed: dict[tuple[str, Partition], int] = {}
        self.notes: dict[tuple[str, Partition], str] = {}
        self._arrived = asyncio.Event()

    def records(self, topic: str) -> list[Record]:
        """Everything ever sent to ``topic``."""
        return [r for p in self.partitions(topic) for r in self._log[p]]

    def partitions(self, topic: str) -> list[Partition]:
        return [Partition(topic, n) for n in range(self._partitions)]

    def mark(self, group: str, partition: Partition) -> Mark:
        place = (group, partition)
        return Mark(self.committed.get(place, 0), self.notes.get(place, ""))

    def log(self, partition: Partition) -> list[Record]:
        return self._log[partition]

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[MemoryBroker]:
        yield self

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        if len(value) > self._limits.get(topic, len(value)):
            raise TooLarge(f"{len(value)} bytes; {topic} takes {self._limits[topic]}")
        partition = Partition(topic, await self.partition(topic, key or b""))
        log = self._log[partition]
        now = int(time.time() * 1000)
        log.append(Record(partition, len(log), now, key, value, dict(headers)))
        self._arrived.set()
        return _Sent()

    async def partition(self, topic: str, key: bytes) -> int:
        return crc32(key) % self._partitions

    @asynccontextmanager
    async def consumer(
        self, topic: str, *, group: str, rebalances: Rebalances
    ) -> AsyncIterator[MemoryConsumer]:
        owned = self.partitions(topic)
        places = await rebalances.assigned({p: self.mark(group, p) for p in owned})
        yield MemoryConsumer(self, owned, group, places)

    async def arrival(self, wait: float) -> None:
        """Until something is sent, or ``wait`` seconds."""
        self._arrived.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._arrived.wait()


class MemoryConsumer:
    """The only member of its group."""

    def __init__(
        self,
        broker: MemoryBroker,
        owned: Sequence[Partition],
        group: str,
        places: Mapping[Partition, int],
    ) -> None:
        self._broker = broker
        self._group = group
        self._told = dict(places)
        self._position = {p: places.get(p, broker.committed.get((group, p), 0)) for p in owned}

    async def take(
        self, limit: int, wait: float, partitions: Collection[Partition] | None = None
    ) -> Sequence[Record]:
        if not (batch := self._ready(limit, partitions)):
            await self._broker.arrival(wait)
            batch = self._ready(limit, partitions)
        return batch

    def _ready(self, limit: int, partitions: Collection[Partition] | None) -> list[Record]:
        batch: list[Record] = []
        for partition, position in self._position.items():
            if partitions is None or partition in partitions:
                some = self._broker.log(partition)[position : position + limit - len(batch)]
                self._position[partition] += len(some)
                batch += some
        return batch

    async def commit(self, marks: Mapping[Partition, Mark]) -> None:
        for partition, mark in marks.items():
            if partition in self._position:
                self._broker.committed[self._group, partition] = mark.offset
                self._broker.notes[self._group, partition] = mark.note

    def end(self, partition: Partition) -> int | None:
        return len(self._broker.log(partition))

    async def refresh(self) -> None:
        """``end`` is always right here."""

    async def places(self) -> Mapping[Partition, int]:
        committed = {p: self._broker.mark(self._group, p).offset for p in self._position}
        return committed | self._told

    def assigned(self) -> Collection[Partition]:
        return list(self._position)


class _Sent:
    """Done from the start; nobody has to wait for it."""

    def __await__(self) -> Generator[None, None, None]:
        return
        yield
