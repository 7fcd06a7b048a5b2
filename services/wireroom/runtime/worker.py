"""The one loop that every stage with a handler for single events runs in.

    take → decode → handle, and retry → send → finish → commit

An event that has to wait long is parked in a retry tier, one that can't be handled goes to the
dead letters; a broker that can't be reached ends the worker. Nothing is lost in between: an
offset is committed only after everything that follows from it was acknowledged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Generic, TypeVar

from wireroom.runtime.errors import Permanent, reason_of
from wireroom.runtime.fuse import Fuse
from wireroom.runtime.hand import Hand
from wireroom.runtime.journal import Hop, Journal
from wireroom.runtime.member import Member
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.outlet import Outlet
from wireroom.runtime.parking import Dead, History, Parked, is_failure
from wireroom.runtime.reading import opened
from wireroom.runtime.service import Rankings
from wireroom.runtime.stage import Drop, Stage, Unchanged, is_probe, subject_of
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.runtime.trial import Trial, Verdict
from wireroom.runtime.watchdog import Watchdog, limit_for
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.transport import Broker, Mark, Partition, Record

E = TypeVar("E", bound=Event)

POLL = 0.2
LOOK_EVERY = 0.5  # seconds between two looks at who holds up whom
DRAIN = 10.0  # seconds to finish what is in hand when told to stop
DRAIN_REVOKED = 5.0  # the same when partitions go; others of the group wait for it


class Worker(Generic[E]):
    """Runs one stage against one broker until told to stop."""

    _outlet: Outlet

    def __init__(
        self, stage: Stage[E], broker: Broker, codec: Codec, metrics: Metrics, journal: Journal
    ) -> None:
        self._stage = stage
        self._broker = broker
        self._codec = codec
        self._metrics = metrics.of(stage.name)
        self._metrics.in_flight_limit.set(stage.concurrency)
        self._journal = journal
        retention = stage.consumes.retention_days * 86_400.0
        self._member = Member(self._metrics, Watchdog(limit_for(stage.timeout)), retention)
        self._fuse = Fuse(self._fuse_changed)
        self._running: dict[asyncio.Task[None], Hand] = {}
        # Taken at once from whichever partition: a quarter, so that no window is ever passed.
        self._step = max(1, stage.window // 4)
        self._trial = Trial(stage, self._retried, self._blown)
        self._room = asyncio.Event()

    @property
    def name(self) -> str:
        return self._stage.name

    @property
    def ready(self) -> bool:
        return self.trouble is None

    @property
    def trouble(self) -> str | None:
        return self._member.trouble(self._fuse.reason)

    def rankings(self) -> Rankings:
        return self._stage.rankings()

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
        look = 0.0
        while not stop.is_set():
            if (now := time.monotonic()) > look:
                look = now + LOOK_EVERY
                self._make_room()
            room = limit - len(self._running)
            if self._fuse.blown or room <= 0:
                self._room.clear()
                # Not wait_for: in Python 3.11 it may swallow the end that a failed sibling calls.
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL):
                        await self._room.wait()
                continue
            begun = 0
            most = min(room, self._step)
            for record in await consumer.take(most, POLL, self._with_room()):
                if self._member.offsets.begin(record):
                    self._begin(record, tasks)
                    begun += 1
            self._metrics.taken(topic, begun)
            self._metrics.in_flight.set(len(self._running))

    def _with_room(self) -> Collection[Partition] | None:
        """Partitions whose window has room for a step; None when that is all of them."""
        consumer, offsets, window = self._member.consumer, self._member.offsets, self._stage.window
        assert consumer is not None
        mine = consumer.assigned()
        free = [p for p in mine if offsets.above(p) + self._step <= window]
        return None if len(free) == len(mine) else free

    def _make_room(self) -> None:
        """Call off the waits that hold up others; where all wait for their turn, nothing stalls."""
        offsets, stage = self._member.offsets, self._stage
        hands = list(self._running.values())
        full = len(hands) >= stage.concurrency
        for hand in hands:
            waiting = hand.waiting
            if waiting is None or waiting <= stage.head_wait:
                continue
            blocks = full or offsets.above(hand.partition) + self._step > stage.window
            if blocks and hand.offset == offsets.head(hand.partition):
                hand.call_off()
        if hands and all(hand.waiting is not None for hand in hands):
            self._member.watchdog.fed()

    def _begin(self, record: Record, tasks: asyncio.TaskGroup) -> None:
        hand = Hand(record.partition, record.offset)
        task = tasks.create_task(self._guarded(record, hand))
        self._running[task] = hand
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        # Waking for every record would mean a poll for every record.
        if len(self._running) <= self._stage.concurrency * 3 // 4:
            self._room.set()

    async def _guarded(self, record: Record, hand: Hand) -> None:
        with no_stray_cancellation("handling a record"):
            await self._process(record, hand)

    async def _process(self, record: Record, hand: Hand) -> None:
        hop = Hop(record, headers.read(record), None, time.time())
        kind = self._stage.consumes
        event = await opened(self._codec, kind, record, self._fuse, self._turn)
        if isinstance(event, Dead):
            await self._outlet.bury(hop, event)
        else:
            subject = subject_of(self._stage, event)
            hop = Hop(record, hop.envelope, subject, hop.began, is_probe(event))
            key = self._stage.belongs(event)
            if key is not None and await self._outlet.is_elsewhere(record, key):
                await self._outlet.move(hop, key)
            else:
                await self._resolve(hop, event, hand)
        self._member.finished(record.partition, record.offset)
        self._metrics.process_seconds.observe(time.time() - hop.began)

    async def _resolve(self, hop: Hop, event: E, hand: Hand) -> None:
        """Until the event has an outcome that is acknowledged."""
        probed = False
        while True:
            verdict, attempts = await self._trial(hop, event, hand)
            if isinstance(verdict, Dead | Parked) and self._holds(verdict, probed=probed):
                await self._turn()
                probed = True
                continue
            try:
                await self._settle(hop, event, verdict, attempts)
            except Permanent as error:  # too large for where it should go
                await self._outlet.bury(hop, Dead(error, History(attempts)))
            if not isinstance(verdict, Dead | Parked):
                self._fuse.survived()
            return

    def _holds(self, verdict: Dead | Parked, *, probed: bool) -> bool:
        """Whether the fuse keeps in hand what has failed: then the fault may be ours."""
        error = verdict.error
        return is_failure(error) and self._fuse.died(error, reason_of(error), probed=probed)

    async def _settle(self, hop: Hop, event: E, verdict: Verdict, attempts: int) -> None:
        match verdict:
            case Drop(reason, detail):
                await self._outlet.end(hop, "dropped", reason, attempts, detail=detail)
            case Unchanged(reason):
                await self._outlet.end(hop, "unchanged", reason, attempts)
            case Parked():
                key = self._stage.belongs(event) or hop.record.key
                await self._outlet.park(hop, verdict, key)
            case Dead():
                await self._outlet.bury(hop, verdict)
            case events:
                await self._outlet.pass_on(hop, events, attempts)

    async def _retried(self, hop: Hop, reason: str, attempt: int) -> None:
        await self._outlet.retried(hop, reason, attempt)

    async def _blown(self, reason: str) -> None:
        self._fuse.blow(reason)
        await self._turn()

    async def _turn(self) -> None:
        await self._fuse.turn()
        self._member.watchdog.fed()  # a known wait

    def _fuse_changed(self, reason: str | None) -> None:
        self._metrics.fuse(reason)
        self._member.watchdog.fed()
        self._room.set()

    # Rebalances

    async def revoked(self, partitions: Collection[Partition]) -> None:
        """What takes longer goes on: most partitions come back, and with them their place."""
        await self._finish(self._of(partitions), DRAIN_REVOKED)
        await self._member.commit()

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        gone = {hand.partition for hand in self._running.values()} - set(marks)
        for task in self._of(gone):
            task.cancel()  # another worker does it over
        self._member.offsets.keep(marks)
        self._member.took(marks)
        return {}

    def _of(self, partitions: Collection[Partition]) -> list[asyncio.Task[None]]:
        return [task for task, hand in self._running.items() if hand.partition in partitions]

    @staticmethod
    async def _finish(
        tasks: Collection[asyncio.Task[None]], limit: float
    ) -> Collection[asyncio.Task[None]]:
        """Wait up to ``limit`` seconds; return what is not done by then."""
        return (await asyncio.wait(tasks, timeout=limit))[1] if tasks else ()
