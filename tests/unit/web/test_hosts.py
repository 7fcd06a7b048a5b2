"""Turns at hosts: who waits, who is sent away, and what nobody may break. In virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest

from wireroom.web.errors import Failed
from wireroom.web.hosts import Hosts
from wireroom.web.manners import Manners

from .virtual import now, run

NEWS = "news.test"


class Scene:
    """Hosts, and a log of who was asked from when to when."""

    def __init__(self, lookup: dict[str, Sequence[str]] | None = None, **manners: float) -> None:
        self.addresses = lookup
        self.hosts = Hosts(
            Manners(**manners),  # type: ignore[arg-type]  # whole numbers are given as such
            lookup=self.look_up if lookup is not None else None,
            random=Random(1),
        )
        self.log: list[tuple[str, float, float]] = []
        self.flying = self.most = 0

    async def look_up(self, host: str) -> Sequence[str]:
        assert self.addresses is not None
        await asyncio.sleep(0.1)
        if host not in self.addresses:
            raise OSError(host)
        return self.addresses[host]

    async def visit(
        self,
        name: str = NEWS,
        status: int | str = 200,
        *,
        after: float = 0.0,
        takes: float = 0.1,
        crawl_delay: float | None = None,
    ) -> None:
        async with self.hosts.turn(name, crawl_delay=crawl_delay) as report:
            began = now()
            self.flying += 1
            self.most = max(self.most, self.flying)
            try:
                await asyncio.sleep(takes)
            finally:
                self.flying -= 1
                self.log.append((name, began, now()))
            if isinstance(status, str):
                raise Failed(status, name)  # type: ignore[arg-type]  # a reason, as its word
            report(status, after)

    async def told(self, name: str = NEWS) -> Failed:
        """What a page hears that is sent away."""
        with pytest.raises(Failed) as caught:
            await self.visit(name)
        return caught.value

    async def fail(self, reason: str = "timeout_connect", times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(Failed, match=reason):
                await self.visit(status=reason)

    def pauses(self, name: str = NEWS) -> list[float]:
        spans = sorted((began, ended) for host, began, ended in self.log if host == name)
        return [later[0] - earlier[1] for earlier, later in pairwise(spans)]


async def sent_away(task: asyncio.Task[None]) -> float:
    with pytest.raises(Failed, match="host_busy") as caught:
        await task
    return caught.value.after


def test_a_host_has_one_page_at_a_time_with_a_pause_between() -> None:
    async def scene() -> None:
        web = Scene()
        await asyncio.gather(*(web.visit() for _ in range(20)))
        assert len(web.pauses()) == 19
        assert all(0.9 <= pause <= 1.1 for pause in web.pauses())
        assert len({round(pause, 6) for pause in web.pauses()}) > 10, "jittered"

    run(scene())


def test_hosts_do_not_wait_for_each_other_and_do_not_start_in_the_same_instant() -> None:
    async def scene() -> None:
        web = Scene()
        await asyncio.gather(*(web.visit(f"{i}.test") for i in range(50)))
        starts = {began for _, began, _ in web.log}
        assert len(starts) == 50
        assert max(starts) < 1.0

    run(scene())


def test_no_more_pages_are_in_flight_than_allowed_and_hosts_take_turns() -> None:
    async def scene() -> None:
        web = Scene(concurrency=3, host_delay=0.1)
        visits = [web.visit("hot.test") for _ in range(20)]
        visits += [web.visit(f"{i}.test") for i in range(20)]
        await asyncio.gather(*visits)
        assert web.most == 3
        first = [name for name, *_ in sorted(web.log, key=lambda entry: entry[1])[:20]]
        assert first.count("hot.test") <= 4

    run(scene())


def test_an_address_serves_a_few_pages_at_once_whatever_its_hosts() -> None:
    names = [f"{i}.test" for i in range(40)]
    addresses = {
        name: ["192.0.2.9", "192.0.2.1"][:: 1 if i % 2 else -1] for i, name in enumerate(names)
    }

    async def most(lookup: dict[str, Sequence[str]]) -> int:
        web = Scene(lookup, address_concurrency=4)
        await asyncio.gather(*(web.visit(name, takes=2.0) for name in names))
        assert len(web.log) == len(names)
        return web.most

    assert run(most({**addresses})) == 4
    control = {name: [f"192.0.2.{i}"] for i, name in enumerate(names)}
    assert run(most(control)) > 20, "control: an address each"


def test_who_waits_for_an_address_holds_no_seat() -> None:
    async def scene() -> None:
        shared = {f"{i}.cdn.test": ["192.0.2.1"] for i in range(30)}
        web = Scene(shared, concurrency=5, address_concurrency=2)
        crowd = [asyncio.create_task(web.visit(name, takes=20.0)) for name in shared]
        await asyncio.sleep(5.0)
        async with asyncio.timeout(2.0):
            await web.visit("alone.test")
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
        assert web.flying == 0

    run(scene())


def test_who_leaves_an_address_lets_the_next_one_try() -> None:
    async def scene() -> None:
        names = {f"{i}.test": ["192.0.2.1"] for i in range(12)}
        web = Scene(names, concurrency=1, address_concurrency=1)
        visits = [asyncio.create_task(web.visit(name)) for name in names]
        await asyncio.sleep(1.15)
        for task in visits[::2]:
            task.cancel()
        async with asyncio.timeout(60):
            await asyncio.gather(*visits, return_exceptions=True)
        await web.visit("0.test")

    run(scene())


def test_a_name_without_an_address_is_the_requests_to_report() -> None:
    async def scene() -> None:
        web = Scene({})
        with pytest.raises(Failed, match="dns"):
            await web.visit("nowhere.test", "dns")
        assert len(web.log) == 1

    run(scene())


def test_pages_sent_away_get_moments_of_their_own() -> None:
    async def scene() -> None:
        web = Scene()
        visits = [asyncio.create_task(web.visit()) for _ in range(100)]
        await asyncio.sleep(0.001)
        waits = [await sent_away(task) for task in visits if task.done()]
        assert 69 <= len(waits) <= 70, "thirty wait in place"
        assert waits[0] > 30.0
        assert all(later - earlier == pytest.approx(1.0) for earlier, later in pairwise(waits))
        await asyncio.gather(*visits, return_exceptions=True)

    run(scene())


@pytest.mark.parametrize(
    ("status", "complains"), [(429, True), (503, True), (500, True), (200, False), (404, False)]
)
def test_a_host_that_complains_is_left_alone_as_long_as_it_asks(
    status: int, complains: bool
) -> None:
    async def scene() -> None:
        web = Scene()
        await web.visit(status=status, after=300.0 if complains else 0.0)
        if complains:
            first, second = await web.told(), await web.told()
            assert first.reason == "host_busy"
            assert first.after == pytest.approx(300.0)
            assert second.after > first.after
            await asyncio.sleep(first.after)
        await web.visit()
        assert web.pauses()[0] >= (300.0 if complains else 0.9)

    run(scene())


def test_a_short_retry_after_is_waited_for_in_place() -> None:
    async def scene() -> None:
        web = Scene()
        await web.visit(status=429, after=20.0)
        await web.visit()
        assert web.pauses() == [pytest.approx(20.0)]

    run(scene())


def test_a_long_retry_after_sends_away_who_waits() -> None:
    async def scene() -> None:
        web = Scene()
        visits = [asyncio.create_task(web.visit(status=429, after=3_600.0)) for _ in range(5)]
        results = await asyncio.gather(*visits, return_exceptions=True)
        assert now() < 5.0
        waits = [result.after for result in results if isinstance(result, Failed)]
        assert len(waits) == 4
        assert waits[0] >= 3_590.0
        assert all(later > earlier for earlier, later in pairwise(waits))

    run(scene())


@pytest.mark.parametrize("asked", [5.0, 25.0, 100.0, 1_200.0])
def test_nobody_asks_during_a_crawl_delay(asked: float) -> None:
    async def scene() -> None:
        web = Scene()
        await web.visit()  # robots.txt: nothing is known yet
        sent_away = 0
        for _ in range(5):
            try:
                await web.visit(crawl_delay=asked)
            except Failed as told:
                sent_away += 1
                await asyncio.sleep(told.after)
                await web.visit(crawl_delay=asked)
        assert len(web.pauses()) == 5
        assert min(web.pauses()) >= asked - 1e-6
        assert sent_away == (5 if asked > 30 else 0)

    run(scene())


def test_a_crawl_delay_that_grows_sends_away_who_waits() -> None:
    async def scene() -> None:
        web = Scene()
        visits = [asyncio.create_task(web.visit(crawl_delay=1.0)) for _ in range(20)]
        await asyncio.sleep(2.0)
        with pytest.raises(Failed, match="host_busy"):
            await web.visit(crawl_delay=3_600.0)
        results = await asyncio.gather(*visits, return_exceptions=True)
        assert now() < 5.0
        assert sum(isinstance(result, Failed) for result in results) >= 17
        assert len(web.log) <= 3

    run(scene())


def test_a_host_that_becomes_slow_sends_away_who_would_wait_for_minutes() -> None:
    async def scene() -> None:
        web = Scene()
        visits = [asyncio.create_task(web.visit(takes=20.0)) for _ in range(25)]
        results = await asyncio.gather(*visits, return_exceptions=True)
        assert now() < 150.0
        assert sum(isinstance(result, Failed) for result in results) >= 20

    run(scene())


def test_a_slow_host_is_not_pressed() -> None:
    async def scene() -> None:
        web = Scene()
        for _ in range(3):
            await web.visit(takes=8.0)
        assert min(web.pauses()) >= 7.0

    run(scene())


def test_a_host_without_an_answer_is_down_and_one_page_goes_and_sees() -> None:
    async def scene() -> None:
        web = Scene()
        await web.fail(times=2)
        closed_at = now()
        told = [await web.told() for _ in range(50)]
        assert {error.reason for error in told} == {"host_down"}
        assert told[0].after == pytest.approx(600.0)
        assert len({error.after for error in told}) == 50
        await asyncio.sleep(600.0)
        crowd = [asyncio.create_task(web.visit(status="connect")) for _ in range(20)]
        results = await asyncio.gather(*crowd, return_exceptions=True)
        reasons = [result.reason for result in results if isinstance(result, Failed)]
        assert sorted(reasons) == ["connect"] + ["host_down"] * 19
        assert len([1 for _, began, _ in web.log if began > closed_at]) == 1
        assert (await web.told()).after >= 1_190.0

    run(scene())


def test_a_success_opens_a_host_that_was_down() -> None:
    async def scene() -> None:
        web = Scene()
        await web.fail(times=2)
        await asyncio.sleep(600.0)
        await web.visit(status=404)
        await web.visit()

    run(scene())


@pytest.mark.parametrize("reason", ["body_broken", "tls_verify", "too_large", "protocol"])
def test_a_broken_answer_is_an_answer(reason: str) -> None:
    async def scene() -> None:
        web = Scene()
        for _ in range(5):
            await web.fail()
            await web.fail(reason)
        await web.visit()

    run(scene())


def test_who_gives_up_waiting_leaves_no_trace() -> None:
    async def scene() -> None:
        web = Scene(concurrency=2)
        visits = [asyncio.create_task(web.visit(f"{i % 3}.test", takes=1.0)) for i in range(30)]
        for turn in range(30):
            await asyncio.sleep(0.1)
            visits[-1 - turn].cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        assert web.hosts.states() == {"active": 0, "waiting": 0, "down": 0}
        await asyncio.sleep(5.0)
        async with asyncio.timeout(4.0):
            await asyncio.gather(*(web.visit(f"{i}.test", takes=1.0) for i in range(4)))
        assert web.most == 2

    run(scene())


def test_who_is_cancelled_as_the_turn_comes_gives_it_back() -> None:
    async def scene() -> None:
        web = Scene(concurrency=1, host_delay=0.0)
        first = asyncio.create_task(web.visit("a.test"))
        await asyncio.sleep(0)
        second = asyncio.create_task(web.visit("b.test"))
        first.add_done_callback(lambda _: second.cancel())
        await asyncio.gather(first, second, return_exceptions=True)
        assert second.cancelled()
        async with asyncio.timeout(1.0):
            await web.visit("c.test")

    run(scene())


def test_a_wait_that_is_called_off_ends_with_a_moment_to_come_again() -> None:
    async def scene() -> None:
        web = Scene()
        calls: list[float] = []

        async def impatient(turn: asyncio.Future[None]) -> bool:
            await asyncio.wait((turn,), timeout=5.0)
            calls.append(now())
            return turn.done()

        hanging = asyncio.create_task(web.visit(takes=20.0))
        await asyncio.sleep(1.0)
        with pytest.raises(Failed, match="host_busy") as caught:
            async with web.hosts.turn(NEWS, wait=impatient):
                pass
        assert calls == [6.0]
        assert caught.value.after == pytest.approx(1.0)
        await hanging
        assert web.hosts.states() == {"active": 0, "waiting": 0, "down": 0}

    run(scene())


def test_people_can_see_who_is_slow() -> None:
    async def scene() -> None:
        web = Scene()
        await web.visit("quick.test")
        await web.visit("slow.test", 503, takes=9.0)
        await web.fail(times=2)
        tasks = [asyncio.create_task(web.visit("quick.test", takes=3.0)) for _ in range(2)]
        await asyncio.sleep(0.5)
        down, slow = web.hosts.slowest(2)
        assert (down.host, down.state, down.last) == (NEWS, "down", "timeout_connect")
        assert 590.0 < down.down_for <= 600.0
        assert (slow.host, slow.last, slow.mean, slow.delay) == ("slow.test", "503", 9.0, 18.0)
        assert web.hosts.states() == {"active": 1, "waiting": 0, "down": 1}
        assert web.hosts.slowest(9)[-1].waiting == 1
        await asyncio.gather(*tasks)

    run(scene())
