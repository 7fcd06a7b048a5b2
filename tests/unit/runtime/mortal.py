"""A pipeline in memory, in virtual time, whose services die at any moment.

Two workers, one of them writing rows, and the relay, over one broker and one table. What a service
does to the outer world goes through ``Life.step``, which is where it dies: before the step, or
after it, without hearing of it. A dead service changes nothing any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from uuid import UUID, uuid5

from prometheus_client import CollectorRegistry

from wireroom import relay
from wireroom.events import ArticleFetched, ArticleJournal, ArticleSubmitted, Hint, Submission
from wireroom.relay import Relay, RelayMetrics, tier
from wireroom.runtime import batch, hand, member, outlet, trial, worker
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.errors import Later, Unavailable
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Checkpoint, Delivery, Fenced, Outcome, Stage
from wireroom.runtime.worker import Worker
from wireroom.wire import headers, memory
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker, MemoryConsumer
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Gone, Headers, Mark, Partition, Rebalances, Record

INTAKE, FETCHED, DEAD = ArticleSubmitted.topic, ArticleFetched.topic, "dead.fetch"
CODEC = Codec(Schemas())
NAMES = ("fetch", "clean", "relay")  # ``clean`` writes the rows: it is the reader of ``fetched``
ID = UUID("5a0f1c52-6f0c-4a0b-8f35-0c1f6a1f7f01")
TIMED: tuple[ModuleType, ...] = (worker, batch, member, hand, outlet, trial, tier, relay, memory)
"""Modules that look at the clock."""


class Virtual(asyncio.SelectorEventLoop):
    """Time passes only where everybody waits for it."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self._virtual = start
        self._clock_resolution = 1e-3  # in years, floats are too coarse for the usual nanosecond

    def time(self) -> float:
        return self._virtual

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]  # asyncio's own
            self._virtual = max(self._virtual, self._scheduled[0]._when)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]  # asyncio's own


