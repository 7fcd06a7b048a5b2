"""What ``wire.transport`` promises, asked of memory and of Kafka in the same words."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from wireroom.wire.kafka import KafkaBroker, admin
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic
from wireroom.wire.transport import (
    Broker,
    Consumer,
    Mark,
    Partition,
    Producer,
    Record,
    TooLarge,
)

PARTITIONS = 3
LARGEST = 10_000
NewTopic = Callable[[], Awaitable[str]]


@dataclass
class Told:
    """A group's member as the runtime is one: told of partitions, asked where to go on."""

    places: Mapping[Partition, int] = field(default_factory=dict)
    came: list[list[Partition]] = field(default_factory=list)
    marks: dict[Partition, Mark] = field(default_factory=dict)

    async def revoked(self, partitions: Collection[Partition]) -> None: ...

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        self.came.append(sorted(marks))
        self.marks = dict(marks)
        return self.places


class Limits(dict[str, int]):
    """The same limit for every topic."""

    def get(self, name: str, default: object = None) -> int:  # type: ignore[override]  # no default
        return LARGEST

    def __getitem__(self, name: str) -> int:
        return LARGEST


@dataclass
class Place:
    broker: Broker
    new_topic: NewTopic


@pytest.fixture(params=["memory", "kafka"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "memory":

        async def name() -> str:
            return f"contract.{uuid4().hex}"

        return Place(MemoryBroker(PARTITIONS, Limits(any=LARGEST)), name)
    settings = Settings(bootstrap_servers=request.getfixturevalue("servers").addresses.kafka)

    async def made() -> str:
        topic = f"contract.{uuid4().hex}"
        await admin.create(settings, [Topic(topic, PARTITIONS, 1, LARGEST, "")])
        return topic

    return Place(KafkaBroker(settings, limits=Limits(any=LARGEST)), made)


async def send(producer: Producer, topic: str, *values: bytes, key: bytes | None = None) -> None:
    acks = [await producer.send(topic, key=key, value=v, headers={}) for v in values]
    for acked in acks:
        await acked


async def taken(consumer: Consumer, count: int, limit: int = 100) -> list[Record]:
    """``count`` records; fewer only after ten seconds."""
    records: list[Record] = []
    until = time.monotonic() + 10
    while len(records) < count and time.monotonic() < until:
        some = await consumer.take(limit, 0.2)
        assert len(some) <= limit
        records += some
    return records


def values(records: Sequence[Record]) -> list[bytes]:
    return [record.value for record in records]


async def test_a_record_comes_as_it_was_sent(place: Place) -> None:
    topic, before = await place.new_topic(), time.time() * 1000
    headers = {"one": b"1", "empty": b"", "bytes": b"\x00\xff"}
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        await (await producer.send(topic, key=b"k\xff", value=b"\x00v", headers=headers))
        (record,) = await taken(consumer, 1)
    assert (record.key, record.value, dict(record.headers)) == (b"k\xff", b"\x00v", headers)
    assert record.partition.topic == topic
    assert record.offset == 0
    assert before - 1 <= record.timestamp <= time.time() * 1000 + 1


async def test_records_of_one_key_keep_their_order_and_place(place: Place) -> None:
    topic = await place.new_topic()
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        acks = []
        for n in range(300):
            key = b"key-%d" % (n % 7)
            acks.append(await producer.send(topic, key=key, value=b"%d" % n, headers={}))
        for acked in acks:
            await acked
        records = await taken(consumer, 300, limit=37)
    assert len({r.partition for r in records}) == PARTITIONS
    for key in {r.key for r in records}:
        mine = [r for r in records if r.key == key]
        assert len({r.partition for r in mine}) == 1
        assert [int(r.value) for r in mine] == sorted(int(r.value) for r in mine)
    for partition in {r.partition for r in records}:
        offsets = [r.offset for r in records if r.partition == partition]
        assert offsets == list(range(len(offsets)))


async def test_a_record_needs_no_key_and_no_value(place: Place) -> None:
    topic = await place.new_topic()
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        await send(producer, topic, b"")
        (record,) = await taken(consumer, 1)
    assert (record.key, record.value) == (None, b"")


async def test_a_group_goes_on_where_it_committed_and_nowhere_else(place: Place) -> None:
    topic = await place.new_topic()
    async with place.broker.producer() as producer:
        await send(producer, topic, *(b"%d" % n for n in range(10)), key=b"k")
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        first = await taken(consumer, 10)
        await consumer.commit({first[0].partition: Mark(4, "a note")})
    told = Told()
    async with place.broker.consumer(topic, group=topic, rebalances=told) as consumer:
        assert values(await taken(consumer, 6)) == [b"4", b"5", b"6", b"7", b"8", b"9"]
        assert told.marks.pop(first[0].partition) == Mark(4, "a note")
        assert set(told.marks.values()) == {Mark(0)}
    async with place.broker.consumer(topic, group=f"{topic}.b", rebalances=Told()) as consumer:
        assert len(await taken(consumer, 10)) == 10


async def test_nothing_is_committed_unasked_and_a_new_group_begins_at_the_oldest(
    place: Place,
) -> None:
    topic = await place.new_topic()
    async with place.broker.producer() as producer:
        await send(producer, topic, b"a", b"b", key=b"k")
    for _ in range(2):
        async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
            assert values(await taken(consumer, 2)) == [b"a", b"b"]


async def test_commits_of_partitions_that_are_not_ours_are_ignored(place: Place) -> None:
    topic = await place.new_topic()
    async with place.broker.producer() as producer:
        await send(producer, topic, b"a", key=b"k")
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        await taken(consumer, 1)
        await consumer.commit({Partition(topic, 99): Mark(5), Partition("another", 0): Mark(5)})


async def test_a_producer_knows_where_a_key_goes(place: Place) -> None:
    topic = await place.new_topic()
    async with place.broker.producer() as producer:
        await send(producer, topic, b"a", key=b"k")
        number = await producer.partition(topic, b"k")
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        assert (await taken(consumer, 1))[0].partition == Partition(topic, number)


async def test_it_is_told_what_is_its_own_and_where_to_go_on(place: Place) -> None:
    topic = await place.new_topic()
    async with place.broker.producer() as producer:
        await send(producer, topic, b"a", b"b", b"c", key=b"k")
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        where = (await taken(consumer, 3))[0].partition
        await consumer.commit({where: Mark(3)})
    told = Told({where: 1})
    async with place.broker.consumer(topic, group=topic, rebalances=told) as consumer:
        assert values(await taken(consumer, 2)) == [b"b", b"c"]
        assert told.came == [[Partition(topic, n) for n in range(PARTITIONS)]]
        assert sorted(consumer.assigned()) == told.came[0]


async def test_of_a_partition_that_is_not_ours_no_end_is_known(place: Place) -> None:
    topic = await place.new_topic()
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        await taken(consumer, 0)
        assert not consumer.end(Partition(topic, 99))


async def test_it_takes_only_from_the_partitions_named(place: Place) -> None:
    topic = await place.new_topic()
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        for n in range(30):
            await send(producer, topic, b"%d" % n, key=b"%d" % n)
        one = Partition(topic, 1)
        mine: list[Record] = []
        until = time.monotonic() + 10
        while not mine and time.monotonic() < until:
            mine += await consumer.take(100, 0.2, [one])
        mine += await consumer.take(100, 0.2, [one])
        rest = await taken(consumer, 30 - len(mine))
    assert {r.partition for r in mine} == {one}
    assert {r.partition.number for r in rest} == {0, 2}
    assert len({r.value for r in mine + rest}) == 30


async def test_it_takes_nothing_from_no_partition_and_nothing_when_there_is_nothing(
    place: Place,
) -> None:
    topic = await place.new_topic()
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        assert list(await consumer.take(10, 0.05)) == []
        await send(producer, topic, b"a")
        assert list(await consumer.take(10, 0.05, [])) == []
        assert values(await taken(consumer, 1)) == [b"a"]


async def test_too_large_is_refused_before_it_is_sent_and_harms_nothing(place: Place) -> None:
    topic = await place.new_topic()
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        await send(producer, topic, b"a", key=b"k")
        with pytest.raises(TooLarge, match=f"{topic} takes {LARGEST}"):
            await producer.send(topic, key=b"k", value=os.urandom(LARGEST + 1), headers={})
        await send(producer, topic, os.urandom(LARGEST // 2), b"b", key=b"k")
        records = await taken(consumer, 3)
    assert [r.offset for r in records] == [0, 1, 2]
    assert records[2].value == b"b"


async def test_what_was_sent_may_be_left_unwaited_for(place: Place) -> None:
    topic = await place.new_topic()
    async with place.broker.producer() as producer:
        await producer.send(topic, key=b"k", value=b"a", headers={})
        await send(producer, topic, b"b", key=b"k")
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        assert values(await taken(consumer, 2)) == [b"a", b"b"]


async def test_it_knows_the_ends(place: Place) -> None:
    topic = await place.new_topic()
    async with (
        place.broker.producer() as producer,
        place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer,
    ):
        await send(producer, topic, b"a", b"b", key=b"k")
        (where,) = {r.partition for r in await taken(consumer, 2)}
        assert consumer.end(where) == 2
        await send(producer, topic, b"c", key=b"k")
        await consumer.refresh()
        assert consumer.end(where) == 3


async def test_it_knows_where_each_partition_goes_on_before_it_has_taken_anything(
    place: Place,
) -> None:
    topic = await place.new_topic()
    all_three = [Partition(topic, n) for n in range(3)]
    async with place.broker.producer() as producer:
        await send(producer, topic, b"a", b"b", key=b"k")
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        assert await consumer.places() == dict.fromkeys(all_three, 0)
        (where,) = {r.partition for r in await taken(consumer, 2)}
        await consumer.commit({where: Mark(1)})
    async with place.broker.consumer(topic, group=topic, rebalances=Told()) as consumer:
        assert await consumer.places() == dict.fromkeys(all_three, 0) | {where: 1}
    told = Told({all_three[0]: 2})
    async with place.broker.consumer(topic, group=topic, rebalances=told) as consumer:
        assert (await consumer.places())[all_three[0]] == 2
