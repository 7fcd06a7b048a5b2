"""One hop: a stage that copies 20 KB events through the whole runtime, against a bare loop.

The bare loop also decodes and encodes the Avro event, sends with the same producer settings and
commits once a second; it has no retries, journal, metrics, dead letters or order of commits.
Both run in processes of their own against the same broker, in turns; CPU is user + system.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from prometheus_client import CollectorRegistry

from wireroom.cli.composition import all_topics, codec
from wireroom.events import Article, ArticleCleaned, ArticleJournal, Submission
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.stage import Stage
from wireroom.runtime.worker import Worker
from wireroom.wire.kafka import KafkaBroker, admin
from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic

RECORDS = 10_000
SOURCE, TARGET = "bench.source", "bench.target"
WORDS = [
    "harbour",
    "council",
    "winter",
    "storm",
    "ferry",
    "plan",
    "budget",
    "vote",
    "school",
    "road",
    "river",
    "bridge",
]


class Source(ArticleCleaned):
    topic = SOURCE


class Target(ArticleCleaned):
    topic = TARGET


Source.__name__ = Target.__name__ = "ArticleCleaned"  # the codec finds the schema by it


def settings(kafka: str) -> Settings:
    return Settings(bootstrap_servers=kafka)


async def fill(kafka: str) -> None:
    topics = [Topic(name, 12, 1, 2**21, "") for name in (SOURCE, TARGET)]
    await admin.create(settings(kafka), [*topics, *all_topics()])
    pick = random.Random(7).choice
    producer = AIOKafkaProducer(bootstrap_servers=kafka, max_batch_size=2**18, linger_ms=5)
    async with producer:
        sent = []
        for _ in range(RECORDS):
            text = " ".join(pick(WORDS) + str(uuid4())[:3] for _ in range(1_900))[:20_000]
            event = Source(
                article_id=uuid4(),
                submission=Submission(url="https://example.org/a"),
                article=Article(text=text, title="A title", published_at=datetime.now(UTC)),
            )
            sent.append(await producer.send(SOURCE, codec().encode(event), key=event.key))
        await asyncio.gather(*sent)


async def bare(kafka: str) -> None:
    consumer = AIOKafkaConsumer(
        SOURCE, bootstrap_servers=kafka, group_id=f"bare-{uuid4()}", enable_auto_commit=False,
        auto_offset_reset="earliest",
    )  # fmt: skip
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, enable_idempotence=True, acks="all", max_batch_size=2**18,
        linger_ms=5, compression_type="zstd", max_request_size=2**21,
    )  # fmt: skip
    async with consumer, producer:
        begin = time.process_time()
        seen, pending, committed = 0, [], time.monotonic()
        while seen < RECORDS:
            batches = await consumer.getmany(timeout_ms=200, max_records=200)
            ends = {}
            for partition, records in batches.items():
                for record in records:
                    event = codec().decode(record.value, Source)
                    value = codec().encode(event)
                    pending.append(await producer.send(TARGET, value, key=record.key))
                    ends[TopicPartition(*partition)] = record.offset + 1
                    seen += 1
            await asyncio.gather(*pending)
            pending.clear()
            if ends and time.monotonic() - committed > 1:
                await consumer.commit(ends)
                committed = time.monotonic()
        report(begin)


async def runtime(kafka: str) -> None:
    seen, done = 0, asyncio.Event()

    async def handle(event: ArticleCleaned) -> list[ArticleCleaned]:
        nonlocal seen
        seen += 1
        if seen == RECORDS:
            done.set()
        # The same event for another topic, without building it again: that would be no stage's cost.
        object.__setattr__(event, "__class__", Target)
        return [event]

    name = f"bench-{uuid4().hex[:8]}"
    stage: Stage[Any] = Stage(
        name=name, consumes=Source, produces=(Target,), handle=handle, concurrency=200, window=400
    )
    journal = Journal(ArticleJournal, stage=name, instance="bench", versions={name: "1"})
    limits = {topic.name: topic.max_bytes for topic in all_topics()} | {TARGET: 2**21}
    broker = KafkaBroker(settings(kafka), limits=limits)
    worker = Worker(stage, broker, codec(), Metrics(CollectorRegistry(), "0"), journal)
    stop = asyncio.Event()
    begin = time.process_time()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stop))
        await done.wait()
        stop.set()
    report(begin)


def report(begin: float) -> None:
    print(json.dumps({"us": (time.process_time() - begin) / RECORDS * 1e6}))  # noqa: T201


def measure(kafka: str, rounds: int = 3) -> list[str]:
    """Lines of the table. Both in turns; the median of each."""
    asyncio.run(fill(kafka))
    found: dict[str, list[float]] = {"bare": [], "runtime": []}
    for _ in range(rounds):
        for name, times in found.items():
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.hop", name, kafka],
                capture_output=True,
                check=True,
                env=dict(os.environ),
            )
            times.append(json.loads(done.stdout.splitlines()[-1])["us"])
    a, b = (sorted(found[name])[rounds // 2] for name in ("bare", "runtime"))
    return [
        f"one hop, 20 KB events, CPU µs an event, median of {rounds} in turns:",
        f"  bare aiokafka loop with Avro  {a:7.0f}   {[round(x) for x in found['bare']]}",
        f"  the runtime                   {b:7.0f}   {[round(x) for x in found['runtime']]}",
        f"  ratio                         {b / a:7.2f}   (bar 1.6, stretch 1.3)",
    ]


if __name__ == "__main__":
    asyncio.run({"bare": bare, "runtime": runtime}[sys.argv[1]](sys.argv[2]))
