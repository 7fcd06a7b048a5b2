"""The runtime's batch worker, the index stage and a real database, over a broker in memory."""

from __future__ import annotations

import asyncio

from prometheus_client import CollectorRegistry

from wireroom import index, urls
from wireroom.events import Article, ArticleClassified, ArticleJournal, Submission
from wireroom.index import FollowUp, Report
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.storage import Pool, connection
from wireroom.storage.outbox import OutboxRow
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas

from .sample import body

CODEC = Codec(Schemas())


async def _publish(broker: MemoryBroker, number: int, text: str) -> None:
    url = f"https://a.example/{number}"
    event = ArticleClassified(
        article_id=urls.article_id(url),
        submission=Submission(url=url),
        article=Article(text=text),
        language="en",
        language_confidence=1.0,
        language_source="text",
    )
    await (
        await broker.send(
            event.topic, key=event.key, value=CODEC.encode(event), headers=headers.first()
        )
    )


async def _index(pool: Pool, broker: MemoryBroker, records: int) -> None:
    """A worker with its follow-up, as one process has them; until ``records`` are journalled."""

    async def send(row: OutboxRow) -> None:
        message = row.message
        await (
            await broker.send(
                message.topic, key=message.key, value=message.value, headers=message.headers
            )
        )

    journal = Journal(ArticleJournal, stage="index", instance="index-0", versions={})
    follow_up = FollowUp(pool, send)
    report = Report(
        encode=lambda event: (
            CODEC.encode(event),
            {headers.FINGERPRINT: CODEC.fingerprint(type(event))},
        ),
        journal=journal.entry,
        observe=lambda written, repeated=0: None,
        wake=follow_up.wake,
    )
    stop = asyncio.Event()
    async with index.stage(index.Settings(batch_size=8), pool, report) as stage:
        metrics = Metrics(CollectorRegistry(), "test")
        worker = BatchWorker(stage, broker, CODEC, metrics, journal)
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(stop))
            tasks.create_task(follow_up.run(stop))
            while len(broker.records("articles.journal")) < records:
                await broker.arrival(0.1)
            stop.set()


def _journalled(broker: MemoryBroker) -> list[str]:
    return sorted(
        CODEC.decode(record.value, ArticleJournal, record.headers).event
        for record in broker.records("articles.journal")
    )


async def test_one_bad_row_is_buried_and_all_others_are_written_told_and_journalled_once(
    pool: Pool,
) -> None:
    broker = MemoryBroker(partitions=2)
    for number in range(20):
        await _publish(broker, number, "a \x00 b" if number == 7 else body(f"story {number}"))
    await _publish(broker, 3, body("story 3"))
    await _index(pool, broker, 21)
    assert _journalled(broker) == ["dead", *["indexed"] * 19, "unchanged"]
    (dead,) = broker.records("dead.index")
    assert dead.key == str(urls.article_id("https://a.example/7")).encode()
    assert len(broker.records("articles.indexed")) == 19
    async with connection(pool) as session:
        assert await session.fetchval("SELECT count(*) FROM article") == 19
        assert await session.fetchval("SELECT count(*) FROM outbox") == 0
        assert await session.fetchval("SELECT sum(next_offset) FROM kafka_offsets") == 21


async def test_the_next_worker_goes_on_where_the_rows_end_whatever_the_broker_remembers(
    pool: Pool,
) -> None:
    broker = MemoryBroker(partitions=2)
    for number in range(5):
        await _publish(broker, number, body(f"story {number}"))
    await _index(pool, broker, 5)
    broker.committed.clear()
    for number in range(5, 9):
        await _publish(broker, number, body(f"story {number}"))
    await _index(pool, broker, 9)
    assert _journalled(broker) == ["indexed"] * 9
