"""The one loop that every stage with a handler for single events runs in.

    take → decode → handle, and retry → send → finish → commit

An event that can't be handled goes to the dead letters; a broker that can't be reached
ends the worker. Nothing is lost in between: an offset is committed only after
everything that follows from it was acknowledged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Generic, TypeVar

from wireroom.runtime.deadletter import reason_of
from wireroom.runtime.errors import Permanent, Transient, Unavailable
from wireroom.runtime.fuse import Fuse
from wireroom.runtime.journal import Hop, Journal
from wireroom.runtime.logs import HANDLED, Handled
from wireroom.runtime.member import Member
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.outlet import Dead, Outlet
from wireroom.runtime.stage import Drop, Outcome, Stage, is_probe, subject_of
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.runtime.watchdog import Watchdog, limit_for
from wireroom.wire import headers
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.event import Event
from wireroom.wire.transport import Broker, Partition, Record

E = TypeVar("E", bound=Event)

POLL = 0.2
KNOWN_WAIT = 10.0  # seconds between two signs of life of a record that waits its turn
DRAIN = 10.0  # seconds to finish what is in hand when told to stop
DRAIN_REVOKED = 5.0  # the same when partitions go; others of the group wait for it


class Worker(Generic[E]):
    """Runs one stage against one broker until told to stop."""

    _outlet: Outlet

    def __init__(
        self, stage: Stage[E], broker: Broker, codec: Codec, metrics: Metrics, journal: Journal
    ) -> None:
        assert stage.handle is not None
        self._handle = stage.handle
        self._stage = stage
        self._broker = broker
        self._codec = codec
        self._metrics = metrics.of(stage.name)
        self._metrics.in_flight_limit.set(stage.concurrency)
        self._journal = journal
        retention = stage.consumes.retention_days * 86_400.0
        self._member = Member(self._metrics, Watchdog(limit_for(stage.timeout)), retention)
        self._fuse = Fuse(self._fuse_changed)
        self._running: dict[asyncio.Task[None], Partition] = {}
        self._room = asyncio.Event()

    @property
    def name(self) -> str:
        return self._stage.name

    @property
    def ready(self) -> bool:
        return self._member.joined

    async def run(self, stop: asyncio.Event) -> None:
        """Return when stopped and drained.

        Raises ``Gone``, bare or in an ``ExceptionGroup``, when the broker gives out, and
        ``Stalled``, in a group, when nothing moves: a new process goes on where this one was.
        """
        stage, member = self._stage, self._member
        topic = stage.consumes.topic
        async with (
            self._broker.producer() as producer,
            self._broker.consumer(topic, group=stage.name, rebalances=self) as member.consumer,
        ):
            self._outlet = Outlet(stage.name, producer, self._codec, self._metrics, self._journal)
            try:
                async with asyncio.TaskGroup() as tasks:
                    house = tasks.create_task(member.keep_house())
                    await self._take_until(stop, tasks)
                    for late in await self._finish(list(self._running), DRAIN):
                        late.cancel()  # it comes again
                    house.cancel()
            finally:
                await member.commit_last()

    async def _take_until(self, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        consumer, limit = self._member.consumer, self._stage.concurrency
        assert consumer is not None
        topic = self._stage.consumes.topic
        while not stop.is_set():
            room = limit - len(self._running)
            if self._fuse.blown or room <= 0:
                self._room.clear()
                # Not wait_for: in Python 3.11 it may swallow the end that a failed sibling calls.
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._room.wait()
                continue
            begun = 0
            for record in await consumer.take(room, POLL, self._with_room()):
                if self._member.offsets.begin(record):
                    self._begin(record, tasks)
                    begun += 1
            self._metrics.taken(topic, begun)
            self._metrics.in_flight.set(len(self._running))

    def _with_room(self) -> Collection[Partition] | None:
        """Partitions whose window is not full; None when that is all of them."""
        consumer, offsets, window = self._member.consumer, self._member.offsets, self._stage.window
        assert consumer is not None
        mine = consumer.assigned()
        free = [p for p in mine if offsets.above(p) < window]
        return None if len(free) == len(mine) else free

    def _begin(self, record: Record, tasks: asyncio.TaskGroup) -> None:
        task = tasks.create_task(self._guarded(record))
        self._running[task] = record.partition
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        # Waking for every record would mean a poll for every record.
        if len(self._running) <= self._stage.concurrency * 3 // 4:
            self._room.set()

    async def _guarded(self, record: Record) -> None:
        with no_stray_cancellation("handling a record"):
            await self._process(record)

    async def _process(self, record: Record) -> None:
        hop = Hop(record, headers.read(record), None, time.time())
        try:
            event = self._codec.decode(record.value, self._stage.consumes, record.headers)
        except Undecodable as error:
            await self._outlet.bury(hop, Dead(Permanent(error.reason, str(error)), 0))
        else:
            subject = subject_of(self._stage, event)
            hop = Hop(record, hop.envelope, subject, hop.began, is_probe(event))
            await self._resolve(hop, event)
        self._member.finished(record.partition, record.offset)
        self._metrics.process_seconds.observe(time.time() - hop.began)

    async def _resolve(self, hop: Hop, event: E) -> None:
        """Until the event has an outcome that is acknowledged."""
        probed = False
        while True:
            outcome, attempts = await self._attempts(hop, event)
            try:
                match outcome:
                    case Drop(reason):
                        await self._outlet.drop(hop, reason, attempts)
                    case Dead(error, _):
                        if self._fuse.died(error, reason_of(error), probed=probed):
                            await self._turn()
                            probed = True
                            continue
                        await self._outlet.bury(hop, outcome)
                        return
                    case _:
                        await self._outlet.pass_on(hop, outcome, attempts)
            except Permanent as error:  # too large for the next topic
                await self._outlet.bury(hop, Dead(error, attempts))
            self._fuse.survived()
            return

    async def _attempts(self, hop: Hop, event: E) -> tuple[Outcome | Dead, int]:
        attempt = 0
        while True:
            attempt += 1
            after = 0.0
            # Each record has its own task, and so its own context.
            HANDLED.set(Handled(self.name, hop, attempt))
            try:
                async with asyncio.timeout(self._stage.timeout):
                    return await self._handle(event), attempt
            except Permanent as error:
                return Dead(error, attempt), attempt
            except Unavailable as error:
                self._fuse.blow(error.reason)
                await self._turn()
                attempt -= 1  # not the event's doing
                continue
            except Transient as error:
                if not error.counts:
                    attempt -= 1
                    await self._wait(error.after)
                    continue
                failure: Exception = error
                after = error.after
            except TimeoutError:
                failure = Transient("timeout", f"after {self._stage.timeout:g} s")
            except Exception as error:  # a bug: retried, in case it was not one, then buried
                failure = error
            delay = self._stage.backoff.delay(attempt, after)
            if delay is None:
                return Dead(failure, attempt), attempt
            await self._outlet.retried(hop, reason_of(failure), attempt)
            await self._wait(delay)

    async def _turn(self) -> None:
        await self._fuse.turn()
        self._member.watchdog.fed()  # a known wait

    async def _wait(self, seconds: float) -> None:
        """A wait that the watchdog knows of."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._member.watchdog.fed()
            await asyncio.sleep(min(left, KNOWN_WAIT))
        self._member.watchdog.fed()

    def _fuse_changed(self, reason: str | None) -> None:
        self._metrics.fuse(reason)
        self._member.watchdog.fed()
        self._room.set()

    # Rebalances

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """What takes longer goes on: most partitions come back, and with them their place."""
        await self._finish(self._of(partitions), DRAIN_REVOKED)
        await self._member.commit()

    async def assigned(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        for task in self._of(set(self._running.values()) - set(partitions)):
            task.cancel()  # another worker does it over
        self._member.offsets.keep(partitions)
        self._member.took(partitions)
        return {}

    def _of(self, partitions: Collection[Partition]) -> list[asyncio.Task[None]]:
        return [task for task, partition in self._running.items() if partition in partitions]

    @staticmethod
    async def _finish(
        tasks: Collection[asyncio.Task[None]], limit: float
    ) -> Collection[asyncio.Task[None]]:
        """Wait up to ``limit`` seconds; return what is not done by then."""
        return (await asyncio.wait(tasks, timeout=limit))[1] if tasks else ()
