"""Foreign records on the intake of a real broker: none may hold up those after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.record.util import calc_crc32c as crc32c
from prometheus_client import CollectorRegistry

from wireroom import events
from wireroom.runtime import Drop, deadletter
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.stage import Outcome, Stage
from wireroom.runtime.worker import Worker
from wireroom.wire.codec import Codec
from wireroom.wire.kafka import KafkaBroker, admin, forgiving, log
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings
from wireroom.wire.topics import dead
from wireroom.wire.transport import Record

MIB = 1024 * 1024
CRC_AT = 17  # in a record batch, format 2; it covers what follows
NewTopic = Callable[..., Awaitable[str]]


@asynccontextmanager
async def foreign_client(settings: Settings, codec: str | None) -> AsyncIterator[AIOKafkaProducer]:
    foreign = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        compression_type=codec,
        max_request_size=64 * MIB,
    )
    await foreign.start()
    try:
        yield foreign
    finally:
        await foreign.stop()


async def letters(
    settings: Settings, hop: Any, send: Callable[[AIOKafkaProducer, str], Any]
) -> list[Record]:
    """The dead letters once a good record, sent after all others, has been handled."""
    run = uuid4().hex[:12]
    submitted, _ = hop.kinds(run)
    await admin.create(settings, hop.topics(run))
    async with foreign_client(settings, "zstd") as foreign:
        await send(foreign, submitted.topic)
        await foreign.send_and_wait(submitted.topic, b'{"text": "good"}', partition=0)

    good = asyncio.Event()

    async def handle(event: events.ArticleSubmitted) -> Outcome:
        good.set()
        return Drop("seen")

    stage = Stage(name=f"hop-{run}", consumes=submitted, produces=(), handle=handle)
    broker = KafkaBroker(settings, limits={t.name: t.max_bytes for t in hop.topics(run)})
    journal = Journal(events.ArticleJournal, stage=stage.name, instance="one", versions={})
    codec, metrics = Codec(Schemas()), Metrics(CollectorRegistry(), "test")
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(stage, broker, codec, metrics, journal).run(stop))
    seen = asyncio.create_task(good.wait())
    await asyncio.wait({task, seen}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    seen.cancel()
    await task
    assert good.is_set()
    return [r async for batch in log.read(settings, dead(stage.name)) for r in batch]


async def test_garbage_is_buried_and_what_follows_is_handled(settings: Settings, hop: Any) -> None:
    async def send(foreign: AIOKafkaProducer, topic: str) -> None:
        for value in (None, b"", b"<html>", b"\x00\x00\x00\x00\x09", b'{"ulr": "x"}'):
            await foreign.send_and_wait(topic, value, key=b"k", partition=0)

    found = await letters(settings, hop, send)
    assert [r.value for r in found] == [
        b"", b"", b"<html>", b"\x00\x00\x00\x00\x09", b'{"ulr": "x"}',
    ]  # fmt: skip
    assert {r.key for r in found} == {b"k"}


async def test_a_record_that_is_huge_once_unpacked_is_buried(settings: Settings, hop: Any) -> None:
    """The broker counts packed bytes: 20 MiB of one letter pass a limit of 6 MiB."""

    async def send(foreign: AIOKafkaProducer, topic: str) -> None:
        await foreign.send_and_wait(topic, b"x" * 20 * MIB, partition=0)

    (letter,) = await letters(settings, hop, send)
    assert letter.value == b""
    assert deadletter.notes(letter.headers)["cut"] == str(20 * MIB)
    assert deadletter.notes(letter.headers)["reason"] == "not_avro_or_json"


@pytest.mark.parametrize("codec", [None, "gzip", "snappy", "lz4", "zstd"])
async def test_a_foreign_client_may_pack_as_it_likes(
    settings: Settings, new_topic: NewTopic, codec: str | None
) -> None:
    topic = await new_topic(partitions=1)
    async with foreign_client(settings, codec) as foreign:
        await foreign.send_and_wait(topic, b"x" * 1_000)
    assert [r.value async for batch in log.read(settings, topic) for r in batch] == [b"x" * 1_000]


async def send_unreadable(foreign: AIOKafkaProducer, topic: str, values: list[bytes]) -> None:
    """One batch on partition 0; of its middle record the header's name is no UTF-8."""
    batch = foreign.create_batch()
    for number, value in enumerate(values):
        headers = [("name", b"1"), ("other", b"2")] if number == len(values) // 2 else []
        batch.append(key=b"k", value=value, timestamp=None, headers=headers)
    raw = bytearray(batch._build())
    raw[raw.index(b"name")] = 0xFF
    raw[CRC_AT : CRC_AT + 4] = crc32c(bytes(raw[CRC_AT + 4 :])).to_bytes(4, "big")
    batch._buffer = raw
    await (await foreign.send_batch(batch, topic, partition=0))


