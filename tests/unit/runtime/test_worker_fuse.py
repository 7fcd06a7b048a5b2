"""The fuse, tested where it is fitted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.runtime import Permanent, Transient, Unavailable
from wireroom.runtime.fuse import LIMIT, Fuse
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Outcome

Follow = Callable[..., ArticleFetched]
Rig = Any
ONCE = Backoff(waits=())
RECORDS = [str(n) for n in range(120)]


class Site:
    """Answers nobody while it is down."""

    def __init__(self, follows: Follow, error: Callable[[], Exception]) -> None:
        self.up = asyncio.Event()
        self.asked = 0
        self._follows = follows
        self._error = error

    async def handle(self, event: ArticleSubmitted) -> Outcome:
        self.asked += 1
        if not self.up.is_set():
            raise self._error()
        return [self._follows(event)]


async def test_when_nearly_all_fails_records_are_held_and_it_goes_on_by_itself(
    rig: Rig, follows: Follow
) -> None:
    site = Site(follows, lambda: Transient("http_503"))
    async with rig.running(rig.worker(site.handle, concurrency=10, backoff=ONCE)):
        await rig.submit(*RECORDS)
        await rig.until(lambda: rig.metric("pipeline_paused", reason="http_503") == 1)
        probes = site.asked + 3
        await rig.until(lambda: site.asked >= probes)
        assert len(rig.dead()) == LIMIT - 1
        site.up.set()
        await rig.all_committed()
    assert len(rig.dead()) == LIMIT - 1
    assert len(rig.fetched()) == len(set(rig.fetched())) == len(RECORDS) - (LIMIT - 1)
    assert rig.metric("pipeline_paused", reason="http_503") == 0


async def test_negative_control_without_a_fuse_all_is_poured_into_the_dead_letters(
    rig: Rig, follows: Follow
) -> None:
    site = Site(follows, lambda: Transient("http_503"))
    worker = rig.worker(site.handle, concurrency=10, backoff=ONCE)
    worker._fuse = Fuse(worker._fuse_changed, limit=10**9)
    async with rig.running(worker):
        await rig.submit(*RECORDS)
        await rig.all_committed()
    assert len(rig.dead()) == len(RECORDS)


async def test_a_bug_in_us_blows_it_too(rig: Rig, follows: Follow) -> None:
    site = Site(follows, lambda: KeyError("ours"))
    async with rig.running(rig.worker(site.handle, concurrency=10, backoff=ONCE)):
        await rig.submit(*RECORDS)
        await rig.until(lambda: rig.metric("pipeline_paused", reason="bug") == 1)
        site.up.set()
        await rig.all_committed()
    assert len(rig.dead()) == LIMIT - 1


async def test_bad_records_alone_never_blow_it(rig: Rig, follows: Follow) -> None:
    site = Site(follows, lambda: Permanent("http_404"))
    async with rig.running(rig.worker(site.handle, concurrency=10)):
        await rig.submit(*RECORDS)
        await rig.all_committed()
    assert rig.reasons() == ["http_404"] * len(RECORDS)


async def test_a_missing_service_pauses_the_stage_and_nothing_is_buried(
    rig: Rig, follows: Follow
) -> None:
    site = Site(follows, lambda: Unavailable("database_away"))
    worker = rig.worker(site.handle, concurrency=10, backoff=ONCE)
    async with rig.running(worker):
        await rig.submit(*RECORDS)
        await rig.until(lambda: rig.metric("pipeline_paused", reason="database_away") == 1)
        await rig.until(lambda: site.asked > 15)
        assert rig.metric("in_flight") <= 10
        site.up.set()
        await rig.all_committed()
    assert rig.dead() == []
    assert sorted(rig.fetched()) == sorted(RECORDS)
    assert {e.attempt for e in rig.journal()} == {1}


async def test_a_long_pause_is_no_stall(rig: Rig, follows: Follow) -> None:
    site = Site(follows, lambda: Unavailable("database_away"))
    worker = rig.worker(site.handle, concurrency=4)
    worker._member.watchdog.limit = 0.1
    async with rig.running(worker):
        await rig.submit(*RECORDS)
        await rig.until(lambda: site.asked > 25)  # probes 0.02 s apart: five times the limit
        site.up.set()
        await rig.all_committed()
    assert rig.dead() == []


async def test_it_closes_even_when_all_in_hand_turns_out_bad(rig: Rig, follows: Follow) -> None:
    away = True

    async def handle(event: ArticleSubmitted) -> Outcome:
        if away:
            raise Unavailable("database_away")
        if event.text in RECORDS[:4]:
            raise Permanent("not_html")
        return [follows(event)]

    async with rig.running(rig.worker(handle, concurrency=4)):
        await rig.submit(*RECORDS[:4])
        await rig.until(lambda: rig.metric("pipeline_paused", reason="database_away") == 1)
        away = False
        await rig.submit(*RECORDS[4:8])
        await rig.all_committed()
    assert rig.reasons() == ["not_html"] * 4
    assert sorted(rig.fetched()) == RECORDS[4:8]


async def test_it_can_be_stopped_while_paused(
    rig: Rig, follows: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wireroom.runtime.worker.DRAIN", 0.02)
    site = Site(follows, lambda: Unavailable("database_away"))
    async with rig.running(rig.worker(site.handle, concurrency=4)):
        await rig.submit(*RECORDS)
        await rig.until(lambda: rig.metric("pipeline_paused", reason="database_away") == 1)
    assert not any(rig.broker.committed.values())


async def test_one_dead_site_stops_nobody(rig: Rig, follows: Follow) -> None:
    site = Site(follows, lambda: Transient("connect", party="dead.example"))
    async with rig.running(rig.worker(site.handle, concurrency=10, backoff=ONCE)):
        await rig.submit(*RECORDS)
        await rig.all_committed()
    assert len(rig.dead()) == len(RECORDS)
