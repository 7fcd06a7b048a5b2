"""One connection and a pause per host."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from wireroom.web.errors import Failed
from wireroom.web.hosts import Hosts


async def test_a_host_has_one_page_at_a_time_with_a_pause_between() -> None:
    hosts = Hosts(0.05, 10.0)
    clock = asyncio.get_running_loop().time
    spans: list[tuple[float, float]] = []

    async def page() -> None:
        async with hosts.turn("news.test"):
            begun = clock()
            await asyncio.sleep(0.01)
            spans.append((begun, clock()))

    await asyncio.gather(*(page() for _ in range(3)))
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(spans)]
    assert all(gap >= 0.049 for gap in gaps)


async def test_hosts_do_not_wait_for_each_other() -> None:
    hosts = Hosts(30.0, 60.0)
    async with asyncio.timeout(1), hosts.turn("a.test"), hosts.turn("b.test"):
        pass


async def test_who_would_wait_too_long_is_told_how_long() -> None:
    hosts = Hosts(20.0, 30.0)
    async with hosts.turn("news.test"):
        pass
    waiting = asyncio.create_task(_visit(hosts))
    await asyncio.sleep(0)
    with pytest.raises(Failed) as caught:
        await _visit(hosts)
    assert caught.value.reason == "host_busy"
    assert 30.0 < caught.value.after <= 40.0
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_hanging_page_does_not_hold_the_others_for_ever() -> None:
    hosts = Hosts(0.0, 0.05)
    async with hosts.turn("news.test"):
        with pytest.raises(Failed) as caught:
            await _visit(hosts)
    assert caught.value.reason == "host_busy"
    await _visit(hosts)


async def test_who_gives_up_waiting_leaves_no_trace() -> None:
    hosts = Hosts(0.0, 10.0)
    async with hosts.turn("news.test"):
        waiting = asyncio.create_task(_visit(hosts))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1):
        await _visit(hosts)


async def test_a_crawl_delay_lengthens_the_pause() -> None:
    hosts = Hosts(0.0, 30.0)
    await _visit(hosts, crawl_delay=40.0)
    with pytest.raises(Failed) as caught:
        await _visit(hosts, crawl_delay=40.0)
    assert caught.value.after == pytest.approx(40.0, abs=1.0)


@pytest.mark.parametrize(("status", "busy"), [(429, True), (503, True), (200, False), (404, False)])
async def test_a_host_that_complains_is_left_alone_as_long_as_it_asks(
    status: int, busy: bool
) -> None:
    hosts = Hosts(0.0, 30.0)
    async with hosts.turn("news.test") as report:
        report(status, 300.0)
    if not busy:
        return await _visit(hosts)
    with pytest.raises(Failed) as caught:
        await _visit(hosts)
    assert caught.value.after == pytest.approx(300.0, abs=1.0)
    return None


async def _visit(hosts: Hosts, crawl_delay: float = 0.0) -> None:
    async with hosts.turn("news.test", crawl_delay):
        pass
