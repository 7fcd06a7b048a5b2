"""A broker in memory, one stage on it, and ways to see what became of the records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import NAMESPACE_OID, uuid5

import pytest
from prometheus_client import CollectorRegistry

from wireroom.events import ArticleFetched, ArticleJournal, ArticleSubmitted, Hint, Submission
from wireroom.runtime import batch, deadletter, fuse, member, worker
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Outcome, Stage
from wireroom.runtime.worker import Worker
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker, MemoryConsumer
from wireroom.wire.publish import Publisher
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Gone, Headers, Mark, Partition, Rebalances, Record

INTAKE, FETCHED, JOURNAL, DEAD = (
    "articles.intake", "articles.fetched", "articles.journal", "dead.fetch",
)  # fmt: skip
CODEC = Codec(Schemas())
Handle: TypeAlias = Callable[[ArticleSubmitted], Awaitable[Outcome]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that only cost time here."""
    for module in (worker, batch):
        monkeypatch.setattr(module, "POLL", 0.01)
    monkeypatch.setattr(member, "COMMIT_EVERY", 0.01)
    monkeypatch.setattr(member, "TOLD", 0.01)
    monkeypatch.setattr(fuse, "FIRST", 0.01)
    monkeypatch.setattr(fuse, "CAP", 0.02)


class Broker(MemoryBroker):
    """A memory broker that can fail, and move partitions about."""

    consumed: MemoryConsumer
    rebalances: Rebalances

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.refuses: set[str] = set()
        self.commits_fail = False

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        if topic in self.refuses:
            raise Gone(f"{topic} can't be reached")
        return await super().send(topic, key=key, value=value, headers=headers)

    @asynccontextmanager
    async def consumer(
        self, topic: str, *, group: str, rebalances: Rebalances
    ) -> AsyncIterator[MemoryConsumer]:
        inner = super().consumer(topic, group=group, rebalances=rebalances)
        async with inner as self.consumed:
            self.rebalances = rebalances
            commit = self.consumed.commit

            async def committing(marks: Mapping[Partition, Mark]) -> None:
                if self.commits_fail:
                    raise Gone("not committed")
                await commit(marks)

            self.consumed.commit = committing  # type: ignore[method-assign]  # a fault, let in
            yield self.consumed

    async def rebalance(self, partitions: Collection[Partition], group: str = "fetch") -> None:
        """As Kafka does it: all go, some come, and each goes on from its committed place."""
        await self.rebalances.revoked(self.consumed.assigned())
        places = await self.rebalances.assigned({p: self.mark(group, p) for p in partitions})
        self.consumed._position.clear()
        for p in partitions:
            self.consumed._position[p] = places.get(p, self.committed.get((group, p), 0))


class Rig:
    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry, "test")
        self.publisher = Publisher(broker, CODEC)
        self.stopping = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def worker(self, handle: Handle, **more: Any) -> Worker[ArticleSubmitted]:
        more = {"backoff": Backoff(waits=(0.001, 0.001)), "concurrency": 4} | more
        stage = Stage(
            name="fetch",
            consumes=ArticleSubmitted,
            produces=(ArticleFetched,),
            handle=handle,
            identify=lambda event: uuid5(NAMESPACE_OID, event.text or ""),
            **more,
        )
        journal = Journal(ArticleJournal, stage="fetch", instance="fetch@test", versions={"f": "1"})
        return Worker(stage, self.broker, CODEC, self.metrics, journal)

    async def submit(self, *texts: str, key: bytes | None = None) -> None:
        for text in texts:
            await self.publisher.publish(ArticleSubmitted(text=text), key=key)

    async def garbage(self, value: bytes, key: bytes | None = None) -> None:
        await (await self.broker.send(INTAKE, key=key, value=value, headers={"own": b"1"}))

    @asynccontextmanager
    async def running(self, worker: Any) -> AsyncIterator[None]:
        self.stopping = asyncio.Event()
        self.task = asyncio.create_task(worker.run(self.stopping))
        try:
            yield
        finally:
            self.stopping.set()
            await asyncio.wait({self.task})
            task, self.task = self.task, None
        task.result()

    async def until(self, reached: Callable[[], object], limit: float = 5.0) -> None:
        async with asyncio.timeout(limit):
            while not reached():
                if self.task is not None and self.task.done():
                    self.task.result()
                await asyncio.sleep(0.001)

    async def all_committed(self, topic: str = INTAKE, group: str = "fetch") -> None:
        await self.until(lambda: all(
            self.broker.committed.get((group, p), 0) == len(self.broker.log(p))
            for p in self.broker.partitions(topic)
        ))  # fmt: skip

    def fetched(self) -> list[str]:
        records = self.broker.records(FETCHED)
        return [CODEC.decode(r.value, ArticleFetched, r.headers).text or "" for r in records]

    def journal(self) -> list[ArticleJournal]:
        records = self.broker.records(JOURNAL)
        return [CODEC.decode(r.value, ArticleJournal, r.headers) for r in records]

    def dead(self) -> list[tuple[Record, dict[str, str]]]:
        return [(r, deadletter.notes(r.headers)) for r in self.broker.records(DEAD)]

    def reasons(self) -> list[str]:
        return sorted(notes["reason"] for _, notes in self.dead())

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"wireroom_{name}", {"stage": "fetch"} | labels) or 0


def follow(event: ArticleSubmitted, text: str | None = None) -> ArticleFetched:
    return ArticleFetched(
        article_id=uuid5(NAMESPACE_OID, event.text or ""),
        submission=Submission(),
        hint=Hint(),
        fetched_at=datetime.now(UTC),
        text=event.text if text is None else text,
    )


@pytest.fixture
def rig() -> Rig:
    return Rig(Broker())


@pytest.fixture
def follows() -> Callable[..., ArticleFetched]:
    return follow


@pytest.fixture
def rigged() -> Callable[..., Rig]:
    """With other partitions or limits."""
    return lambda **more: Rig(Broker(**more))
