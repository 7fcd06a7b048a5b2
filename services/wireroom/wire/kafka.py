"""The Kafka side of ``transport``: aiokafka, and nothing else knows about it.

What aiokafka does that a caller would not expect, and what stands here against it:

- One refused send poisons the idempotent producer of that partition: after any error
  that is not worth a retry the producer is rebuilt and what was not acked is sent again.
- An exception in a rebalance listener is swallowed: it is kept, and raised by ``take``.
- ``commit`` tries for ever while the coordinator is away: it has a time limit.
- A consumer whose start failed cannot be started again and may hold partitions: it is
  stopped, and the next try is a new one.
- ``latest``, auto-commit and a rebalance limit of one session are defaults that lose data.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaError,
    MessageSizeTooLargeError,
)
from aiokafka.partitioner import murmur2

from wireroom.wire.settings import Settings
from wireroom.wire.transport import Gone, Headers, Partition, Rebalances, Record, TooLarge

log = structlog.get_logger(__name__)

BATCH = 262_144  # a third of the CPU of 16 KB batches at 20 KB a record; 1 MB is no better
LINGER_MS = 5
OVERHEAD = 512  # batch and record framing that counts against the topic's limit
STARTS = 5  # tries, 1 s apart: a broker that is just coming up
RESENDS = 3
COMMIT_LIMIT = 15.0
REBALANCE_MS = 30_000  # longer than a drain; the default is the session timeout
JOINS, JOINS_WITHIN = 6, 60.0  # a static member that joins so often shares its id with another


class KafkaBroker:
    """``limits``: the largest record of each topic in bytes; ``instance`` names a static member."""

    def __init__(
        self, settings: Settings, *, limits: Mapping[str, int], instance: str | None = None
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._instance = instance

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[KafkaProducer]:
        producer = KafkaProducer(self._settings, self._limits)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    @asynccontextmanager
    async def consumer(
        self, topic: str, *, group: str, rebalances: Rebalances
    ) -> AsyncIterator[KafkaConsumer]:
        member = f"{group}-{self._instance}" if self._instance else None
        for attempt in range(1, STARTS + 1):
            listener = _Listener(rebalances)
            inner = AIOKafkaConsumer(
                group_id=group,
                group_instance_id=member,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                partition_assignment_strategy=(StickyPartitionAssignor,),
                session_timeout_ms=self._settings.session_timeout_ms,
                heartbeat_interval_ms=min(3_000, self._settings.session_timeout_ms // 3),
                rebalance_timeout_ms=REBALANCE_MS,
                # Not polling is our backpressure; whether we live, the watchdog tells.
                max_poll_interval_ms=2**31 - 1,
                fetch_max_bytes=8 * 1024 * 1024,
                max_partition_fetch_bytes=1024 * 1024,
                **self._settings.security(),
            )
            inner.subscribe([topic], listener=listener)
            listener.consumer = inner
            try:
                await asyncio.wait_for(inner.start(), 60)
                break
            except (KafkaError, TimeoutError) as error:
                await inner.stop()
                if attempt == STARTS:
                    raise Gone(f"{self._settings.bootstrap_servers}: {error}") from error
                await asyncio.sleep(1)
        try:
            yield KafkaConsumer(inner, listener, member)
        finally:
            await inner.stop()


class KafkaProducer:
    """Idempotent, acks=all. Rebuilt when the broker refuses for good."""

    def __init__(self, settings: Settings, limits: Mapping[str, int]) -> None:
        self._settings = settings
        self._limits = limits
        self._largest = max(limits.values(), default=1024 * 1024)
        self._generation = 0
        self._rebuilding = asyncio.Lock()
        self._partition_of = lru_cache(65_536)(_partition)

    async def start(self) -> None:
        for attempt in range(1, STARTS + 1):
            self._inner = self._new()
            try:
                await asyncio.wait_for(self._inner.start(), 60)
                return
            except (KafkaError, TimeoutError) as error:
                await self._inner.stop()
                if attempt == STARTS:
                    raise Gone(f"{self._settings.bootstrap_servers}: {error}") from error
                await asyncio.sleep(1)

    async def stop(self) -> None:
        with suppress(KafkaError, TimeoutError):
            await asyncio.wait_for(self._inner.stop(), 15)

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        size = len(value) + len(key or b"") + OVERHEAD
        size += sum(len(name) + len(content) for name, content in headers.items())
        if size > self._limits.get(topic, self._largest):
            raise TooLarge(f"{size} bytes; {topic} takes {self._limits.get(topic)}")
        generation = self._generation
        acked = await self._hand_over(topic, key, value, headers)
        return self._acked(acked, generation, topic, key, value, headers)

    async def _hand_over(
        self, topic: str, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[object]:
        try:
            inner = self._inner
            partition = None
            if key is not None:
                count = len(await inner.partitions_for(topic))
                partition = self._partition_of(key, count)
            sent: Awaitable[object] = await inner.send(
                topic, value, key=key, partition=partition, headers=[*headers.items()]
            )
        except KafkaError as error:
            return _failed(error)
        return sent

    async def _acked(
        self,
        acked: Awaitable[object],
        generation: int,
        topic: str,
        key: bytes | None,
        value: bytes,
        headers: Headers,
    ) -> None:
        for attempt in range(RESENDS + 1):
            try:
                await acked
                return
            except MessageSizeTooLargeError as error:
                await self._rebuild(generation)
                raise TooLarge(f"{len(value)} bytes: {topic} on the broker takes less") from error
            except KafkaError as error:
                if attempt == RESENDS:
                    raise Gone(f"not sent to {topic}: {error}") from error
                log.warning("send_failed", topic=topic, error=str(error), attempt=attempt + 1)
                await asyncio.sleep(0.2 * 2**attempt)
                await self._rebuild(generation)
            generation = self._generation
            acked = await self._hand_over(topic, key, value, headers)

    async def _rebuild(self, generation: int) -> None:
        async with self._rebuilding:
            if generation != self._generation:
                return  # somebody else did
            old, self._generation = self._inner, generation + 1
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(old.stop(), 5)
            await self.start()

    def _new(self) -> AIOKafkaProducer:
        none = self._settings.compression == "none"
        return AIOKafkaProducer(
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH,
            linger_ms=LINGER_MS,
            compression_type=None if none else self._settings.compression,
            max_request_size=self._largest,
            **self._settings.security(),
        )


class KafkaConsumer:
    def __init__(self, inner: AIOKafkaConsumer, listener: _Listener, member: str | None) -> None:
        self._inner = inner
        self._listener = listener
        self._member = member
        self._ends: dict[Partition, int] = {}

    async def take(
        self, limit: int, wait: float, partitions: Collection[Partition] | None = None
    ) -> Sequence[Record]:
        self._listener.check(self._member)
        if not self._listener.open.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._listener.open.wait(), wait)
            return ()
        if partitions is not None:
            mine = self._inner.assignment()
            chosen = [tp for tp in (TopicPartition(*p) for p in partitions) if tp in mine]
            if not chosen:
                await asyncio.sleep(wait)
                return ()
        else:
            chosen = []
        try:
            batches = await self._inner.getmany(
                *chosen, timeout_ms=int(wait * 1000), max_records=limit
            )
        except IllegalStateError:  # they left us while we asked
            return ()
        except KafkaError as error:
            raise Gone(f"not taken: {error}") from error
        return [_record(message) for batch in batches.values() for message in batch]

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        mine = self._inner.assignment()
        ours = {TopicPartition(*p): at for p, at in offsets.items() if TopicPartition(*p) in mine}
        if not ours:
            return
        try:
            await asyncio.wait_for(self._inner.commit(ours), COMMIT_LIMIT)
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions are no longer ours. Their new owner repeats our work.
            log.warning("not_committed", offsets=len(ours), error=str(error))
        except (KafkaError, TimeoutError) as error:
            raise Gone(f"not committed: {error!r}") from error

    def end(self, partition: Partition) -> int | None:
        fetched: int | None = None
        with suppress(IllegalStateError):
            fetched = self._inner.highwater(TopicPartition(*partition))
        asked = self._ends.get(partition)
        return max((e for e in (fetched, asked) if e is not None), default=None)

    async def refresh(self) -> None:
        mine = self._inner.assignment()
        with suppress(KafkaError, TimeoutError):  # the next take tells
            found = await asyncio.wait_for(self._inner.end_offsets(mine), 10)
            self._ends = {Partition(*tp): end for tp, end in found.items()}

    def assigned(self) -> Collection[Partition]:
        return [Partition(*tp) for tp in self._inner.assignment()]


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """The gate: nothing is taken from a revocation to the end of the assignment."""

    consumer: AIOKafkaConsumer

    def __init__(self, rebalances: Rebalances) -> None:
        self._rebalances = rebalances
        self._failure: Exception | None = None
        self._joined: deque[float] = deque(maxlen=JOINS)
        self.open = asyncio.Event()

    def check(self, member: str | None) -> None:
        """Raise what a rebalance has left: its own failure, or the sign of a twin."""
        if self._failure is not None:
            raise Gone(f"rebalance failed: {self._failure}") from self._failure
        often = len(self._joined) == JOINS and self._joined[-1] - self._joined[0] < JOINS_WITHIN
        if member and often:
            raise Gone(
                f"{member} keeps losing its place in the group: another process runs under the "
                "same name. Give each its own WIREROOM_INSTANCE."
            )

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.open.clear()
        try:
            await self._rebalances.revoked([Partition(*tp) for tp in revoked])
        except Exception as error:  # raised by the next take; aiokafka would swallow it
            self._failure = error

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._joined.append(time.monotonic())
        try:
            places = await self._rebalances.assigned([Partition(*tp) for tp in assigned])
            for partition, offset in places.items():
                self.consumer.seek(TopicPartition(*partition), offset)
            self.open.set()
        except Exception as error:  # raised by the next take; aiokafka would swallow it
            self._failure = error


async def _failed(error: KafkaError) -> None:
    raise error


def _partition(key: bytes, count: int) -> int:
    """As the Java client and librdkafka's murmur2_random choose it; pure Python, so cached."""
    return int((murmur2(key) & 0x7FFFFFFF) % count)


def _record(message: ConsumerRecord[bytes, bytes]) -> Record:
    return Record(
        Partition(message.topic, message.partition),
        message.offset,
        message.timestamp,
        message.key,
        message.value or b"",
        dict(message.headers),
    )
