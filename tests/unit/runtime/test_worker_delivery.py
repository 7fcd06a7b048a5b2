"""Nothing is lost: order of sending and committing, rebalances, windows, stopping, dying."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.runtime import Permanent, worker
from wireroom.runtime.stage import Outcome
from wireroom.runtime.watchdog import Stalled
from wireroom.wire.transport import Gone, Partition, TooLarge

INTAKE, FETCHED, JOURNAL, DEAD = (
    "articles.intake", "articles.fetched", "articles.journal", "dead.fetch",
)  # fmt: skip
Follow = Callable[..., ArticleFetched]
Rig = Any


class Doors:
    """A handler that holds every record at a door of its own."""

    def __init__(self, follows: Follow) -> None:
        self._follows = follows
        self._doors: dict[str, asyncio.Event] = {}
        self.seen: list[str] = []

    async def handle(self, event: ArticleSubmitted) -> Outcome:
        assert event.text is not None
        self.seen.append(event.text)
        await self._door(event.text).wait()
        return [self._follows(event)]

    def open(self, *texts: str) -> None:
        for text in texts:
            self._door(text).set()

    def _door(self, text: str) -> asyncio.Event:
        return self._doors.setdefault(text, asyncio.Event())


@pytest.fixture
def doors(follows: Follow) -> Doors:
    return Doors(follows)


@pytest.fixture
def single(rigged: Callable[..., Rig]) -> Rig:
    return rigged(partitions=1)


PLACE = ("fetch", Partition(INTAKE, 0))


async def test_commits_never_pass_an_unfinished_record(single: Rig, doors: Doors) -> None:
    async with single.running(single.worker(doors.handle)):
        await single.submit("a", "b", "c", "d")
        doors.open("b", "d")
        await single.until(lambda: len(single.fetched()) == 2)
        await asyncio.sleep(0.05)  # several commits' time in which nothing may be committed
        assert single.broker.committed.get(PLACE, 0) == 0
        doors.open("a")
        await single.until(lambda: single.broker.committed[PLACE] == 2)
        doors.open("c")
        await single.until(lambda: single.broker.committed[PLACE] == 4)
    assert sorted(single.fetched()) == ["a", "b", "c", "d"]


async def test_commits_wait_for_the_acknowledgement(single: Rig, follows: Follow) -> None:
    acks: list[asyncio.Future[None]] = []
    send = single.broker.send

    async def unacknowledged(topic: str, **more: Any) -> Awaitable[None]:
        done: Awaitable[None] = await send(topic, **more)
        if topic != FETCHED:
            return done
        acks.append(asyncio.get_running_loop().create_future())
        return acks[-1]

    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event)]

    await single.submit("a")
    single.broker.send = unacknowledged
    async with single.running(single.worker(handle)):
        await single.until(lambda: acks)
        await asyncio.sleep(0.05)  # several commits' time in which nothing may be committed
        assert single.broker.committed.get(PLACE, 0) == 0
        acks[0].set_result(None)
        await single.all_committed()


async def test_a_record_delivered_again_is_handled_once(single: Rig, doors: Doors) -> None:
    async with single.running(single.worker(doors.handle, concurrency=8)):
        await single.submit("a", "b")
        await single.until(lambda: len(doors.seen) == 2)
        doors.open("b")
        await single.until(lambda: single.fetched() == ["b"])
        single.broker.consumed._position[Partition(INTAKE, 0)] = 0
        await single.submit("c")
        await single.until(lambda: "c" in doors.seen)
        doors.open("a", "c")
        await single.all_committed()
    assert sorted(doors.seen) == sorted(single.fetched()) == ["a", "b", "c"]


async def test_what_is_in_hand_when_its_partition_comes_back_goes_on(
    single: Rig, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DRAIN_REVOKED", 0.01)
    async with single.running(single.worker(doors.handle)):
        await single.submit("slow", "b")
        await single.until(lambda: len(doors.seen) == 2)
        doors.open("b")
        await single.broker.rebalance([Partition(INTAKE, 0)])
        doors.open("slow")
        await single.all_committed()
    assert sorted(doors.seen) == sorted(single.fetched()) == ["b", "slow"]


async def test_what_is_in_hand_when_its_partition_leaves_is_anothers(
    single: Rig, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DRAIN_REVOKED", 0.01)
    async with single.running(single.worker(doors.handle)):
        await single.submit("slow")
        await single.until(lambda: doors.seen)
        await single.broker.rebalance([])
        doors.open("slow")
        await single.until(lambda: not single.metric("assigned_partitions"))
        await single.broker.rebalance([Partition(INTAKE, 0)])
        await single.all_committed()
    assert doors.seen == ["slow", "slow"]
    assert single.fetched() == ["slow"]


async def test_a_revocation_waits_for_what_is_nearly_done(single: Rig, doors: Doors) -> None:
    async with single.running(single.worker(doors.handle)):
        await single.submit("a")
        await single.until(lambda: doors.seen)
        moved = asyncio.create_task(single.broker.rebalance([]))
        doors.open("a")
        await moved
        assert single.broker.committed[PLACE] == 1
    assert single.fetched() == ["a"]


async def test_the_window_of_one_partition_does_not_fill_for_another(
    rigged: Callable[..., Rig], doors: Doors
) -> None:
    rig = rigged(partitions=2)
    for n in range(20):
        await rig.submit("probe", key=b"%d" % n)
    keys = {r.partition.number: r.key for r in rig.broker.records(INTAKE)}
    first, second = keys[0], keys[1]
    rig = rigged(partitions=2)
    async with rig.running(rig.worker(doors.handle, concurrency=10, window=5)):
        await rig.submit("stuck", *(f"a{n}" for n in range(40)), key=first)
        doors.open(*(f"a{n}" for n in range(40)), *(f"b{n}" for n in range(40)))
        await rig.until(lambda: rig.metric("in_flight") == 1)
        held = len(doors.seen)
        assert held <= 5 + 10
        await rig.submit(*(f"b{n}" for n in range(40)), key=second)
        await rig.until(lambda: "b39" in rig.fetched())
        assert len([t for t in doors.seen if not t.startswith("b")]) == held
        doors.open("stuck")
        await rig.all_committed()
    assert len(rig.fetched()) == 81


async def test_no_more_is_in_hand_than_allowed(rig: Rig, follows: Follow) -> None:
    now = most = 0

    async def handle(event: ArticleSubmitted) -> Outcome:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return [follows(event)]

    async with rig.running(rig.worker(handle, concurrency=7)):
        await rig.submit(*map(str, range(200)))
        await rig.all_committed()
    assert most == 7
    assert sorted(rig.fetched(), key=int) == [str(n) for n in range(200)]


async def test_stopping_finishes_what_is_in_hand(single: Rig, doors: Doors) -> None:
    async with single.running(single.worker(doors.handle, concurrency=2)):
        await single.submit("a", "b", "c")
        await single.until(lambda: len(doors.seen) == 2)
        single.stopping.set()
        doors.open("a", "b", "c")
    assert sorted(single.fetched()) == ["a", "b"]
    assert single.broker.committed[PLACE] == 2


async def test_stopping_gives_up_on_what_does_not_finish(
    single: Rig, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DRAIN", 0.02)
    async with single.running(single.worker(doors.handle)):
        await single.submit("a", "stuck", "b")
        await single.until(lambda: len(doors.seen) == 3)
        doors.open("a", "b")
    assert sorted(single.fetched()) == ["a", "b"]
    assert single.broker.committed[PLACE] == 1


# What ends it


def ended(*kinds: type[Exception]) -> Any:
    return pytest.RaisesGroup(*kinds, allow_unwrapped=False, flatten_subgroups=True)


@pytest.mark.parametrize("refused", [FETCHED, JOURNAL])
async def test_a_broken_broker_ends_it_and_nothing_is_committed(
    single: Rig, follows: Follow, refused: str
) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event)]

    await single.submit("a")
    single.broker.refuses = {refused}
    with ended(Gone):
        async with single.running(single.worker(handle)):
            await single.until(lambda: False)
    assert single.broker.committed.get(PLACE, 0) == 0


async def test_a_dead_letter_that_can_not_be_written_ends_it(single: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise Permanent("http_404")

    await single.submit("a")
    single.broker.refuses = {DEAD}
    with ended(Gone):
        async with single.running(single.worker(handle)):
            await single.until(lambda: False)
    assert single.broker.committed.get(PLACE, 0) == 0

    single.broker.refuses = set()  # negative control: with the topic back the same record goes by
    async with single.running(single.worker(handle)):
        await single.all_committed()
    assert single.reasons() == ["http_404"]


async def test_a_dead_letter_that_even_without_body_fits_nowhere_ends_it(single: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise Permanent("http_404")

    send = single.broker.send

    async def refusing(topic: str, **more: Any) -> Awaitable[None]:
        if topic == DEAD:
            raise TooLarge("0 bytes are too many")
        done: Awaitable[None] = await send(topic, **more)
        return done

    await single.submit("a")
    single.broker.send = refusing
    with ended(TooLarge):
        async with single.running(single.worker(handle)):
            await single.until(lambda: False)
    assert single.broker.committed.get(PLACE, 0) == 0


async def test_a_commit_that_can_not_be_made_ends_it(single: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event)]

    single.broker.commits_fail = True
    with ended(Gone):
        async with single.running(single.worker(handle)):
            await single.submit("a")
            await single.until(lambda: False)


async def test_a_handler_that_never_ends_is_noticed(single: Rig, doors: Doors) -> None:
    worker = single.worker(doors.handle)
    worker._member.watchdog.limit = 0.05
    with ended(Stalled):
        async with single.running(worker):
            await single.submit("stuck")
            await single.until(lambda: False)
    assert single.broker.committed.get(PLACE, 0) == 0


async def test_a_handler_that_waits_while_others_finish_is_not(single: Rig, doors: Doors) -> None:
    worker = single.worker(doors.handle)
    worker._member.watchdog.limit = 0.2
    async with single.running(worker):
        await single.submit("slow")
        for n in range(12):
            doors.open(str(n))
            await single.submit(str(n))
            await asyncio.sleep(0.03)
        doors.open("slow")
        await single.all_committed()


async def test_restarted_it_goes_on_where_it_was(single: Rig, doors: Doors) -> None:
    await single.submit(*"abcdef")
    doors.open(*"abdef")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "DRAIN", 0.02)
        async with single.running(single.worker(doors.handle)):
            await single.until(lambda: single.broker.committed.get(PLACE) == 2)
    doors.open("c")
    async with single.running(single.worker(doors.handle)):
        await single.all_committed()
    assert set(single.fetched()) == set("abcdef")
    assert doors.seen.count("a") == 1


async def test_ready_is_said_once_it_has_its_partitions(single: Rig, doors: Doors) -> None:
    worker = single.worker(doors.handle)
    assert not worker.ready
    async with single.running(worker):
        await single.until(lambda: worker.ready)
        assert single.metric("assigned_partitions") == 1
