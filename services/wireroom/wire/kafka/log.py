"""Reading a topic beside the groups: all that lies there now, or that and what comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from wireroom.wire.kafka.consumer import record
from wireroom.wire.kafka.partitions import partition_of
from wireroom.wire.settings import Settings
from wireroom.wire.transport import Gone, Record

WAIT = 10  # seconds for a record that is there


async def read(
    settings: Settings, topic: str, *, key: bytes | None = None, follow: bool = False
) -> AsyncIterator[Sequence[Record]]:
    """Batches in log order of each partition, from the oldest; up to the ends as they are now,
    or without end. ``key``: only its records, by reading only its partition.

    Raises ``Gone`` when the brokers do not answer or there is no such topic.
    """
    async with _reading(settings) as consumer:
        async for batch in _batches(consumer, topic, key, follow):
            yield batch


async def one(settings: Settings, topic: str, number: int, offset: int) -> Record | None:
    """The record at an offset of a partition; None where it is gone, or not there yet.

    Raises ``Gone`` when the brokers do not answer.
    """
    place = TopicPartition(topic, number)
    async with _reading(settings) as consumer:
        consumer.assign([place])
        first = (await consumer.beginning_offsets([place]))[place]
        end = (await consumer.end_offsets([place]))[place]
        if not first <= offset < end:
            return None
        consumer.seek(place, offset)
        async with asyncio.timeout(WAIT):
            found = record(await consumer.getone(place))
    return found if found.offset == offset else None


async def news(settings: Settings, topic: str) -> AsyncIterator[Sequence[Record]]:
    """Batches of what comes from now on, without end; the first one is empty, and after it no
    record is missed. Empty ones come in between. Errors as in ``read``, and ``Gone`` when the
    topic has got more partitions: begin anew.
    """
    async with _reading(settings) as consumer:
        partitions = await _partitions(consumer, topic, None)
        await consumer.seek_to_end(*partitions)
        for partition in partitions:
            await consumer.position(partition)
        yield ()
        while True:
            batches = await consumer.getmany(timeout_ms=200)
            yield [record(m) for batch in batches.values() for m in batch]
            if len(consumer.partitions_for_topic(topic) or partitions) != len(partitions):
                raise Gone(f"{topic} has another number of partitions now")


@asynccontextmanager
async def _reading(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        enable_auto_commit=False, auto_offset_reset="earliest", **settings.security()
    )
    try:
        async with asyncio.timeout(30):
            await consumer.start()
    except (KafkaError, TimeoutError) as error:
        await consumer.stop()
        raise Gone(f"{settings.bootstrap_servers}: {error}") from error
    try:
        yield consumer
    except KafkaError as error:
        raise Gone(f"not read: {error}") from error
    finally:
        await consumer.stop()


async def _partitions(
    consumer: AIOKafkaConsumer, topic: str, key: bytes | None
) -> list[TopicPartition]:
    """Assigned: all of the topic, or the one of ``key``."""
    try:
        await consumer._client._wait_on_metadata(topic)  # else a new client knows no topic
    except KafkaError as error:
        raise Gone(f"{topic}: {error}") from error
    numbers = consumer.partitions_for_topic(topic) or set()
    if key is not None:
        numbers = {partition_of(key, len(numbers))}
    partitions = [TopicPartition(topic, n) for n in sorted(numbers)]
    consumer.assign(partitions)
    return partitions


async def _batches(
    consumer: AIOKafkaConsumer, topic: str, key: bytes | None, follow: bool
) -> AsyncIterator[Sequence[Record]]:
    partitions = await _partitions(consumer, topic, key)
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    todo = {tp for tp in partitions if ends[tp] > await consumer.position(tp)}
    while follow or todo:
        batches = await consumer.getmany(timeout_ms=200)
        found = [record(m) for batch in batches.values() for m in batch]
        wanted = [r for r in found if key is None or r.key == key]
        if wanted or follow:
            yield wanted
        for tp in [tp for tp in todo if await consumer.position(tp) >= ends[tp]]:
            todo.discard(tp)
