"""Articles into a running pipeline, and the wait until their rows are there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

import asyncpg
from tests.bench import pages
from tests.e2e.pipeline import Pipeline

from wireroom import urls
from wireroom.cli.composition import all_topics, codec
from wireroom.events import ArticleSubmitted
from wireroom.wire import headers
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.kafka import KafkaBroker
from wireroom.wire.settings import Settings

PATIENCE = 300.0  # seconds
OTHERS = 100_000  # the texts are of other articles than the pages


def html(numbers: Iterable[int]) -> list[ArticleSubmitted]:
    return [ArticleSubmitted(url=pages.Article(n).url, html=pages.page(n)) for n in numbers]


def texts(numbers: Iterable[int]) -> list[ArticleSubmitted]:
    return [ArticleSubmitted(text=pages.syndicated(OTHERS + n)) for n in numbers]


def run_through(
    pipeline: Pipeline, events: Sequence[ArticleSubmitted], meanwhile: Callable[[], object]
) -> float:
    """Publish all, call ``meanwhile`` until each is a row, return the seconds that it took."""
    return asyncio.run(_run_through(pipeline, events, meanwhile))


async def _run_through(
    pipeline: Pipeline, events: Sequence[ArticleSubmitted], meanwhile: Callable[[], object]
) -> float:
    addresses = pipeline.addresses()
    session = await asyncpg.connect(addresses["postgres"])
    try:
        wanted = await _rows(session) + len(events)
        began = time.monotonic()
        await _publish(addresses["kafka"], events)
        while await _rows(session) < wanted:
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError(f"{wanted - await _rows(session)} rows are missing")
            meanwhile()
            await asyncio.sleep(0.1)
        return time.monotonic() - began
    finally:
        await session.close()


async def _rows(session: asyncpg.Connection) -> int:
    return int(await session.fetchval("SELECT count(*) FROM article WHERE NOT probe"))


async def _publish(kafka: str, events: Sequence[ArticleSubmitted]) -> None:
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    mark = {FINGERPRINT: codec().fingerprint(ArticleSubmitted)}
    async with KafkaBroker(Settings(bootstrap_servers=kafka), limits=limits).producer() as producer:
        acks = [
            await producer.send(
                event.topic,
                key=urls.host(event.url).encode() if event.url else None,
                value=codec().encode(event),
                headers={**headers.first(), **mark},
            )
            for event in events
        ]
        for acked in acks:
            await acked