async def test_a_header_whose_name_is_no_text_loses_its_name_alone(
    settings: Settings, new_topic: NewTopic, broker: Callable[[], KafkaBroker], told: Any
) -> None:
    topic = await new_topic(partitions=3)
    async with foreign_client(settings, None) as foreign:
        for partition in range(3):
            for n in range(20):
                await foreign.send(topic, b"before %d" % n, partition=partition)
        await foreign.flush()
        await send_unreadable(foreign, topic, [b"first", b"second", b"third"])
        for partition in range(3):
            await foreign.send_and_wait(topic, b"after", partition=partition)
    found: list[Record] = []
    async with broker().consumer(topic, group=topic, rebalances=told()) as member:
        async with asyncio.timeout(20):
            while len(found) < 66:
                found += await member.take(7, 1)
        assert not await member.take(7, 0.5)
    # Each once, in the order of its partition, also those that were drained when aiokafka raised.
    for partition in range(3):
        offsets = [r.offset for r in found if r.partition.number == partition]
        assert offsets == list(range(len(offsets)))
    assert sum(r.value == b"after" for r in found) == 3
    (strange,) = [r for r in found if r.headers]
    assert strange.headers == {"\ufffdame": b"1", "other": b"2"}
    assert (strange.key, strange.value) == (b"k", b"second")


async def test_negative_control_aiokafka_never_gets_past_such_a_header(
    settings: Settings, new_topic: NewTopic
) -> None:
    topic = await new_topic(partitions=1)
    async with foreign_client(settings, None) as foreign:
        await send_unreadable(foreign, topic, [b"first"])
    inner = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers)
    await inner.start()
    try:
        inner.assign([TopicPartition(topic, 0)])
        await inner.seek_to_beginning()
        raised = 0
        async with asyncio.timeout(20):
            while raised < 3:
                try:
                    assert await inner.getmany(timeout_ms=2_000) == {}
                except UnicodeDecodeError:
                    raised += 1
    finally:
        await inner.stop()


async def test_an_article_under_an_unreadable_header_is_handled_all_the_same(
    settings: Settings, hop: Any
) -> None:
    async def send(foreign: AIOKafkaProducer, topic: str) -> None:
        await send_unreadable(foreign, topic, [b"<garbage>"])

    (letter,) = await letters(settings, hop, send)
    assert letter.value == b"<garbage>"
    assert letter.headers["\ufffdame"] == b"1"


@pytest.mark.parametrize("codec", [None, "gzip", "snappy", "lz4", "zstd"])
async def test_the_forgiving_reader_reads_what_the_fast_one_reads(
    settings: Settings, new_topic: NewTopic, codec: str | None
) -> None:
    topic = await new_topic(partitions=1)
    async with foreign_client(settings, codec) as foreign:
        sent = [
            foreign.send(topic, b"v%d" % n * 100, key=b"k", headers=[("h", b"%d" % n)], partition=0)
            for n in range(9)
        ]
        await asyncio.gather(*[await s for s in sent])
        await foreign.send_and_wait(topic, None, key=b"k", partition=0)
    fast = [r async for batch in log.read(settings, topic) for r in batch]
    inner = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers)
    await inner.start()
    try:
        tp = TopicPartition(topic, 0)
        inner.assign([tp])
        await inner.beginning_offsets([tp])  # now it knows the leader
        assert await forgiving.take(inner, {tp: 0}, [tp], 100) == fast
        assert await forgiving.take(inner, {tp: 4}, [tp], 2) == fast[4:6]
    finally:
        await inner.stop()
