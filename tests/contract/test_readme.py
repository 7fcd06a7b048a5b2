"""What schemas/README.md shows to people with clients of their own, done as it stands there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from wireroom.embedded.servers import Servers
from wireroom.events import ArticleIndexed, ArticleSubmitted
from wireroom.wire.codec import Codec
from wireroom.wire.headers import read as envelope
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.publish import Publisher
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic
from wireroom.wire.transport import Record

ROOT = Path(__file__).parents[2]
README = (ROOT / "schemas" / "README.md").read_text()
PUBLISHING, READING = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
CODEC = Codec(Schemas())
URL = "https://harbour-gazette.example/2026/03/island-tax"


@pytest.fixture
def kafka(servers: Servers) -> Settings:
    return Settings(bootstrap_servers=servers.addresses.kafka)


async def topic_like(settings: Settings, name: str) -> str:
    """A topic of this test's own in place of ``name``."""
    new = f"{name}.{uuid4().hex}"
    await admin.create(settings, [Topic(new, 1, 1, 1_000_000, "")])
    return new


def run(snippet: str, settings: Settings, old: str, topic: str) -> str:
    """The snippet's output; only the addresses are ours."""
    assert '"localhost:9092"' in snippet
    assert f'"{old}"' in snippet
    script = snippet.replace("localhost:9092", settings.bootstrap_servers).replace(old, topic)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def records(settings: Settings, topic: str) -> list[Record]:
    return [record async for batch in log.read(settings, topic) for record in batch]


async def test_the_publishing_snippet_hands_in_an_article(kafka: Settings) -> None:
    topic = await topic_like(kafka, "articles.intake")
    run(PUBLISHING, kafka, "articles.intake", topic)
    [record] = await records(kafka, topic)
    event = CODEC.decode(record.value, ArticleSubmitted, record.headers)
    assert (event.url, event.language) == (URL, "en")
    assert str(envelope(record).submission_id) == "6f1c2a94-0b7e-4a53-9c7d-51a0e2b8d3f6"


async def test_the_reading_snippet_prints_what_was_indexed(kafka: Settings) -> None:
    topic = await topic_like(kafka, "articles.indexed")
    fields = json.loads((ROOT / "schemas" / "examples" / "article_indexed.json").read_text())
    event = ArticleIndexed.model_validate(fields)
    async with KafkaBroker(kafka, limits={}).producer() as producer:
        await Publisher(producer, CODEC).publish_bytes(topic, CODEC.encode(event))
    printed = run(READING, kafka, "articles.indexed", topic)
    assert printed == f"indexed {event.title} {URL}\n"


def test_the_kcat_line_pipes_an_event_into_the_intake() -> None:
    [line] = re.findall(r"^echo .*kcat.*$", README, re.MULTILINE)
    _, value, pipe, *kcat = shlex.split(line)
    assert (pipe, kcat) == ("|", ["kcat", "-b", "localhost:9092", "-P", "-t", "articles.intake"])
    assert CODEC.decode(value.encode(), ArticleSubmitted).url == URL
    assert ArticleSubmitted.topic == "articles.intake"
