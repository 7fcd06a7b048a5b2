"""What a stage tells of its place in the group: whether it works, and what waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest
from prometheus_client import CollectorRegistry

from wireroom.runtime import member as module
from wireroom.runtime import watchdog
from wireroom.runtime.member import ASK_AFTER, REBALANCE, Member
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.service import trouble
from wireroom.runtime.watchdog import Stalled, Watchdog
from wireroom.wire.transport import Partition, Record

ONE, TWO = Partition("t", 0), Partition("t", 1)


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    time = monotonic


class Silent:
    """A consumer that hands out nothing, whatever there is."""

    def __init__(self, places: Mapping[Partition, int], ends: Mapping[Partition, int]) -> None:
        self.answers, self.ends = places, ends
        self.known: Mapping[Partition, int] = {}
        self.mine: Sequence[Partition] = list(ends)
        self.asked = 0

    async def take(
        self, limit: int, wait: float, partitions: Collection[Partition] | None = None
    ) -> Sequence[Record]:
        return ()

    async def commit(self, offsets: Mapping[Partition, int]) -> None: ...

    def end(self, partition: Partition) -> int | None:
        return self.known.get(partition)

    async def refresh(self) -> None:
        self.known = self.ends

    async def places(self) -> Mapping[Partition, int]:
        self.asked += 1
        return self.answers

    def assigned(self) -> Collection[Partition]:
        return self.mine


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    now = Clock()
    monkeypatch.setattr(module, "time", now)
    monkeypatch.setattr(watchdog, "time", now)
    return now


class Rig:
    def __init__(self, clock: Clock, consumer: Silent) -> None:
        self.clock = clock
        self.registry = CollectorRegistry()
        stage = Metrics(self.registry, "test").of("fetch")
        dog = Watchdog(45)
        dog.fed()
        self.member = Member(stage, dog, 86_400)
        self.member.consumer = self.consumer = consumer
        self.member.took(consumer.mine)

    async def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.now += 1
            await self.member.look_after()

    def lag(self, partition: Partition = ONE) -> float | None:
        labels = {"stage": "fetch", "topic": "t", "partition": str(partition.number)}
        return self.registry.get_sample_value("wireroom_lag_records", labels)


async def test_what_waits_is_told_before_the_first_record_comes(clock: Clock) -> None:
    rig = Rig(clock, Silent({ONE: 40, TWO: 7}, {ONE: 100, TWO: 7}))
    await rig.pass_by(1)
    assert (rig.lag(ONE), rig.lag(TWO)) == (60, 0)


async def test_a_consumer_that_is_silent_from_its_start_is_ended(clock: Clock) -> None:
    rig = Rig(clock, Silent({ONE: 40}, {ONE: 100}))
    with pytest.raises(Stalled, match="60 records wait"):
        await rig.pass_by(60)


async def test_without_its_place_nobody_sees_it(clock: Clock) -> None:
    """The control: what the watchdog saw before the broker was asked."""
    rig = Rig(clock, Silent({}, {ONE: 100}))
    await rig.pass_by(120)
    assert rig.lag() == 0


async def test_one_with_nothing_to_read_lives_on(clock: Clock) -> None:
    rig = Rig(clock, Silent({ONE: 100, TWO: 0}, {ONE: 100, TWO: 0}))
    await rig.pass_by(300)
    assert rig.member.trouble(None) is None
    assert rig.consumer.asked == 1


async def test_a_broker_that_did_not_tell_the_place_is_asked_again(clock: Clock) -> None:
    rig = Rig(clock, Silent({}, {ONE: 100}))
    await rig.pass_by(2)
    assert rig.consumer.asked == 1
    rig.consumer.answers = {ONE: 90}
    await rig.pass_by(int(ASK_AFTER) + 1)
    assert rig.lag() == 10


async def test_the_place_of_a_record_in_hand_goes_before_where_it_began(clock: Clock) -> None:
    rig = Rig(clock, Silent({ONE: 0}, {ONE: 100}))
    record = Record(ONE, 97, int(clock.now * 1000), None, b"", {})
    rig.member.offsets.begin(record)
    await rig.pass_by(1)
    assert rig.lag() == 3


async def test_not_ready_until_its_partitions_have_come(clock: Clock) -> None:
    stage = Metrics(CollectorRegistry(), "test").of("fetch")
    fresh = Member(stage, Watchdog(45), 86_400)
    assert fresh.trouble(None) == "not in its group yet"
    fresh.took([])
    assert fresh.trouble(None) is None


async def test_a_rebalance_that_lasts_is_not_ready_and_one_that_ends_is(clock: Clock) -> None:
    rig = Rig(clock, Silent({ONE: 0}, {ONE: 0}))
    await rig.pass_by(60)
    rig.consumer.mine = ()
    await rig.pass_by(int(REBALANCE))
    assert rig.member.trouble(None) is None
    await rig.pass_by(2)
    assert rig.member.trouble(None) == "without its partitions for 17 s"
    rig.consumer.mine = [ONE]
    await rig.pass_by(1)
    assert rig.member.trouble(None) is None


async def test_a_spare_member_without_partitions_is_ready(clock: Clock) -> None:
    rig = Rig(clock, Silent({}, {}))
    await rig.pass_by(300)
    assert rig.member.trouble(None) is None


async def test_not_ready_while_nothing_moves_and_before_the_watchdog_ends_it(clock: Clock) -> None:
    rig = Rig(clock, Silent({ONE: 0}, {ONE: 5}))
    await rig.pass_by(30)
    assert rig.member.trouble(None) is None
    await rig.pass_by(5)
    assert rig.member.trouble(None) == "records wait and none was finished for 35 s"
    rig.member.finished(ONE, 0)
    assert rig.member.trouble(None) is None


async def test_a_fuse_that_has_blown_is_not_ready_and_says_why(clock: Clock) -> None:
    rig = Rig(clock, Silent({}, {}))
    assert rig.member.trouble("postgres_timeout") == "paused: postgres_timeout"


class Plain:
    name = "plain"
    ready = False


class Explaining(Plain):
    trouble = "no ink"


def test_a_service_tells_its_reason_if_it_has_one() -> None:
    assert trouble(Plain()) == "not ready"  # type: ignore[arg-type]  # does not run here
    assert trouble(Explaining()) == "no ink"  # type: ignore[arg-type]  # does not run here
