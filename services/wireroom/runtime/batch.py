"""The loop of a stage that writes rows: a batch, its offsets and nothing else in one transaction.

A transaction that fails for its data is split until the one bad record is alone; that
one is buried and its offset saved by itself. A partition that another worker
has claimed ends this one: what it holds is void, and a new process claims anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from wireroom.runtime.errors import Permanent, Transient, Unavailable, reason_of
from wireroom.runtime.fuse import Fuse
from wireroom.runtime.journal import Hop, Journal
from wireroom.runtime.member import Member
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.outlet import Outlet
from wireroom.runtime.parking import Dead, Parked, history_of, is_failure, judged
from wireroom.runtime.reading import attempt, buried, is_held
from wireroom.runtime.stage import Delivery, Fenced, Stage, is_probe, subject_of
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.runtime.watchdog import Watchdog, limit_for
from wireroom.runtime.worker import DRAIN, DRAIN_REVOKED, POLL
from wireroom.wire import headers
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.event import Event
from wireroom.wire.transport import Broker, Mark, Partition, Record

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class _Item(Generic[E]):
    """A record, and its delivery unless it was buried already."""

    record: Record
    delivery: Delivery[E] | None


class _Void(Exception):
    """The partitions were claimed anew while the batch was in hand: its records come again."""


class BatchWorker(Generic[E]):
    """Runs one writing stage against one broker until told to stop."""

    _outlet: Outlet

    def __init__(
        self, stage: Stage[E], broker: Broker, codec: Codec, metrics: Metrics, journal: Journal
    ) -> None:
        assert stage.handle_batch is not None
        assert stage.offsets is not None
        self._handle = stage.handle_batch
        self._places = stage.offsets
        self._stage = stage
        self._broker = broker
        self._codec = codec
        self._metrics = metrics.of(stage.name)
        self._metrics.in_flight_limit.set(stage.batch_size)
        self._journal = journal
        retention = stage.consumes.retention_days * 86_400.0
        self._member = Member(self._metrics, Watchdog(limit_for(stage.timeout)), retention)
        self._fuse = Fuse(self._fuse_changed)
        self._stop = asyncio.Event()
        self._claims = self._held = 0  # rebalances so far; the one that the batch in hand is of
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def name(self) -> str:
        return self._stage.name

    @property
    def ready(self) -> bool:
        return self.trouble is None

    @property
    def trouble(self) -> str | None:
        return self._member.trouble(self._fuse.reason)

    async def run(self, stop: asyncio.Event) -> None:
        """Return when stopped. Raises ``Gone``, or a group of ``Gone``, ``Fenced``, ``Stalled``."""
        stage, member = self._stage, self._member
        self._stop = stop
        topic = stage.consumes.topic
        async with (
            self._broker.producer() as producer,
            self._broker.consumer(topic, group=stage.name, rebalances=self) as member.consumer,
        ):
            self._outlet = Outlet(stage.name, producer, self._codec, self._metrics, self._journal)
            try:
                async with asyncio.TaskGroup() as tasks:
                    house = tasks.create_task(member.keep_house())
                    writing = tasks.create_task(self._guarded(stop))
                    await self._until_done(stop, writing)
                    house.cancel()
            finally:
                await member.commit_last()

    async def _until_done(self, stop: asyncio.Event, writing: asyncio.Task[None]) -> None:
        """A batch that does not end in time is left: its transaction rolls back."""
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({writing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        _, late = await asyncio.wait({writing}, timeout=DRAIN)
        for task in late:
            task.cancel()

    async def _guarded(self, stop: asyncio.Event) -> None:
        with no_stray_cancellation("writing batches"):
            await self._write_until(stop)

    async def _write_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            records = await self._collect(stop)
            if records:
                self._metrics.in_flight.set(len(records))
                self._idle.clear()
                try:
                    with suppress(_Void):
                        await self._flush(records)
                finally:
                    self._idle.set()
                    self._metrics.in_flight.set(0)

    async def _collect(self, stop: asyncio.Event) -> list[Record]:
        """Up to a batch; what comes within ``batch_wait`` of the first record goes along."""
        consumer, size = self._member.consumer, self._stage.batch_size
        assert consumer is not None
        batch: list[Record] = []
        until = 0.0
        while len(batch) < size and not stop.is_set():
            now = time.monotonic()
            if batch and now >= until:
                break
            wait = until - now if batch else POLL
            before = self._claims
            taken = await consumer.take(size - len(batch), wait)
            if before != self._claims:
                batch = []  # a rebalance in between: what is still ours comes again
            if taken and not batch:
                until = time.monotonic() + self._stage.batch_wait
            batch += [record for record in taken if self._member.offsets.begin(record)]
        self._metrics.taken(self._stage.consumes.topic, len(batch))
        return batch

    async def _flush(self, records: Sequence[Record]) -> None:
        began, self._held = time.time(), self._claims
        items = await self._opened(records, began)
        await self._write(items, began)
        took = time.time() - began
        self._metrics.batch_size.observe(len(records))
        self._metrics.batch_seconds.observe(took)
        for record in records:
            self._member.finished(record.partition, record.offset)
            self._metrics.process_seconds.observe(took)

    async def _opened(self, records: Sequence[Record], began: float) -> list[_Item[E]]:
        """One that can be read says that we can read; without one, they wait as the fuse says."""
        kind = self._stage.consumes
        while True:
            if self._claims != self._held:
                raise _Void
            found = [attempt(self._codec, kind, record) for record in records]
            failures = [error for error in found if isinstance(error, Undecodable)]
            if len(failures) < len(found):
                break
            held = [is_held(error, kind, self._fuse) for error in failures]
            if not any(held):
                break
            await self._turn()
        pairs = zip(records, found, strict=True)
        return [await self._item(record, one, began) for record, one in pairs]

    async def _item(self, record: Record, found: E | Undecodable, began: float) -> _Item[E]:
        envelope = headers.read(record)
        if isinstance(found, Undecodable):
            await self._outlet.bury(Hop(record, envelope, None, began), buried(found))
            return _Item(record, None)
        hop = Hop(record, envelope, subject_of(self._stage, found), began, is_probe(found))
        return _Item(record, Delivery(found, hop))

    async def _write(self, items: Sequence[_Item[E]], began: float) -> None:
        """All of it or, where the data is at fault, all but the bad records."""
        probed = False
        while True:
            verdict = await self._transaction(items)
            deliveries = [item.delivery for item in items if item.delivery]
            if verdict is None:
                if deliveries or self._fuse.blown:  # else offsets alone say nothing of the rows
                    self._fuse.survived()
                return
            if len(deliveries) > 1:
                half = len(items) // 2
                await self._write(items[:half], began)
                await self._write(items[half:], began)
                return
            if not deliveries:  # nothing but offsets: the fault is not the data's
                self._fuse.blow(reason_of(verdict.error))
            if not deliveries or self._holds(verdict, probed=probed):
                await self._turn()
                probed = True
                continue
            await self._put_aside(deliveries[0].hop, verdict)
            items = [_Item(item.record, None) for item in items]

    def _holds(self, verdict: Dead | Parked, *, probed: bool) -> bool:
        error = verdict.error
        return is_failure(error) and self._fuse.died(error, reason_of(error), probed=probed)

    async def _put_aside(self, hop: Hop, verdict: Dead | Parked) -> None:
        if isinstance(verdict, Dead):
            await self._outlet.bury(hop, verdict)
            return
        try:
            await self._outlet.park(hop, verdict, hop.record.key)
        except Permanent as error:  # too large for a tier
            await self._outlet.bury(hop, Dead(error, verdict.history))

    async def _transaction(self, items: Sequence[_Item[E]]) -> Dead | Parked | None:
        """Try until it works, or until the data is to blame: then return what is to follow.

        What was tried before it was parked counts for a record alone, not for a batch.
        """
        reached = {item.record.partition: item.record.offset + 1 for item in items}
        deliveries = [item.delivery for item in items if item.delivery]
        alone = deliveries[0].hop.record.headers if len(deliveries) == 1 else {}
        history = history_of(alone)
        while True:
            if self._claims != self._held:
                raise _Void
            checkpoint = self._places.checkpoint(reached)
            try:
                async with asyncio.timeout(self._stage.timeout):
                    await self._handle(deliveries, checkpoint)
                self._places.saved(checkpoint)
                return None
            except Fenced as error:
                if self._claims != self._held:
                    raise _Void from error  # by ourselves
                await self._member.put_out()
                raise
            except Unavailable as error:
                self._fuse.blow(error.reason)
                await self._turn()
                continue
            except TimeoutError:
                failure: Exception = Transient("timeout", f"after {self._stage.timeout:g} s")
            except Exception as error:  # a bug too: retried, then blamed on the data
                failure = error
            history, wait = judged(failure, history, self._stage.backoff, time.time())
            if wait is None:
                return Dead(failure, history)
            if wait > self._stage.backoff.limit:
                return Parked(failure, wait, history)
            self._metrics.retried(reason_of(failure))
            self._member.watchdog.fed()
            await asyncio.sleep(wait)

    async def _turn(self) -> None:
        await self._fuse.turn()
        self._member.watchdog.fed()  # a known wait

    def _fuse_changed(self, reason: str | None) -> None:
        self._metrics.fuse(reason)
        self._member.watchdog.fed()

    # Rebalances

    async def revoked(self, partitions: Collection[Partition]) -> None:
        idle = asyncio.create_task(self._idle.wait())
        await asyncio.wait({idle}, timeout=DRAIN_REVOKED)
        idle.cancel()
        await self._member.commit()

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        # The place in Postgres counts, also for what comes back: begin anew from there.
        self._claims += 1
        self._member.offsets.keep({})
        places = await self._places.claim(marks) if marks else {}
        self._member.took(marks)
        return places
