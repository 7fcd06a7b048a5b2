"""A page that is fetched again and again, from its URL to its row.

All four stages over a broker in memory, a site on loopback and a real database; clean and classify
do their work in this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from tests.integration.web.conftest import GOOD, Server, response, settings

from wireroom import fetch, index
from wireroom.classify.article import Classified, classify
from wireroom.classify.handler import handler as classifier
from wireroom.clean import work
from wireroom.clean.handler import handle as clean
from wireroom.events import (
    ArticleClassified,
    ArticleCleaned,
    ArticleFetched,
    ArticleJournal,
    ArticleSubmitted,
)
from wireroom.index import FollowUp, Report
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.stage import Stage
from wireroom.runtime.worker import Worker
from wireroom.storage import Pool, Settings, connection
from wireroom.storage.outbox import OutboxRow
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas

CODEC = Codec(Schemas())
STORY = (
    "The harbour opens again on Monday, the mayor said after a long night in the town hall. "
    "Twelve ships wait outside, and the crane drivers have agreed to work on Sundays until spring. "
)


def page(number: int) -> bytes:
    body = f"<p>{STORY}</p><p>Edition {number} of this story has {number * 7} readers so far.</p>"
    return f"<!doctype html><title>Harbour opens</title><article>{body * 3}</article>".encode()


@dataclass
class Story:
    """``/story`` of a site: its present edition, and how it answers who has that already."""

    site: Server
    edition: int = 1
    validators: bool = True
    statuses: list[int] = field(default_factory=list)

    async def answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        tag, day = f'W/"edition-{self.edition}"', "Mon, 23 Nov 2026 12:00:00 GMT"
        asked = self.site.heads[-1]
        known = f"If-None-Match: {tag}\r\n" in asked and f"If-Modified-Since: {day}\r\n" in asked
        self.statuses.append(304 if known and self.validators else 200)
        kind = ["Content-Type: text/html"]
        said = [f"ETag: {tag}", f"Last-Modified: {day}"] if self.validators else []
        body = b"" if self.statuses[-1] == 304 else page(self.edition)
        writer.write(response(body, *kind, *said, status=self.statuses[-1]))
        await writer.drain()


@dataclass
class Line:
    """The stages at work."""

    broker: MemoryBroker
    registry: CollectorRegistry
    url: str
    repeated: int = 0

    async def hand_in(self, submission: UUID) -> None:
        event = ArticleSubmitted(url=self.url)
        await (
            await self.broker.send(
                event.topic, key=None, value=CODEC.encode(event), headers=headers.first(submission)
            )
        )

    def ends(self, submission: UUID) -> list[str]:
        """The outcomes of a submission."""
        entries = [
            CODEC.decode(record.value, ArticleJournal, record.headers)
            for record in self.broker.records("articles.journal")
        ]
        mine = [entry for entry in entries if entry.submission_id == submission]
        return [entry.event for entry in mine if entry.event not in ("passed", "retried")]

    async def outcome(self, submission: UUID) -> str:
        while not self.ends(submission):
            await self.broker.arrival(0.05)
        (end,) = self.ends(submission)
        return end

    async def until_repeated(self) -> None:
        while not self.repeated:
            await self.broker.arrival(0.05)


async def _clean(*content: Any) -> object:
    return work.run(*content)


async def _classify(title: str | None, text: str, hint: str | None) -> Classified:
    return classify(title, text, hint)


def _journal(name: str) -> Journal:
    return Journal(ArticleJournal, stage=name, instance=name, versions={})


def _middle() -> list[Stage[Any]]:
    return [
        Stage(name="clean", consumes=ArticleFetched, produces=(ArticleCleaned,),
              handle=partial(clean, run=_clean)),
        Stage(name="classify", consumes=ArticleCleaned, produces=(ArticleClassified,),
              handle=classifier(_classify, {})),
    ]  # fmt: skip


@asynccontextmanager
async def working(site: Server, pool: Pool, postgres: Settings) -> AsyncIterator[Line]:
    """Everything that runs, until the block ends."""
    line = Line(MemoryBroker(partitions=1), CollectorRegistry(), f"http://{GOOD}:{site.port}/story")
    broker, metrics = line.broker, Metrics(line.registry, "test")

    async def send(row: OutboxRow) -> None:
        message = row.message
        await (
            await broker.send(
                message.topic, key=message.key, value=message.value, headers=message.headers
            )
        )

    def observe(written: object, repeated: int) -> None:
        line.repeated += repeated

    follow_up = FollowUp(pool, send)
    report = Report(
        lambda event: (CODEC.encode(event), {headers.FINGERPRINT: CODEC.fingerprint(type(event))}),
        _journal("index").entry,
        observe,
        follow_up.wake,
    )
    stop = asyncio.Event()
    async with AsyncExitStack() as opened, asyncio.timeout(60):
        known = await opened.enter_async_context(fetch.recall(postgres, line.registry))
        stages = [await opened.enter_async_context(fetch.stage(settings(site), known)), *_middle()]
        last = await opened.enter_async_context(index.stage(index.Settings(), pool, report))
        workers = [Worker(s, broker, CODEC, metrics, _journal(s.name)) for s in stages]
        final = BatchWorker(last, broker, CODEC, metrics, _journal("index"))
        async with asyncio.TaskGroup() as tasks:
            for service in (*workers, final, follow_up):
                tasks.create_task(service.run(stop))
            try:
                yield line
            finally:
                stop.set()


async def test_a_page_is_indexed_then_unchanged_then_revised(
    site: Server, pool: Pool, postgres: Settings
) -> None:
    story = Story(site)
    site.answers["/story"] = story.answer
    async with working(site, pool, postgres) as line:
        outcomes = []
        for number, edition in enumerate((1, 1, 2, 2)):
            story.edition = edition
            await line.hand_in(UUID(int=number))
            outcomes.append(await line.outcome(UUID(int=number)))
    assert outcomes == ["indexed", "unchanged", "revised", "unchanged"]
    assert story.statuses == [200, 304, 200, 304]
    assert len(line.broker.records("articles.fetched")) == 2
    async with connection(pool) as session:
        assert await session.fetchval("SELECT etag FROM fetched") == 'W/"edition-2"'
        assert await session.fetchval("SELECT revision FROM article") == 2


async def test_the_same_body_is_unchanged_where_a_site_has_no_validators(
    site: Server, pool: Pool, postgres: Settings
) -> None:
    story = Story(site, validators=False)
    site.answers["/story"] = story.answer
    async with working(site, pool, postgres) as line:
        for number, outcome in enumerate(("indexed", "unchanged")):
            await line.hand_in(UUID(int=number))
            assert await line.outcome(UUID(int=number)) == outcome
    assert story.statuses == [200, 200]
    assert len(line.broker.records("articles.fetched")) == 1


async def test_a_record_that_is_handled_twice_keeps_its_one_outcome(
    site: Server, pool: Pool, postgres: Settings
) -> None:
    site.answers["/story"] = Story(site).answer
    async with working(site, pool, postgres) as line:
        await line.hand_in(UUID(int=1))
        assert await line.outcome(UUID(int=1)) == "indexed"
        await line.hand_in(UUID(int=1))
        await line.until_repeated()
    assert line.ends(UUID(int=1)) == ["indexed"]


async def test_control_who_asks_without_the_submission_gives_it_a_second_outcome(
    site: Server, pool: Pool, postgres: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wireroom.fetch.lookup.submission_id", lambda: None)
    site.answers["/story"] = Story(site).answer
    async with working(site, pool, postgres) as line:
        await line.hand_in(UUID(int=1))
        assert await line.outcome(UUID(int=1)) == "indexed"
        await line.hand_in(UUID(int=1))
        while len(line.ends(UUID(int=1))) < 2:
            await line.broker.arrival(0.05)
    assert line.ends(UUID(int=1)) == ["indexed", "unchanged"]


async def test_a_page_that_could_not_be_read_is_not_known(
    site: Server, pool: Pool, postgres: Settings
) -> None:
    site.answers["/story"] = response(b"<!doctype html><p>Soon.", 'ETag: "1"')
    async with working(site, pool, postgres) as line:
        for number in (1, 2):
            await line.hand_in(UUID(int=number))
            assert await line.outcome(UUID(int=number)) == "dropped"
    assert not any("If-None-Match" in head for head in site.heads)


async def test_without_postgres_fetch_goes_on_with_whole_pages(
    site: Server, pool: Pool, postgres: Settings
) -> None:
    story = Story(site)
    site.answers["/story"] = story.answer
    nowhere = postgres.model_copy(update={"dsn": SecretStr("postgres://127.0.0.1:1/none")})
    async with working(site, pool, nowhere) as line:
        for number, outcome in enumerate(("indexed", "unchanged")):
            await line.hand_in(UUID(int=number))
            assert await line.outcome(UUID(int=number)) == outcome
    assert story.statuses == [200, 200]
    assert len(line.broker.records("articles.fetched")) == 2
    assert line.registry.get_sample_value("wireroom_fetch_blind_total") == 2.0
