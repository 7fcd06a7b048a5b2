"""The canary over a broker in memory, with a pipeline that passes probes on or does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from wireroom import urls
from wireroom.canary import Canary, CanaryMetrics, Settings, text
from wireroom.events import ArticleSubmitted
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Record

CODEC = Codec(Schemas())
INTAKE = "articles.intake"


class Rig:
    """``passes``: what arrives at the other end."""

    def __init__(self, patience: float = 5.0) -> None:
        self.broker = MemoryBroker()
        self.registry = CollectorRegistry()
        self.passes = True
        self.opens = asyncio.Event()
        settings = Settings(every=0.01, patience=patience)
        self.canary = Canary(
            settings, self.broker.producer, self.arrivals, CODEC, CanaryMetrics(self.registry)
        )

    async def arrivals(self) -> AsyncIterator[Sequence[Record]]:
        await self.opens.wait()
        seen = 0
        yield ()
        while True:
            await asyncio.sleep(0.002)
            news = self.broker.records(INTAKE)[seen:] if self.passes else []
            seen += len(news)
            yield news

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.canary.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task

    async def until(self, name: str, least: float) -> None:
        async with asyncio.timeout(5):
            while self.metric(name) < least:  # noqa: ASYNC110  # a metric wakes nobody
                await asyncio.sleep(0.002)

    def metric(self, name: str) -> float:
        return self.registry.get_sample_value(f"wireroom_canary_{name}") or 0.0


async def test_probes_that_come_through_are_timed_and_none_is_missed() -> None:
    rig = Rig()
    rig.opens.set()
    async with rig.running():
        await rig.until("roundtrip_seconds_count", 3)
    assert rig.metric("missed_total") == 0
    assert rig.metric("last_success_timestamp_seconds") > 1.6e9


async def test_a_probe_that_does_not_come_is_missed_once_and_the_last_success_stands() -> None:
    rig = Rig(patience=0.02)
    rig.opens.set()
    rig.passes = False
    async with rig.running():
        await rig.until("sent_total", 1)
        began = rig.metric("last_success_timestamp_seconds")
        await rig.until("missed_total", 3)
        assert rig.metric("missed_total") <= rig.metric("sent_total")
        assert rig.metric("last_success_timestamp_seconds") == began
        assert rig.metric("roundtrip_seconds_count") == 0
        rig.passes = True  # what was missed and comes after all shows that the way is open
        await rig.until("roundtrip_seconds_count", 3)
        assert rig.metric("last_success_timestamp_seconds") > began


async def test_nothing_is_sent_before_the_other_end_is_watched() -> None:
    rig = Rig()
    async with rig.running():
        await asyncio.sleep(0.05)
        assert rig.broker.records(INTAKE) == []
        assert not rig.canary.ready
        rig.opens.set()
        await rig.until("roundtrip_seconds_count", 1)
        assert rig.canary.ready


async def test_probes_say_that_they_are_and_are_never_the_same_text() -> None:
    rig = Rig()
    rig.opens.set()
    async with rig.running():
        await rig.until("sent_total", 3)
    events = [
        CODEC.decode(r.value, ArticleSubmitted, r.headers) for r in rig.broker.records(INTAKE)
    ]
    assert all(event.probe for event in events)
    ids = {urls.text_article_id(event.text or "") for event in events}
    assert len(ids) == len(events)


def test_texts_differ_where_their_numbers_do() -> None:
    assert urls.content_hash(text(1)) != urls.content_hash(text(2))
