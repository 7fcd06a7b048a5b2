"""What a worker tells of records that wait, and of probes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.runtime import Drop, surroundings
from wireroom.runtime.stage import Outcome
from wireroom.runtime.surroundings import Pulse

Follow = Callable[..., ArticleFetched]
Rig = Any
PLACE = {"topic": "articles.intake", "partition": "0"}


async def test_one_record_that_is_not_finished_holds_up_the_watermark(rig: Rig) -> None:
    goes_on = asyncio.Event()

    async def handle(event: ArticleSubmitted) -> Outcome:
        if event.text == "first":
            await goes_on.wait()
        return Drop("not_html")

    async with rig.running(rig.worker(handle)):
        await rig.submit("first", "second", "third")
        await rig.until(lambda: rig.metric("watermark_age_seconds", **PLACE) > 0.05)
        assert rig.metric("outcomes_total", outcome="dropped", reason="not_html") == 2
        assert rig.metric("lag_records", **PLACE) == 3
        goes_on.set()
        await rig.all_committed()
        await rig.until(lambda: rig.metric("watermark_age_seconds", **PLACE) == 0)


async def test_records_that_are_finished_one_after_the_other_hold_up_nothing(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        await asyncio.sleep(0.02)
        return Drop("not_html")

    async with rig.running(rig.worker(handle, concurrency=1)):
        await rig.submit(*map(str, range(20)))
        await rig.until(lambda: rig.metric("lag_records", **PLACE) < 10)
        assert rig.metric("watermark_age_seconds", **PLACE) < 0.1
        await rig.all_committed()


async def test_the_oldest_record_in_hand_tells_what_retention_leaves(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArticleSubmitted, "retention_days", 1 / 86_400)  # a second
    goes_on = asyncio.Event()

    async def handle(event: ArticleSubmitted) -> Outcome:
        await goes_on.wait()
        return Drop("not_html")

    def left() -> float:
        return float(rig.metric("retention_left_ratio", topic="articles.intake"))

    async with rig.running(rig.worker(handle)):
        await rig.until(lambda: left() == 1)
        await rig.submit("a")
        await rig.until(lambda: 0.01 < left() < 0.8)
        await rig.until(lambda: left() == 0)
        goes_on.set()
        await rig.until(lambda: left() == 1)


async def test_probes_are_counted_apart(rig: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event)] if event.text == "through" else Drop("not_html")

    async with rig.running(rig.worker(handle)):
        for text in ("through", "dropped"):
            probe = ArticleSubmitted(text=text, probe=True)
            await rig.publisher.publish(probe, key=None)
        await rig.submit("dropped")
        await rig.all_committed()
    assert rig.metric("probes_total", outcome="passed") == 1
    assert rig.metric("probes_total", outcome="dropped") == 1
    assert rig.metric("outcomes_total", outcome="passed", reason="") == 0
    assert rig.metric("outcomes_total", outcome="dropped", reason="not_html") == 1


async def test_a_busy_loop_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(surroundings, "EVERY", 0.01)
    registry, stop = CollectorRegistry(), asyncio.Event()
    task = asyncio.create_task(Pulse(registry).run(stop))
    await asyncio.sleep(0.05)

    def late() -> float:
        return registry.get_sample_value("wireroom_loop_lag_seconds_sum") or 0.0

    before = late()
    time.sleep(0.2)  # noqa: ASYNC251  # the fault itself
    await asyncio.sleep(0.02)
    stop.set()
    await task
    assert late() - before > 0.15
