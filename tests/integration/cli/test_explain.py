"""A stored article is explained from its row and from the page that clean was given."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio
from pydantic import SecretStr
from rich.console import Console
from tests.integration.ledger import stream
from tests.integration.ledger.test_service import read_all
from tests.integration.storage.sample import put, row

from wireroom import urls
from wireroom.clean.page import extract
from wireroom.clean.versions import VERSIONS
from wireroom.cli.explain import print_stored, stored
from wireroom.cli.settings import Settings, load
from wireroom.events import ArticleFetched, Hint, Submission
from wireroom.storage import Pool, migrate, open_pool
from wireroom.storage.settings import Settings as Postgres
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.settings import Settings as Kafka
from wireroom.wire.topics import Topic

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said. "
MENU = "<div class='newsletter'>Sign up for our newsletter and read every morning.</div>"
HTML = f"""<!doctype html><html lang="en"><head><title>The ferry runs again</title></head><body>
<h1>The ferry runs again</h1><article><p>{SENTENCE * 2}</p><h2>Two weeks later</h2>
<p>{SENTENCE * 3}</p></article>{MENU}</body></html>"""
PAYWALL = """<!doctype html><html><head><title>The ferry</title></head><body><main>
<p>Subscribe to continue reading this article.</p></main></body></html>"""
URL = stream.url(0)
Given = Callable[..., Awaitable[None]]


@pytest.fixture
def settings(servers: Servers, database: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WIREROOM_KAFKA_BOOTSTRAP_SERVERS", servers.addresses.kafka)
    monkeypatch.setenv("WIREROOM_POSTGRES_DSN", database)
    return load()


@pytest_asyncio.fixture
async def pool(database: str) -> object:
    async with open_pool(Postgres(dsn=SecretStr(database))) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
def given(settings: Settings, pool: Pool) -> Given:
    """Clean was given this page of ``URL``, and this came of it."""

    async def give(html: str, event: str, **more: object) -> None:
        topic, kafka = f"test.{uuid4().hex}", settings.kafka
        await admin.create(kafka, [Topic(topic, 1, 1, 1024 * 1024, "")])
        fetched = ArticleFetched(
            article_id=urls.article_id(URL), submission=Submission(url=URL), hint=Hint(),
            fetched_at=datetime.now(UTC), html=zstd.compress(html.encode()),
        )  # fmt: skip
        marks = {FINGERPRINT: stream.CODEC.fingerprint(ArticleFetched)}
        async with KafkaBroker(kafka, limits={"largest": 1024 * 1024}).producer() as producer:
            for value in (b"another", stream.CODEC.encode(fetched), b"another"):
                await (await producer.send(topic, key=None, value=value, headers=marks))
        broker, key = MemoryBroker(partitions=1), stream.new()
        await stream.hand_in(broker, {key: 0})
        place = {"record_topic": topic, "record_partition": 0, "record_offset": 1}
        await stream.journal(broker, [stream.line(key, 0, "clean", event, 1, **place, **more)])
        await read_all(pool, broker)

    return give


def told(found: object) -> str:
    out = Console(width=160, highlight=False)
    with out.capture() as captured:
        print_stored(out, URL, found)  # type: ignore[arg-type]  # of stored
    return captured.get()


async def test_the_page_of_a_stored_article_is_read_again(
    given: Given, pool: Pool, settings: Settings
) -> None:
    found = extract(HTML.encode(), URL)
    assert [part.kind for part in found.blocks] == ["paragraph", "heading", "paragraph"]
    paragraph = {"kind": "paragraph", "lines": 1}
    runs = [paragraph, {"kind": "heading", "level": 2, "lines": 1}, paragraph]
    await put(pool, replace(row(URL, found.text), title=found.title,
                            versions=orjson.dumps(VERSIONS).decode(),
                            blocks=orjson.dumps([{"level": 0, **r} for r in runs]).decode()))  # fmt: skip
    await given(HTML, "passed")
    shown = told(await stored(URL, settings))
    assert "+ h2" in shown
    assert "- subscribe  1 block" in shown
    assert "Sign up for our newsletter" in shown
    assert "reading the page again" not in shown


async def test_that_the_row_is_of_another_version_is_said(
    given: Given, pool: Pool, settings: Settings
) -> None:
    await put(pool, replace(row(URL, SENTENCE), versions='{"clean": "0.0.1"}'))
    await given(HTML, "passed")
    shown = told(await stored(URL, settings))
    assert "of reading the page again just now; the row is of clean 0.0.1." in shown
    assert shown.count(SENTENCE.strip()) == 1  # the row's text, not today's


async def test_what_was_dropped_says_why_and_what_was_on_the_page(
    given: Given, settings: Settings
) -> None:
    await given(PAYWALL, "dropped", reason="paywall", detail="a page for subscribers")
    shown = told(await stored(URL, settings))
    assert f"{URL}: dropped(paywall)" in shown
    assert "The text is for subscribers" in shown
    assert "No article: paywall, a page for subscribers; 0 characters" in shown.replace("\n", " ")
    assert "Subscribe to continue reading this article." in shown


async def test_a_page_that_kafka_no_longer_has_is_missed_by_name(
    given: Given, pool: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(pool, row(URL, SENTENCE))
    await given(HTML, "passed")

    async def gone(*place: object) -> None:
        return None

    monkeypatch.setattr(log, "one", gone)
    shown = told(await stored(URL, settings))
    assert "Kafka keeps a page for seven days" in shown
    assert SENTENCE.strip() in shown


async def test_one_record_is_read_at_its_place_and_none_beyond(
    given: Given, settings: Settings
) -> None:
    await given(HTML, "passed")
    kafka: Kafka = settings.kafka
    found = await stored(URL, settings)
    assert found.submission is not None
    topic = found.submission["hops"][-1]["topic"]
    records = [await log.one(kafka, topic, 0, offset) for offset in (0, 2, 3, 99)]
    assert [r and (r.offset, r.value) for r in records] == [
        (0, b"another"), (2, b"another"), None, None,
    ]  # fmt: skip


async def test_what_nobody_knows_is_nothing(pool: Pool, settings: Settings) -> None:
    found = await stored("https://nowhere.example/1", settings)
    assert (found.row, found.submission) == (None, None)
