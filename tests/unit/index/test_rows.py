from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import fastavro
import orjson
import pytest

from wireroom import urls
from wireroom.events import (
    Article,
    ArticleClassified,
    Block,
    Headline,
    Keyphrase,
    PageValidators,
    Removed,
    Subject,
    Submission,
)
from wireroom.index import identity
from wireroom.index.messages import indexed
from wireroom.index.rows import row
from wireroom.runtime.journal import Hop
from wireroom.runtime.stage import Delivery
from wireroom.storage.rows import Seen, Written
from wireroom.wire.codec import MAGIC, Codec
from wireroom.wire.headers import Envelope
from wireroom.wire.schemas import Schema, Schemas
from wireroom.wire.transport import Partition, Record

URL = "https://a.example/story"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
TEXT = "Words enough for a text that is known by itself. " * 9


def _event(url: str | None = URL, **article: object) -> ArticleClassified:
    return ArticleClassified(
        article_id=urls.article_id(url) if url else urls.text_article_id(TEXT),
        submission=Submission(url=url, feed_url="f", submitted_by="s", lane="backfill", probe=True),
        article=Article.model_validate({"text": TEXT, **article}),
        language="en",
        language_confidence=0.9,
        language_source="text",
        subjects=(Subject(uri="medtop:1", name="n", confidence=0.5, evidence=("w",)),),
        keyphrases=(Keyphrase(text="k", score=2.0),),
        versions={"clean": "1"},
    )


def _delivery(event: ArticleClassified) -> Delivery[ArticleClassified]:
    record = Record(Partition("articles.classified", 0), 7, 0, None, b"", {})
    envelope = Envelope(
        str(UUID(int=1)).encode(), str(UUID(int=2)).encode(), round(NOW.timestamp() * 1000)
    )
    return Delivery(event, Hop(record, envelope, event.article_id, 0.0))


def test_an_event_becomes_a_row() -> None:
    event = _event(
        title="T",
        headlines=(Headline(text="h", language="fr"),),
        removed=(Removed(rule="r", at=1, length=2),),
        provenance={"title": "meta"},
    )
    made = row(_delivery(event))
    assert (made.article_id, made.submission_id, made.accepted_at) == (
        event.article_id,
        UUID(int=2),
        NOW,
    )
    assert (made.lane, made.probe, made.feed_url, made.submitted_by) == ("backfill", True, "f", "s")
    assert orjson.loads(made.subjects) == [
        {"uri": "medtop:1", "name": "n", "confidence": 0.5, "evidence": ["w"]}
    ]
    assert orjson.loads(made.removed) == [{"rule": "r", "at": 1, "length": 2}]
    assert orjson.loads(made.provenance) == {"title": "meta"}
    assert made.headlines == (("h", "fr"),)
    assert made.content_hash == urls.content_hash(TEXT)


def test_what_the_lines_are_and_why_there_is_no_text_go_into_the_row() -> None:
    event = _event(
        blocks=(Block(kind="heading", level=2), Block(kind="paragraph", lines=8)),
        body_missing="paywall",
        language_hint="en-GB",
    )
    made = row(_delivery(event))
    assert orjson.loads(made.blocks) == [
        {"kind": "heading", "level": 2, "lines": 1},
        {"kind": "paragraph", "level": 0, "lines": 8},
    ]
    details = orjson.loads(made.details)
    assert (details["body_missing"], details["language_hint"]) == ("paywall", "en-GB")


OLDER = [schema for schema in Schemas() if schema.name == "ArticleClassified"]


@pytest.mark.parametrize("schema", OLDER, ids=lambda schema: f"version {schema.version}")
def test_an_event_of_an_older_version_becomes_a_row(schema: Schema) -> None:
    event = _event(title="T", provenance={"title": "meta"})
    body = BytesIO()
    fastavro.schemaless_writer(body, schema.parsed, _as_of(schema.raw, event.model_dump()))
    read = Codec(Schemas()).decode(
        MAGIC + schema.id.to_bytes(4, "big") + body.getvalue(), ArticleClassified
    )
    made = row(_delivery(read))
    assert (made.title, made.text, made.blocks) == ("T", TEXT, "[]")


def _as_of(raw: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that a version has, and of its article too."""
    named = {field["name"]: field for field in raw["fields"]}
    article = {field["name"] for field in named["article"]["type"]["fields"]}
    kept = {name: value for name, value in fields.items() if name in named}
    kept["article"] = {k: v for k, v in fields["article"].items() if k in article}
    return kept


def test_there_are_older_versions_to_read() -> None:
    assert len(OLDER) >= 4
    assert "blocks" not in str(OLDER[0].raw)


def test_what_the_page_showed_goes_with_the_row_and_a_text_handed_in_shows_nothing() -> None:
    page = PageValidators(etag='"1"', body_hash=b"h", fetched_at=NOW)
    event = _event().model_copy(update={"validators": page, "signals": ("paywall",)})
    assert row(_delivery(event)).seen == Seen(
        etag='"1"', last_modified=None, body_hash=b"h", fetched_at=NOW, signals=("paywall",)
    )
    assert row(_delivery(_event())).seen is None


def test_aliases_are_canonical_each_once_and_without_the_article_s_own_url() -> None:
    event = _event(
        canonical_url="http://a.example/story?utm_source=x",
        aliases=("https://a.example/amp", "http://A.example/amp#top", "no url", URL),
    )
    made = row(_delivery(event))
    assert [alias.url for alias in made.aliases] == ["https://a.example/amp"]
    assert made.link is None


def test_the_source_link_of_a_text_is_its_link_and_an_alias() -> None:
    event = _event(None, canonical_url=URL)
    made = row(_delivery(event))
    assert made.link == urls.article_id(URL)
    assert [alias.key for alias in made.aliases] == [made.link]


def test_a_short_text_is_the_same_only_under_the_same_title() -> None:
    stub = "Subscribe to read on."
    assert identity.content_hash("One", stub) != identity.content_hash("Two", stub)
    assert identity.content_hash("One", stub) == identity.content_hash("ONE ", stub)
    assert identity.content_hash("One", TEXT) == identity.content_hash("Two", TEXT)
    spoken = "東京都の選挙で新しい知事が決まった。投票率は前回を上回った。"
    assert identity.content_hash("一", spoken) == identity.content_hash("二", spoken)


def test_nothing_is_told_of_an_unchanged_article() -> None:
    delivery = _delivery(_event())
    same = Written(delivery.event.article_id, "unchanged", 2, None, NOW, NOW)
    assert indexed(delivery, same) is None
    told = indexed(
        delivery, Written(delivery.event.article_id, "duplicate", 1, UUID(int=9), NOW, NOW)
    )
    assert told is not None
    assert (told.outcome, told.duplicate_of, told.subjects) == (
        "duplicate",
        UUID(int=9),
        ("medtop:1",),
    )