class Clock:
    """In place of the module ``time``."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        with suppress(RuntimeError):  # between two lives it stands still
            self.now = asyncio.get_running_loop().time()
        return self.now

    monotonic = time


@dataclass
class Life:
    """``steps`` until it dies; None: not before it is told to. ``after``: the last one counts."""

    steps: int | None = None
    after: bool = False
    dead: bool = False

    @asynccontextmanager
    async def step(self) -> AsyncIterator[None]:
        await asyncio.sleep(0)
        self._end_here(before=True)
        yield
        self._end_here(before=False)

    def _end_here(self, *, before: bool) -> None:
        if self.steps is not None and not self.dead and before is not self.after:
            self.steps -= 1
            self.dead = self.steps < 0
        if self.dead:
            raise Gone("dead")


@dataclass
class Table:
    """Rows and places, changed together. ``written``: every record that made a row, in order."""

    rows: dict[UUID, str] = field(default_factory=dict)
    places: dict[Partition, int] = field(default_factory=dict)
    epochs: dict[Partition, int] = field(default_factory=dict)
    written: list[tuple[Partition, int]] = field(default_factory=list)


@dataclass
class Saved:
    epochs: Mapping[Partition, int]
    began: Mapping[Partition, int | None]
    reached: Mapping[Partition, int]

    async def save(self, connection: Any) -> None:
        for p in self.reached:
            here = (connection.epochs[p], connection.places.get(p))
            if here != (self.epochs[p], self.began[p]):
                raise Fenced(str(p))


class Places:
    def __init__(self, table: Table, life: Life) -> None:
        self._table, self._life = table, life
        self._mine: dict[Partition, int | None] = {}
        self._epochs: dict[Partition, int] = {}

    async def claim(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        async with self._life.step():
            for p in partitions:
                self._table.epochs[p] = self._epochs[p] = self._table.epochs.get(p, 0) + 1
                self._mine[p] = self._table.places.get(p)
        return {p: at for p in partitions if (at := self._mine[p]) is not None}

    def checkpoint(self, reached: Mapping[Partition, int]) -> Saved:
        return Saved(dict(self._epochs), {p: self._mine[p] for p in reached}, dict(reached))

    def saved(self, checkpoint: Checkpoint) -> None:
        assert isinstance(checkpoint, Saved)
        self._mine.update(checkpoint.reached)


class Consumer:
    """A memory consumer of somebody who may die."""

    def __init__(self, inner: MemoryConsumer, life: Life) -> None:
        self._inner, self._life = inner, life

    async def take(
        self, limit: int, wait: float, partitions: Collection[Partition] | None = None
    ) -> Sequence[Record]:
        if self._life.dead:
            raise Gone("dead")
        return await self._inner.take(limit, wait, partitions)

    async def commit(self, marks: Mapping[Partition, Mark]) -> None:
        async with self._life.step():
            await self._inner.commit(marks)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Sending:
    """What was handed over gets to the broker when it is waited for, or never."""

    def __init__(self, broker: Broker, message: tuple[str, bytes | None, bytes, Headers]) -> None:
        self._broker, self._message = broker, message

    def __await__(self) -> Generator[Any, None, None]:
        return self._broker.arrive(*self._message).__await__()


class Broker:
    """One service's way to the world's broker."""

    def __init__(self, world: MemoryBroker, life: Life) -> None:
        self._world, self._life = world, life

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[Broker]:
        yield self

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        return Sending(self, (topic, key, value, headers))

    async def arrive(self, topic: str, key: bytes | None, value: bytes, headers: Headers) -> None:
        async with self._life.step():
            await self._world.send(topic, key=key, value=value, headers=headers)

    async def partition(self, topic: str, key: bytes) -> int:
        return await self._world.partition(topic, key)

    @asynccontextmanager
    async def consumer(
        self, topic: str, *, group: str, rebalances: Rebalances
    ) -> AsyncIterator[Consumer]:
        async with self._world.consumer(topic, group=group, rebalances=rebalances) as inner:
            yield Consumer(inner, self._life)


class World:
    """What outlives every service. ``sent``: submission → text, of what has to become a row."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._loop = Virtual(self.clock.now)
        self.broker = MemoryBroker(partitions=2)
        self.table = Table()
        self.sent: dict[UUID, str] = {}
        self.poison: dict[UUID, bytes] = {}
        self.busy: dict[str, int] = {}
        """Text → how often its site will still ask for a minute's patience."""

    def submit(self, *, busy: int = 0) -> None:
        n = len(self.sent) + len(self.poison)
        one, text = uuid5(ID, str(n)), f"text {n}"
        self.sent[one] = text
        self.busy[text] = busy
        self._put(one, CODEC.encode(ArticleSubmitted(text=text)))

    def spoil(self) -> None:
        n = len(self.sent) + len(self.poison)
        one = uuid5(ID, str(n))
        self.poison[one] = b"no event %d" % n
        self._put(one, self.poison[one])

    def _put(self, one: UUID, value: bytes) -> None:
        sending = self.broker.send(
            INTAKE, key=str(one).encode(), value=value, headers=headers.first(one)
        )
        self._run(_done(sending))

    def live(self, seconds: float, deaths: Mapping[str, Life]) -> None:
        """All services for so long; one that dies is there again a moment later. In the end all
        are killed.
        """
        self._run(self._live(seconds, deaths))

    def _run(self, work: Any) -> None:
        self._loop.run_until_complete(work)

    def close(self) -> None:
        self._loop.close()

    async def _live(self, seconds: float, deaths: Mapping[str, Life]) -> None:
        keepers = [asyncio.create_task(self._keep(name, deaths.get(name))) for name in NAMES]
        await asyncio.wait(keepers, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for keeper in keepers:
            keeper.cancel()
        ends = await asyncio.gather(*keepers, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _keep(self, name: str, life: Life | None) -> None:
        while True:
            life = life or Life()
            service = asyncio.create_task(self._service(name, life).run(asyncio.Event()))
            try:
                while not life.dead and not service.done():
                    await asyncio.wait({service}, timeout=0.5)
            finally:
                was_dead, life.dead = life.dead, True
                service.cancel()
                await asyncio.gather(service, return_exceptions=True)
            if not was_dead:
                service.result()  # it has ended for a reason that is no death of ours
            life = None

    def _service(self, name: str, life: Life) -> Any:
        broker: Any = Broker(self.broker, life)
        registry = CollectorRegistry()
        metrics = Metrics(registry, "test")
        journal = Journal(ArticleJournal, stage=name, instance=f"{name}@test", versions={})
        if name == "relay":
            return Relay(
                broker, [INTAKE, FETCHED], RelayMetrics(registry), codec=CODEC,
                counted=metrics.of(name), journal=journal,
            )  # fmt: skip
        if name == "fetch":
            return Worker(self._fetch(), broker, CODEC, metrics, journal)
        return BatchWorker(self._write(life), broker, CODEC, metrics, journal)

    def _fetch(self) -> Stage[ArticleSubmitted]:
        async def handle(event: ArticleSubmitted) -> Outcome:
            text = event.text or ""
            if self.busy.get(text, 0) > 0:
                self.busy[text] -= 1
                raise Later("host_busy", after=60.0)
            await asyncio.sleep(0.3)
            fetched = ArticleFetched(
                article_id=uuid5(ID, text), submission=Submission(), hint=Hint(),
                fetched_at=datetime.now(UTC), text=text,
            )  # fmt: skip
            return [fetched]

        return Stage(
            name="fetch", consumes=ArticleSubmitted, produces=(ArticleFetched,), handle=handle,
            identify=lambda event: uuid5(ID, event.text or ""), concurrency=3,
        )  # fmt: skip

    def _write(self, life: Life) -> Stage[ArticleFetched]:
        table = self.table

        async def write(
            deliveries: Sequence[Delivery[ArticleFetched]], checkpoint: Checkpoint
        ) -> None:
            assert isinstance(checkpoint, Saved)
            try:
                async with life.step():
                    await checkpoint.save(table)
                    table.places.update(checkpoint.reached)
                    for one in deliveries:
                        record = one.hop.record
                        table.written.append((record.partition, record.offset))
                        table.rows.setdefault(one.hop.envelope.submission_id, one.event.text or "")
            except Gone as error:
                raise Unavailable("postgres_gone", "dead") from error

        return Stage(
            name="clean", consumes=ArticleFetched, produces=(), handle_batch=write,
            offsets=Places(table, life), batch_wait=0.0, batch_size=4, backoff=Backoff(waits=(0.1,)),
        )  # fmt: skip


async def _done(sending: Awaitable[Awaitable[None]]) -> None:
    await (await sending)
