"""What has to wait long is parked, what holds up others too, and what lies wrong is moved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.runtime.conftest import INTAKE, Rig

from wireroom.events import ArticleSubmitted
from wireroom.runtime import worker
from wireroom.runtime.errors import Later, Permanent, Transient
from wireroom.runtime.hand import turn
from wireroom.runtime.parking import ATTEMPTS, DUE, FAILED_AT, PREFIX, TOPIC
from wireroom.runtime.retry import DAY, Backoff
from wireroom.runtime.stage import Outcome
from wireroom.wire.headers import MOVED_FROM
from wireroom.wire.transport import Record

FOLLOW = Callable[..., Any]


def raising(error: Exception) -> Callable[[ArticleSubmitted], Any]:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise error

    return handle


def parked(rig: Rig) -> list[Record]:
    return [r for tier in ("1m", "10m", "2h") for r in rig.broker.records(f"retry.{tier}")]


async def give(rig: Rig, **headers: bytes) -> None:
    """A submission as it comes back from a tier."""
    await rig.submit("a")
    (first,) = rig.broker.records(INTAKE)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    rig.broker.log(first.partition)[0] = Record(
        first.partition, 0, first.timestamp, first.key, first.value, {**first.headers, **sent}
    )


@pytest.mark.parametrize(
    ("after", "tier"), [(31.0, "1m"), (61.0, "1m"), (601.0, "10m"), (7201.0, "2h"), (1e9, "2h")]
)
async def test_a_wait_too_long_for_its_place_is_parked_in_the_tier_of_its_length(
    rig: Rig, after: float, tier: str
) -> None:
    before = time.time()
    async with rig.running(
        rig.worker(raising(Transient("http_429", after=after)), backoff=Backoff())
    ):
        await rig.submit("a", key=b"k")
        await rig.all_committed()

    (source,) = rig.broker.records(INTAKE)
    (record,) = rig.broker.records(f"retry.{tier}")
    assert (record.key, record.value) == (source.key, source.value)
    assert record.headers[TOPIC] == INTAKE.encode()
    assert int(record.headers[DUE]) / 1000 - before == pytest.approx(min(after, DAY), abs=5)
    assert record.headers[ATTEMPTS] == b"1"
    assert rig.dead() == []
    assert rig.metric("parked_total", reason="http_429") == 1
    (entry,) = rig.journal()
    assert (entry.event, entry.reason) == ("parked", "http_429")
    assert entry.until is not None
    assert entry.until.timestamp() == pytest.approx(int(record.headers[DUE]) / 1000, abs=0.01)


async def test_ids_and_trace_are_the_same_after_a_trip(rig: Rig) -> None:
    async with rig.running(rig.worker(raising(Later("host_busy", after=60)), backoff=Backoff())):
        await rig.garbage(b'{"text": "a"}')
        await rig.all_committed()
    (record,) = parked(rig)
    (entry,) = rig.journal()
    assert record.headers["submission-id"].decode() == str(entry.submission_id)
    assert {"event-id", "accepted-at", "own"} <= record.headers.keys()


async def test_tries_are_counted_over_all_trips(rig: Rig) -> None:
    await give(rig, retry_attempts=b"3", retry_first_failed_at=b"%d" % (time.time() * 1000 - 5000))
    async with rig.running(rig.worker(raising(Transient("http_503")), backoff=Backoff())):
        await rig.all_committed()
    (record,) = rig.broker.records("retry.10m")
    assert record.headers[ATTEMPTS] == b"4"
    assert time.time() - int(record.headers[FAILED_AT]) / 1000 == pytest.approx(5, abs=2)


async def test_after_the_last_try_there_is_a_dead_letter_without_the_marks_of_its_trips(
    rig: Rig,
) -> None:
    began = int(time.time() * 1000) - 7_000_000
    await give(rig, retry_attempts=b"5", retry_first_failed_at=b"%d" % began, retry_due=b"1")
    async with rig.running(rig.worker(raising(Transient("http_503")), backoff=Backoff())):
        await rig.all_committed()
    ((letter, notes),) = rig.dead()
    assert (notes["reason"], notes["attempts"]) == ("http_503", "6")
    assert float(notes["first-failed-at"]) == pytest.approx(began / 1000, abs=0.01)
    assert not [name for name in letter.headers if name.startswith(PREFIX)]


@pytest.mark.parametrize("attempts", [b"", b"x", b"-1", b"9" * 40])
async def test_a_foreign_count_of_tries_is_none(rig: Rig, attempts: bytes) -> None:
    await give(rig, retry_attempts=attempts)
    async with rig.running(rig.worker(raising(Transient("x", after=60)), backoff=Backoff())):
        await rig.all_committed()
    assert [r.headers[ATTEMPTS] for r in parked(rig)] == [b"1"]


async def test_a_site_that_asks_to_wait_takes_no_try_and_has_a_day(rig: Rig) -> None:
    error = Transient("http_429", after=60, counts=False)
    await give(rig, retry_attempts=b"5")
    async with rig.running(rig.worker(raising(error), backoff=Backoff())):
        await rig.all_committed()
    (record,) = parked(rig)
    assert record.headers[ATTEMPTS] == b"5"
    assert FAILED_AT in record.headers


async def test_after_a_day_of_asking_it_is_a_dead_letter(rig: Rig) -> None:
    error = Transient("http_429", after=60, counts=False)
    await give(rig, retry_first_failed_at=b"%d" % ((time.time() - DAY - 1) * 1000))
    async with rig.running(rig.worker(raising(error), backoff=Backoff())):
        await rig.all_committed()
    assert rig.reasons() == ["http_429"]


async def test_whoever_waits_for_a_turn_may_do_so_for_ever(rig: Rig) -> None:
    await give(rig, retry_first_failed_at=b"1")
    async with rig.running(rig.worker(raising(Later("host_busy", after=60)), backoff=Backoff())):
        await rig.all_committed()
    assert len(parked(rig)) == 1


async def test_one_that_no_tier_takes_becomes_a_dead_letter(rigged: Callable[..., Rig]) -> None:
    rig = rigged(limits={"retry.1m": 1})
    async with rig.running(rig.worker(raising(Later("host_busy", after=60)), backoff=Backoff())):
        await rig.submit("a")
        await rig.all_committed()
    assert rig.reasons() == ["too_large"]


async def test_waits_say_nothing_of_how_we_are_and_blow_no_fuse(rig: Rig) -> None:
    async with rig.running(rig.worker(raising(Later("host_busy", after=60)), backoff=Backoff())):
        await rig.submit(*map(str, range(60)))
        await rig.all_committed()
    assert len(parked(rig)) == 60


async def test_when_everything_fails_nothing_is_poured_into_the_tiers(rig: Rig) -> None:
    network: list[str] = []

    async def handle(event: ArticleSubmitted) -> Outcome:
        if not network:
            raise Transient("no_network")
        return []

    working = rig.worker(handle, backoff=Backoff(waits=(60.0,)), concurrency=50)
    async with rig.running(working):
        await rig.submit(*map(str, range(50)))
        await rig.until(lambda: rig.metric("pipeline_paused", reason="no_network") == 1)
        await asyncio.sleep(0.2)
        assert len(parked(rig)) < 25
        network.append("back")
        await rig.all_committed()
    assert len(parked(rig)) + rig.metric("outcomes_total", outcome="passed", reason="") == 50


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.01)


async def _first_waits(event: ArticleSubmitted) -> Outcome:
    """The first waits for a turn that does not come, as at a busy host."""
    if event.text == "first":
        if not await turn(asyncio.get_running_loop().create_future()):
            raise Later("host_busy", after=40)
        raise Permanent("never")
    return []


@pytest.mark.usefixtures("looking")
async def test_a_head_that_waits_while_its_window_is_full_makes_room(
    rigged: Callable[..., Rig],
) -> None:
    rig = rigged(partitions=1)
    working = rig.worker(_first_waits, window=5, concurrency=5, head_wait=0.05, backoff=Backoff())
    async with rig.running(working):
        await rig.submit("first", *map(str, range(20)))
        await rig.all_committed()
    (record,) = parked(rig)
    assert int(record.headers[DUE]) / 1000 - time.time() == pytest.approx(40, abs=5)


@pytest.mark.usefixtures("looking")
async def test_a_head_that_holds_up_nobody_may_go_on_waiting(rigged: Callable[..., Rig]) -> None:
    rig = rigged(partitions=1)
    working = rig.worker(_first_waits, window=50, concurrency=50, head_wait=0.01, backoff=Backoff())
    async with rig.running(working):
        await rig.submit("first", *map(str, range(20)))
        await rig.until(lambda: rig.metric("outcomes_total", outcome="passed", reason="") == 20)
        await asyncio.sleep(0.1)
        assert parked(rig) == []
        working._make_room()
        for hand in working._running.values():
            hand.call_off()
        await rig.all_committed()


async def test_a_window_is_never_passed_however_many_could_be_taken_at_once(
    rigged: Callable[..., Rig],
) -> None:
    rig = rigged(partitions=1)
    working = rig.worker(_first_waits, window=8, concurrency=50, head_wait=1e9, backoff=Backoff())
    (partition,) = rig.broker.partitions(INTAKE)
    await rig.submit("first", *map(str, range(40)))
    async with rig.running(working):
        await rig.until(lambda: rig.metric("outcomes_total", outcome="passed", reason="") >= 6)
        await asyncio.sleep(0.1)
        assert 7 <= working._member.offsets.above(partition) <= 8
        for hand in working._running.values():
            hand.call_off()
        await rig.all_committed()


@pytest.mark.usefixtures("looking")
async def test_without_the_rule_the_head_holds_its_partition_up(rigged: Callable[..., Rig]) -> None:
    rig = rigged(partitions=1)
    working = rig.worker(_first_waits, window=5, concurrency=5, head_wait=1e9, backoff=Backoff())
    async with rig.running(working):
        await rig.submit("first", *map(str, range(20)))
        await rig.until(lambda: rig.metric("outcomes_total", outcome="passed", reason="") == 4)
        await asyncio.sleep(0.2)
        assert rig.metric("outcomes_total", outcome="passed", reason="") == 4
        for hand in working._running.values():
            hand.call_off()
        await rig.all_committed()


async def elsewhere(rig: Rig, right: int) -> bytes:
    """A key that lies in another partition."""
    places = {key: await rig.broker.partition(INTAKE, key) for key in (b"a", b"b", b"c", b"d")}
    return next(key for key, place in places.items() if place != right)


async def test_a_record_in_the_wrong_partition_is_handed_on_once(
    rigged: Callable[..., Rig],
) -> None:
    rig = rigged(partitions=4)
    handled: list[str] = []

    async def handle(event: ArticleSubmitted) -> Outcome:
        handled.append(event.text or "")
        return []

    right = await rig.broker.partition(INTAKE, b"host")
    wrong = await elsewhere(rig, right)
    async with rig.running(rig.worker(handle, belongs=lambda event: b"host")):
        await rig.submit("one", key=wrong)
        await rig.submit("two", key=b"host")
        await rig.until(lambda: len(handled) == 2)
        await rig.all_committed()
    assert sorted(handled) == ["one", "two"]
    moved = [r for r in rig.broker.records(INTAKE) if MOVED_FROM in r.headers]
    assert [(r.partition.number, r.key) for r in moved] == [(right, b"host")]
    assert rig.metric("records_moved_total") == 1
    (entry,) = [e for e in rig.journal() if e.event == "moved"]
    first = next(r for r in rig.broker.records(INTAKE) if r.key == wrong)
    assert moved[0].headers["submission-id"] == first.headers["submission-id"]
    assert str(entry.submission_id).encode() == first.headers["submission-id"]


async def test_a_record_that_was_moved_once_is_handled_wherever_it_lies(
    rigged: Callable[..., Rig],
) -> None:
    """As after a change of the number of partitions: better handled there than moved for ever."""
    rig = rigged(partitions=4)
    right = await rig.broker.partition(INTAKE, b"host")
    wrong = await elsewhere(rig, right)
    async with rig.running(rig.worker(raising(Permanent("seen")), belongs=lambda event: b"host")):
        await (
            await rig.broker.send(
                INTAKE, key=wrong, value=b'{"text": "a"}', headers={MOVED_FROM: b"x"}
            )
        )
        await rig.all_committed()
    assert rig.reasons() == ["seen"]
    assert rig.metric("records_moved_total") == 0
