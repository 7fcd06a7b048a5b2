"""What is parked goes back when it is due, in that order, once, and with what is known of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from wireroom import relay
from wireroom.events import ArticleJournal
from wireroom.relay import Relay, RelayMetrics, tier
from wireroom.runtime import deadletter
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.parking import ATTEMPTS, DUE, FAILED_AT, REASON, TOPIC
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Gone, Headers, Record

INTAKE = "articles.intake"


class Broker(MemoryBroker):
    """One that can stop taking what comes after a number of records."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.takes = 10**9

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        self.takes -= 1
        if self.takes < 0:
            raise Gone("killed")
        return await super().send(topic, key=key, value=value, headers=headers)


class Rig:
    def __init__(self, **more: Any) -> None:
        self.broker = Broker(**more)
        self.registry = CollectorRegistry()
        self.metrics = RelayMetrics(self.registry)
        self.counted = Metrics(self.registry, "test").of("relay")

    def relay(self) -> Relay:
        journal = Journal(ArticleJournal, stage="relay", instance="relay@test", versions={})
        return Relay(
            self.broker, [INTAKE], self.metrics, codec=Codec(Schemas()), counted=self.counted,
            journal=journal,
        )  # fmt: skip

    async def park(
        self, value: bytes, due_in: float, where: str = "retry.1m", **more: bytes
    ) -> None:
        ticket = {
            TOPIC: INTAKE.encode(),
            DUE: b"%d" % ((time.time() + due_in) * 1000),
            REASON: b"http_503",
            ATTEMPTS: b"3",
            FAILED_AT: b"17",
            "own": b"1",
        }
        sent = {**ticket, **{name.replace("_", "-"): v for name, v in more.items()}}
        await (await self.broker.send(where, key=b"k", value=value, headers=sent))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.relay().run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait({task})
        task.result()

    def back(self) -> list[bytes]:
        return [record.value for record in self.came()]

    def came(self) -> list[Record]:
        return self.broker.records(INTAKE)

    async def until(self, count: int) -> None:
        await self.seen(lambda: len(self.came()) >= count)

    @staticmethod
    async def seen(reached: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not reached():  # noqa: ASYNC110  # what is looked at has no event
                await asyncio.sleep(0.005)

    def committed(self, where: str = "retry.1m") -> Mapping[int, int]:
        return {
            p.number: self.broker.committed.get((f"relay-{where}", p), 0)
            for p in self.broker.partitions(where)
        }

    def value(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"wireroom_{name}", labels) or 0.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "POLL", 0.01)
    monkeypatch.setattr(relay, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(tier, "COUNT_EVERY", 0.0)


@pytest.fixture
def rig() -> Rig:
    return Rig(partitions=1)


async def test_what_is_due_goes_back_as_it_was_with_what_is_known_of_its_failures(rig: Rig) -> None:
    async with rig.running():
        await rig.park(b"page", due_in=-1, event_id=b"e", submission_id=b"s")
        await rig.until(1)
    (record,) = rig.came()
    assert (record.key, record.value) == (b"k", b"page")
    assert record.headers == {
        ATTEMPTS: b"3", FAILED_AT: b"17", "own": b"1", "event-id": b"e", "submission-id": b"s",
    }  # fmt: skip
    assert rig.committed() == {0: 1}
    assert rig.value("relayed_total", tier="retry.1m") == 1


async def test_nothing_goes_back_before_it_is_due(rig: Rig) -> None:
    async with rig.running():
        await rig.park(b"page", due_in=0.2)
        began = time.monotonic()
        await rig.until(1)
        assert time.monotonic() - began >= 0.19


async def test_what_is_due_first_goes_first_whatever_lies_before_it(rig: Rig) -> None:
    await rig.park(b"late", due_in=0.2)
    await rig.park(b"soon", due_in=-1)
    async with rig.running():
        await rig.until(1)
        assert rig.back() == [b"soon"]
        assert rig.committed() == {0: 0}  # the first one is still to come
        await rig.until(2)
    assert rig.back() == [b"soon", b"late"]
    assert rig.committed() == {0: 2}


async def test_a_relay_that_was_killed_does_not_repeat_what_it_sent_past_the_first(
    rig: Rig,
) -> None:
    await rig.park(b"late", due_in=0.3)
    for n in range(5):
        await rig.park(b"%d" % n, due_in=-1)
    async with rig.running():
        await rig.until(5)
    async with rig.running():  # a new one, which knows what was committed
        await rig.until(6)
        await asyncio.sleep(0.05)
    assert sorted(rig.back()) == [b"0", b"1", b"2", b"3", b"4", b"late"]


async def test_a_relay_without_its_note_repeats_them(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr("wireroom.runtime.offsets.note_of", lambda reached, finished: "")
    await rig.park(b"late", due_in=0.3)
    for n in range(5):
        await rig.park(b"%d" % n, due_in=-1)
    async with rig.running():
        await rig.until(5)
    async with rig.running():
        await rig.until(11)
    assert len(rig.back()) == 11


async def test_what_a_broker_did_not_take_is_sent_by_the_next_relay(rig: Rig) -> None:
    for n in range(5):
        await rig.park(b"%d" % n, due_in=-1)
    rig.broker.takes = 3
    running = rig.running()
    await running.__aenter__()
    await rig.seen(lambda: rig.broker.takes < 0)
    with pytest.raises(ExceptionGroup) as caught:
        await running.__aexit__(None, None, None)
    assert caught.group_contains(Gone)
    rig.broker.takes = 10**9
    async with rig.running():
        await rig.until(8)
    assert set(rig.back()) == {b"0", b"1", b"2", b"3", b"4"}  # three of them twice


async def test_what_is_due_later_than_its_tier_is_long_goes_on_to_another(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(relay.TIERS, "retry.1m", 0.05)
    async with rig.running():
        await rig.park(b"page", due_in=700)
        await rig.seen(lambda: rig.broker.records("retry.10m"))
    (first,), (on,) = (rig.broker.records(f"retry.{tier}") for tier in ("1m", "10m"))
    assert on.headers == first.headers
    assert rig.value("relayed_total", tier="retry.1m") == 0  # it has not gone back
    assert rig.back() == []


async def test_what_was_not_parked_by_us_becomes_a_dead_letter(rig: Rig) -> None:
    await (await rig.broker.send("retry.1m", key=None, value=b"?", headers={}))
    await rig.park(b"astray", due_in=-1, retry_topic=b"somebody.elses")
    await rig.park(b"page", due_in=-1)
    async with rig.running():
        await rig.until(1)
    letters = rig.broker.records("dead.relay")
    assert sorted(r.value for r in letters) == [b"?", b"astray"]
    assert {deadletter.notes(r.headers)["reason"] for r in letters} == {"not_parked"}
    assert rig.back() == [b"page"]


async def test_what_its_topic_no_longer_takes_becomes_a_dead_letter() -> None:
    rig = Rig(partitions=1, limits={INTAKE: 3})
    await rig.park(b"large", due_in=-1)
    await rig.park(b"ok", due_in=-1)
    async with rig.running():
        await rig.until(1)
    assert [r.value for r in rig.broker.records("dead.relay")] == [b"large"]
    assert rig.back() == [b"ok"]


async def test_it_tells_how_much_waits_and_how_late_it_is(rig: Rig) -> None:
    for n in range(3):
        await rig.park(b"%d" % n, due_in=30)
    async with rig.running():
        await rig.seen(lambda: rig.value("parked_records", tier="retry.1m") == 3)
        assert rig.value("relay_overdue_seconds") == 0
    assert rig.relay().trouble is not None  # a new one is in no group yet


async def test_hand_and_memory_are_bounded(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tier, "AHEAD", 10)
    monkeypatch.setattr(tier, "TOGETHER", 4)
    for n in range(40):
        await rig.park(b"%d" % n, due_in=0.2)
    async with rig.running():
        await rig.until(40)
    assert sorted(map(int, rig.back())) == list(range(40))


class Wall:
    """A wall clock that is set by hand, in place of the relay's module ``time``."""

    def __init__(self) -> None:
        self.now = time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return self.now


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    clock = Wall()
    monkeypatch.setattr(tier, "time", clock)
    return clock


async def quiet(rig: Rig) -> None:
    """Long enough for ten turns of the relay; what goes back has gone by then."""
    turns = tier.POLL * 10
    await asyncio.sleep(turns)


async def test_a_wall_clock_that_is_set_back_keeps_what_is_parked_and_loses_nothing(
    rig: Rig, wall: Wall
) -> None:
    async with rig.running():
        await rig.park(b"soon", due_in=30)
        await rig.seen(lambda: rig.value("parked_records", tier="retry.1m") == 1)
        wall.now -= 3_600
        await quiet(rig)
        assert rig.back() == []
        wall.now += 3_600 + 31
        await rig.until(1)
    assert rig.back() == [b"soon"]
    assert rig.committed() == {0: 1}


async def test_a_wall_clock_that_is_set_forward_sends_what_is_due_by_it_once(
    rig: Rig, wall: Wall
) -> None:
    async with rig.running():
        for n in range(3):
            await rig.park(b"%d" % n, due_in=30 + n)
        await rig.seen(lambda: rig.value("parked_records", tier="retry.1m") == 3)
        wall.now += 3_600
        await rig.until(3)
        wall.now -= 3_600
        await quiet(rig)
    assert rig.back() == [b"0", b"1", b"2"]


async def test_what_was_parked_by_a_clock_that_was_ahead_stays_no_longer_than_its_tier_is_long(
    rig: Rig, wall: Wall
) -> None:
    """The broker's time of the record bounds the wait: due in a day by a wrong clock, it leaves
    the shortest tier after a minute, and goes on by what is left then.
    """
    async with rig.running():
        await rig.park(b"page", due_in=86_400)
        await rig.seen(lambda: rig.value("parked_records", tier="retry.1m") == 1)
        wall.now += 61
        await rig.seen(lambda: rig.broker.records("retry.2h"))
    assert rig.back() == []
    assert rig.committed() == {0: 1}


async def test_nothing_is_sent_while_partitions_change_hands(rig: Rig) -> None:
    """It could not be committed: the next owner would send it again."""
    await rig.park(b"before", due_in=-1)
    running = rig.relay()
    stop = asyncio.Event()
    task = asyncio.create_task(running.run(stop))
    await rig.until(1)
    (one, *_) = running._tiers
    partitions = rig.broker.partitions("retry.1m")
    await one.revoked(partitions)
    await rig.park(b"meanwhile", due_in=-1)
    await rig.seen(lambda: one.in_hand == 1)
    await asyncio.sleep(0.1)
    assert rig.back() == [b"before"]
    await one.assigned({p: rig.broker.mark("relay-retry.1m", p) for p in partitions})
    await rig.until(2)
    stop.set()
    await task
    assert rig.back() == [b"before", b"meanwhile"]
