"""Taking: a static member of a group, with explicit commits and a gate over rebalances.

What aiokafka does that a caller would not expect, and what stands here against it:

- An exception in a rebalance listener is swallowed: ``gate`` keeps it, ``take`` raises it.
- ``commit`` tries for ever while the coordinator is away: it has a time limit.
- A consumer whose start failed cannot be started again and may hold partitions: it is
  stopped, and the next try is a new one.
- ``latest``, auto-commit and a rebalance limit of one session are defaults that lose data.
- Paused partitions are forgotten at a rebalance: nothing is paused here, the caller names
  the partitions that it takes from.
- A header whose name is no UTF-8 stops its partition: ``forgiving`` reads past it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import (
    CommitFailedError,
    CorruptRecordException,
    IllegalStateError,
    KafkaError,
)

from wireroom.wire.kafka import forgiving
from wireroom.wire.kafka.gate import Gate
from wireroom.wire.kafka.twin import only_one
from wireroom.wire.kafka.watcher import Watcher
from wireroom.wire.settings import Settings
from wireroom.wire.transport import Gone, Mark, Partition, Rebalances, Record

log = structlog.get_logger(__name__)

STARTS = 5  # tries, 1 s apart: a broker that is just coming up
START_LIMIT = 60.0
COMMIT_LIMIT = 15.0
ASK_LIMIT = 10.0
REBALANCE_MS = 30_000  # longer than a drain; the default is the session timeout
STOP_LIMIT = 15.0
COUNT_EVERY = 15.0  # seconds; aiokafka itself asks the broker once in five minutes


@dataclass(frozen=True, slots=True)
class Place:
    """``group`` reads ``topic``; ``instance`` makes a member of it a static one."""

    topic: str
    group: str
    instance: str | None

    @property
    def name(self) -> str | None:
        return f"{self.group}-{self.instance}" if self.instance else None


@asynccontextmanager
async def member(
    settings: Settings, place: Place, rebalances: Rebalances, watcher: Watcher
) -> AsyncIterator[KafkaConsumer]:
    """A started consumer. Raises ``Gone``."""
    name = place.name
    with only_one(settings.bootstrap_servers, name) if name else nullcontext():
        for attempt in range(1, STARTS + 1):
            inner = _new(settings, place.group, name)
            gate = Gate(inner, rebalances)
            inner.subscribe([place.topic], listener=gate)
            try:
                async with asyncio.timeout(START_LIMIT):
                    await inner.start()
                    await gate.told.wait()
                break
            except (KafkaError, TimeoutError) as error:
                await _stop(inner)
                if attempt == STARTS:
                    raise Gone(f"{settings.bootstrap_servers}: {error!r}") from error
                await asyncio.sleep(1)
        try:
            yield KafkaConsumer(inner, gate, place, watcher)
        finally:
            await _stop(inner)


async def _stop(inner: AIOKafkaConsumer) -> None:
    """Also of one whose start failed: it may be in the group already."""
    with suppress(KafkaError, TimeoutError):
        async with asyncio.timeout(STOP_LIMIT):
            await inner.stop()


def _new(settings: Settings, group: str, name: str | None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        group_id=group,
        group_instance_id=name,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        partition_assignment_strategy=(StickyPartitionAssignor,),
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=min(3_000, settings.session_timeout_ms // 3),
        rebalance_timeout_ms=REBALANCE_MS,
        # Not polling is our backpressure; whether we live, the watchdog tells.
        max_poll_interval_ms=2**31 - 1,
        fetch_max_bytes=8 * 1024 * 1024,
        max_partition_fetch_bytes=1024 * 1024,
        **settings.security(),
    )


class KafkaConsumer:
    """A member that has joined. See ``transport.Consumer``."""

    def __init__(self, inner: AIOKafkaConsumer, gate: Gate, place: Place, watcher: Watcher) -> None:
        self._inner = inner
        self._gate = gate
        self._topic = place.topic
        self._member = place.name
        self._watcher = watcher
        self._count_at = 0.0
        self._ends: dict[Partition, int] = {}

    async def take(
        self, limit: int, wait: float, partitions: Collection[Partition] | None = None
    ) -> Sequence[Record]:
        self._gate.check(self._member)
        self._count_partitions()
        if not self._gate.open.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._gate.open.wait()
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
        except (UnicodeDecodeError, CorruptRecordException) as error:
            log.warning("read_again", topic=self._topic, why=str(error))
            return await self._forgiving(chosen or self._inner.assignment(), limit)
        except KafkaError as error:
            raise Gone(f"not taken: {error}") from error
        for tp, batch in batches.items():
            self._gate.taken[tp] = batch[-1].offset + 1
        return [record(message) for batch in batches.values() for message in batch]

    def _count_partitions(self) -> None:
        """A static member is not given new ones; somebody has to notice."""
        now = time.monotonic()
        if now > self._count_at:
            self._count_at = now + COUNT_EVERY
            known = self._inner.partitions_for_topic(self._topic) or ()
            self._watcher.topic_partitions(self._topic, len(known))

    async def _forgiving(
        self, partitions: Collection[TopicPartition], limit: int
    ) -> Sequence[Record]:
        taken = self._gate.taken
        try:
            found = await forgiving.take(self._inner, taken, partitions, limit)
            # A rebalance in between has set all places anew.
            whole = self._gate.open.is_set() and taken is self._gate.taken
            return forgiving.hand_out(self._inner, taken, found) if whole else ()
        except IllegalStateError:  # they left us while we asked
            return ()
        except KafkaError as error:
            raise Gone(f"not taken: {error}") from error

    async def commit(self, marks: Mapping[Partition, Mark]) -> None:
        mine = self._inner.assignment()
        ours = {tp: tuple(mark) for p, mark in marks.items() if (tp := TopicPartition(*p)) in mine}
        if not ours:
            return
        try:
            async with asyncio.timeout(COMMIT_LIMIT):
                await self._inner.commit(ours)
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions are no longer ours. Their new owner repeats our work.
            self._watcher.commit_refused()
            log.warning("not_committed", offsets=len(ours), error=str(error))
        except (KafkaError, TimeoutError) as error:
            raise Gone(f"not committed: {error!r}") from error

    def end(self, partition: Partition) -> int | None:
        tp = TopicPartition(*partition)
        # It may have left us since the caller looked; aiokafka asserts that it has not.
        fetched = self._inner.highwater(tp) if tp in self._inner.assignment() else None
        asked = self._ends.get(partition)
        return max((e for e in (fetched, asked) if e is not None), default=None)

    async def refresh(self) -> None:
        mine = self._inner.assignment()
        with suppress(KafkaError, TimeoutError):  # the next take tells
            async with asyncio.timeout(ASK_LIMIT):
                found = await self._inner.end_offsets(mine)
            self._ends = {Partition(*tp): end for tp, end in found.items()}

    async def places(self) -> Mapping[Partition, int]:
        mine, found = self._inner.assignment(), dict[Partition, int]()
        with suppress(KafkaError, TimeoutError):  # asked again later
            async with asyncio.timeout(ASK_LIMIT):
                # What was committed may have been deleted since.
                for tp, first in (await self._inner.beginning_offsets(mine)).items():
                    at = self._gate.taken.get(tp)
                    at = await self._inner.committed(tp) if at is None else at
                    found[Partition(*tp)] = max(first, at or 0)
        return found

    def assigned(self) -> Collection[Partition]:
        mine = self._inner.assignment() if self._gate.open.is_set() else ()
        return [Partition(*tp) for tp in mine]


def record(message: ConsumerRecord[bytes, bytes]) -> Record:
    """The message as ``transport`` has it; what is null becomes empty, but for the key."""
    return Record(
        Partition(message.topic, message.partition),
        message.offset,
        message.timestamp,
        message.key,
        message.value or b"",
        {name: value or b"" for name, value in message.headers},  # null in a foreign client's
    )
