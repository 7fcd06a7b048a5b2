"""What aiokafka does that nobody expects: each trap is shown, and what stands against it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber

from wireroom.wire.kafka import KafkaBroker, admin, consumer, log
from wireroom.wire.kafka.producer import KafkaProducer
from wireroom.wire.settings import Settings
from wireroom.wire.topics import LEAST_LIMIT
from wireroom.wire.transport import Gone, Mark, Partition, Record, TooLarge

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

NewTopic = Callable[..., Awaitable[str]]
NewBroker = Callable[..., KafkaBroker]
NewTold = Callable[[], Any]
MIB = 1024 * 1024


async def stored(settings: Settings, topic: str) -> list[Record]:
    return [record async for batch in log.read(settings, topic) for record in batch]


@asynccontextmanager
async def bare(settings: Settings, **more: Any) -> AsyncIterator[AIOKafkaProducer]:
    """The same producer without what stands around it."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers, enable_idempotence=True, **more
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


# One record that the broker refuses


async def test_a_record_that_the_broker_refuses_does_not_harm_those_after_it(
    settings: Settings, new_topic: NewTopic, broker: NewBroker
) -> None:
    topic = await new_topic(partitions=1)
    async with broker(limit=8 * MIB).producer() as producer:
        acks = [await producer.send(topic, key=b"k", value=b"before", headers={})]
        await acks[0]
        big = await producer.send(topic, key=b"k", value=os.urandom(2 * MIB), headers={})
        beside = await producer.send(topic, key=b"k", value=b"beside", headers={})
        with pytest.raises(TooLarge, match="on the broker takes less"):
            await big
        await beside
        for n in range(3):
            await (await producer.send(topic, key=b"k", value=b"after %d" % n, headers={}))
    values = [r.value for r in await stored(settings, topic)]
    assert values == [b"before", b"beside", b"after 0", b"after 1", b"after 2"]


async def test_negative_control_a_bare_idempotent_producer_is_poisoned(
    settings: Settings, new_topic: NewTopic
) -> None:
    topic = await new_topic(partitions=1)
    async with bare(settings, max_request_size=8 * MIB) as producer:
        await producer.send_and_wait(topic, b"before")
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(topic, os.urandom(2 * MIB))
        for _ in range(2):
            with pytest.raises(OutOfOrderSequenceNumber):
                await producer.send_and_wait(topic, b"after")


async def test_a_flood_of_small_records_is_not_refused_for_its_batches(
    settings: Settings, new_topic: NewTopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker's limit counts batches: of 64 KiB records ours hold more than one."""
    plain = settings.model_copy(update={"compression": "none"})

    async def flood(topic: str) -> None:
        async with KafkaBroker(plain, limits={topic: 65_536}).producer() as producer:
            acks = [
                await producer.send(topic, key=b"k", value=os.urandom(300), headers={})
                for _ in range(2_000)
            ]
            failures = [e for e in await asyncio.gather(*acks, return_exceptions=True) if e]
            if failures:
                raise failures[0]

    await flood(await new_topic(partitions=1, max_bytes=65_536))
    monkeypatch.setattr("wireroom.wire.topics.LEAST_LIMIT", 0)  # negative control
    topic = await new_topic(partitions=1, max_bytes=65_536)
    with pytest.raises(TooLarge):
        await flood(topic)
    assert LEAST_LIMIT >= 1024 * 1024


# Rebalances that fail


class Failing:
    """Postgres is away just when partitions come."""

    async def revoked(self, partitions: Collection[Partition]) -> None: ...

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        raise RuntimeError("no claim")


async def test_a_failure_while_partitions_come_ends_the_member(
    new_topic: NewTopic, broker: NewBroker
) -> None:
    topic = await new_topic()
    async with broker().consumer(topic, group=topic, rebalances=Failing()) as member:
        with pytest.raises(Gone, match="rebalance failed: no claim"):
            await member.take(1, 0.1)


async def test_negative_control_aiokafka_swallows_it(
    settings: Settings, new_topic: NewTopic
) -> None:
    class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
        async def on_partitions_revoked(self, revoked: object) -> None: ...

        async def on_partitions_assigned(self, assigned: object) -> None:
            raise RuntimeError("no claim")

    topic = await new_topic()
    async with bare(settings) as producer:
        await producer.send_and_wait(topic, b"taken without a claim")
    inner = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, group_id=topic, auto_offset_reset="earliest"
    )
    inner.subscribe([topic], listener=Listener())
    await inner.start()
    try:
        assert (await asyncio.wait_for(inner.getone(), 10)).value == b"taken without a claim"
    finally:
        await inner.stop()


# A start that failed


