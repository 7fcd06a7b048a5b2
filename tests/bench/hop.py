"""One hop: a stage that passes 20 KB events on through the whole runtime, against a bare loop.

Both read `articles.cleaned` and write `articles.classified` on the same broker, with the same
codec, the same settings of consumer and producer, and a commit once a second. The bare loop has
no retries, time limits, order of commits, dead letters, journal, metrics or watchdog. Each run is
a process of its own, they take turns, and the first records are a warm-up that does not count.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from prometheus_client import CollectorRegistry
from tests.bench.servers import kafka_and_postgres

from wireroom.cli.composition import all_topics, codec
from wireroom.events import (
    Article,
    ArticleClassified,
    ArticleCleaned,
    ArticleJournal,
    Submission,
)
from wireroom.runtime.journal import Journal
from wireroom.runtime.logs import quiet
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.stage import Stage
from wireroom.runtime.worker import Worker
from wireroom.wire.kafka import KafkaBroker, admin
from wireroom.wire.kafka.producer import BATCH, LINGER_MS
from wireroom.wire.settings import Settings

RECORDS, WARM_UP, ROUNDS = 5_000, 1_000, 3
AT_ONCE = 200
SYLLABLES = ("har", "bour", "coun", "cil", "win", "ter", "storm", "fer", "ry", "plan", "bud", "get")


def vocabulary() -> list[str]:
    """Words by the thousand: text that compresses about as text does."""
    return ["".join(random.choices(SYLLABLES, k=random.randint(1, 4))) for _ in range(5_000)]


def event(words: list[str]) -> ArticleCleaned:
    text = " ".join(random.choices(words, k=2_500))[:20_000]
    return ArticleCleaned(
        article_id=uuid4(),
        submission=Submission(url="https://example.org/a"),
        article=Article(text=text, title="A title", published_at=datetime.now(UTC)),
    )


def next_event(event: ArticleCleaned) -> ArticleClassified:
    """What the stage does: the least that a real one could."""
    return ArticleClassified(
        article_id=event.article_id,
        submission=event.submission,
        article=event.article,
        language="en",
        language_confidence=1.0,
        language_source="text",
        versions=event.versions,
    )


class Meter:
    """CPU, user and system, of this process from the end of the warm-up to ``report``."""

    def __init__(self, done: Callable[[], object]) -> None:
        self._seen = 0
        self._begin = 0.0
        self._done = done

    def count(self) -> None:
        self._seen += 1
        if self._seen == WARM_UP:
            self._begin = time.process_time()
        if self._seen == RECORDS:
            self._done()

    def report(self) -> None:
        spent = time.process_time() - self._begin
        print(json.dumps({"us": spent / (RECORDS - WARM_UP) * 1e6}))  # noqa: T201


async def fill(kafka: str) -> None:
    await admin.create(Settings(bootstrap_servers=kafka), all_topics())
    words = vocabulary()
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, compression_type="zstd", max_batch_size=BATCH, linger_ms=LINGER_MS
    )
    async with producer:
        for _ in range(RECORDS // AT_ONCE):
            events = [event(words) for _ in range(AT_ONCE)]
            acks = [
                await producer.send(e.topic, codec().encode(e), key=e.key, headers=[])
                for e in events
            ]
            await asyncio.gather(*acks)


async def bare(kafka: str) -> None:
    ended = asyncio.Event()
    meter = Meter(ended.set)
    consumer = AIOKafkaConsumer(
        ArticleCleaned.topic,
        bootstrap_servers=kafka,
        group_id=f"bare-{uuid4()}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_bytes=8 * 1024 * 1024,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        enable_idempotence=True,
        acks="all",
        max_batch_size=BATCH,
        linger_ms=LINGER_MS,
        compression_type="zstd",
        max_request_size=2**21,
    )
    async with consumer, producer:
        committed, ends = time.monotonic(), {}
        while not ended.is_set():
            batches = await consumer.getmany(timeout_ms=200, max_records=AT_ONCE)
            acks = []
            for partition, records in batches.items():
                for record in records:
                    follows = next_event(codec().decode(record.value, ArticleCleaned))
                    value = codec().encode(follows)
                    acks.append(await producer.send(follows.topic, value, key=follows.key))
                    meter.count()
                ends[TopicPartition(*partition)] = records[-1].offset + 1
            await asyncio.gather(*acks)
            if ends and (ended.is_set() or time.monotonic() - committed > 1):
                await consumer.commit(ends)
                committed, ends = time.monotonic(), {}
    meter.report()


async def runtime(kafka: str) -> None:
    stop = asyncio.Event()
    meter = Meter(stop.set)

    async def handle(event: ArticleCleaned) -> list[ArticleClassified]:
        meter.count()
        return [next_event(event)]

    name = f"bench-{uuid4().hex[:8]}"
    stage = Stage(
        name=name,
        consumes=ArticleCleaned,
        produces=(ArticleClassified,),
        handle=handle,
        concurrency=AT_ONCE,
        window=2 * AT_ONCE,
    )
    journal = Journal(ArticleJournal, stage=name, instance="bench", versions={name: "1"})
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    broker = KafkaBroker(Settings(bootstrap_servers=kafka), limits=limits)
    await Worker(stage, broker, codec(), Metrics(CollectorRegistry(), "0"), journal).run(stop)
    meter.report()


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    with kafka_and_postgres(folder / "hop") as addresses:
        asyncio.run(fill(addresses.kafka))
        found: dict[str, list[float]] = {"bare": [], "runtime": []}
        for turn in range(ROUNDS):
            for name in sorted(found, reverse=bool(turn % 2)):
                found[name].append(_run(name, addresses.kafka))
    a, b = median(found["bare"]), median(found["runtime"])
    return [
        f"one hop, 20 KB events: CPU µs an event, median of {ROUNDS} runs in turns",
        f"  bare aiokafka loop with Avro  {a:7.0f}   {sorted(map(round, found['bare']))}",
        f"  the runtime                   {b:7.0f}   {sorted(map(round, found['runtime']))}",
        f"  ratio                         {b / a:7.2f}   (bar 1.6, stretch 1.3)",
    ]


def _run(name: str, kafka: str) -> float:
    command = [sys.executable, "-m", "tests.bench.hop", name, kafka]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: float = json.loads(done.stdout.splitlines()[-1])["us"]
    return found


if __name__ == "__main__":
    quiet()
    asyncio.run({"bare": bare, "runtime": runtime}[sys.argv[1]](sys.argv[2]))