class Holding:
    """A member that lets go of its partitions only when told to; until then nobody can join."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def revoked(self, partitions: Collection[Partition]) -> None:
        if partitions:
            await self.go.wait()

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        return {}


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> Holding:
    """Holds the others up until the first start beside it has failed for lack of time."""
    held, start = Holding(), AIOKafkaConsumer.start

    async def hurried(inner: AIOKafkaConsumer) -> None:
        try:
            async with asyncio.timeout(2):
                await start(inner)
        except TimeoutError:
            held.go.set()
            raise

    monkeypatch.setattr(AIOKafkaConsumer, "start", hurried)
    return held


async def test_a_start_that_failed_is_made_good_by_the_next(
    new_topic: NewTopic, broker: NewBroker, told: NewTold, holding: Holding
) -> None:
    topic, late = await new_topic(), told()
    async with (
        broker("a").consumer(topic, group=topic, rebalances=holding),
        broker("b").consumer(topic, group=topic, rebalances=late),
    ):
        assert holding.go.is_set()
        assert len(late.came[-1]) == 2
        with pytest.raises(TimeoutError):  # nobody disputes its place, in one heartbeat's time
            await late.until(len(late.came) + 1, limit=2.5)


async def test_negative_control_a_failed_start_that_is_not_stopped_fights_the_next(
    new_topic: NewTopic,
    broker: NewBroker,
    told: NewTold,
    holding: Holding,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop, left = consumer._stop, []

    async def leave(inner: AIOKafkaConsumer) -> None:
        left.append(inner)

    topic, late = await new_topic(), told()
    monkeypatch.setattr(consumer, "_stop", leave)
    try:
        async with (
            broker("a").consumer(topic, group=topic, rebalances=holding),
            broker("b").consumer(topic, group=topic, rebalances=late),
        ):
            await late.until(len(late.came) + 1)
    finally:
        for inner in left:
            await stop(inner)


# Garbage


async def test_negative_control_a_deserializer_that_raises_stands_still(
    settings: Settings, new_topic: NewTopic
) -> None:
    def broken(value: bytes) -> str:
        return value.decode("ascii")

    topic = await new_topic(partitions=1)
    async with bare(settings) as producer:
        for value in (b"\xff", b"good"):
            await producer.send_and_wait(topic, value)
    inner = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, value_deserializer=broken
    )
    await inner.start()
    try:
        inner.assign([TopicPartition(topic, 0)])
        await inner.seek_to_beginning()
        for _ in range(3):
            with pytest.raises(UnicodeDecodeError):
                await asyncio.wait_for(inner.getone(), 5)
    finally:
        await inner.stop()


async def test_a_foreign_header_without_value_is_an_empty_one(
    settings: Settings, new_topic: NewTopic, broker: NewBroker, told: NewTold
) -> None:
    topic = await new_topic(partitions=1)
    async with bare(settings) as producer:
        await producer.send_and_wait(topic, b"v", headers=[("accepted-at", None), ("a", b"1")])
    async with broker().consumer(topic, group=topic, rebalances=told()) as member:
        records: list[Record] = []
        while not records:
            records += await member.take(1, 5)
    assert records[0].headers == {"accepted-at": b"", "a": b"1"}


# A broker that does not answer


async def test_while_the_broker_does_not_answer_a_commit_gives_up_in_time(
    settings: Settings,
    servers: Servers,
    new_topic: NewTopic,
    told: NewTold,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer, "COMMIT_LIMIT", 1.0)
    monkeypatch.setattr(consumer, "STOP_LIMIT", 1.0)
    topic = await new_topic(partitions=1)
    pid = servers.kafka.pid
    assert pid is not None
    loop = asyncio.get_running_loop()
    kafka = KafkaBroker(settings, limits={topic: MIB})
    async with kafka.consumer(topic, group=topic, rebalances=told()) as member:
        os.kill(pid, signal.SIGSTOP)
        try:
            began = loop.time()
            with pytest.raises(Gone, match="not committed"):
                await member.commit({Partition(topic, 0): Mark(0)})
            assert 0.9 < loop.time() - began < 3
        finally:
            os.kill(pid, signal.SIGCONT)
        await member.commit(
            {Partition(topic, 0): Mark(0)}
        )  # and when it answers again, all is well


async def test_no_broker_at_all_is_said_with_its_address(
    new_topic: NewTopic, told: NewTold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "STARTS", 1)
    monkeypatch.setattr("wireroom.wire.kafka.producer.STARTS", 1)
    away = Settings(bootstrap_servers="127.0.0.1:9")
    with pytest.raises(Gone, match=r"127\.0\.0\.1:9"):
        async with KafkaBroker(away, limits={}).consumer("t", group="g", rebalances=told()):
            pass
    with pytest.raises(Gone, match=r"127\.0\.0\.1:9"):
        await KafkaProducer(away, {}).start()
    with pytest.raises(Gone, match=r"127\.0\.0\.1:9"):
        await stored(away, "t")
    with pytest.raises(Gone, match=r"127\.0\.0\.1:9"):
        await admin.missing(away, [])
