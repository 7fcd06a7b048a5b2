from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import fastavro
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wireroom import events
from wireroom.events import ArticleCleaned, ArticleFetched, ArticleSubmitted
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.schemas import Schemas

SCHEMAS = Schemas()
CODEC = Codec(SCHEMAS)

WHEN = datetime(2026, 3, 1, 9, 30, 0, 123456, UTC)
ONE = UUID("11111111-2222-5333-8444-555555555555")
SUBMISSION = events.Submission(url="https://news.example/a", lane="backfill", probe=True)
ARTICLE = events.Article(
    title="Pegel am Höchststand – 大雨",
    text="Erster Absatz.\nZweiter Absatz. 🌊",
    authors=("A. Muster", "B. Beispiel"),
    published_at=WHEN,
    headlines=(events.Headline(text="Anderes", language="de"),),
    removed=(events.Removed(rule="trailer", at=10, length=20),),
    provenance={"title": "jsonld"},
)
SAMPLES: tuple[Event, ...] = (
    events.ArticleSubmitted(
        url="https://news.example/a", html=b"<p>\xff</p>", published_at=WHEN, authors=("A",)
    ),
    events.ArticleFetched(
        article_id=ONE,
        submission=SUBMISSION,
        hint=events.Hint(title="T", published_at=WHEN),
        fetched_at=WHEN,
        html=b"\x28\xb5\x2f\xfd",
        versions={"fetch": "1"},
    ),
    events.ArticleCleaned(article_id=ONE, submission=SUBMISSION, article=ARTICLE),
    events.ArticleClassified(
        article_id=ONE,
        submission=SUBMISSION,
        article=ARTICLE,
        language="de",
        language_confidence=0.75,
        language_source="text",
        subjects=(events.Subject(uri="medtop:1", name="w", confidence=0.5, evidence=("Pegel",)),),
        keyphrases=(events.Keyphrase(text="Pegel", score=1.5),),
    ),
    events.ArticleIndexed(
        article_id=ONE,
        outcome="revised",
        revision=2,
        duplicate_of=ONE,
        language="de",
        accepted_at=WHEN,
        indexed_at=WHEN,
        subjects=("medtop:1",),
    ),
    events.ArticleJournal(
        subject_id=ONE,
        submission_id=ONE,
        stage="clean",
        event="retried",
        reason="http_503",
        attempt=2,
        accepted_at=WHEN,
        at=WHEN,
        record_topic="articles.fetched",
        record_partition=3,
        record_offset=2**40,
        instance="clean@host",
    ),
)


def reason(data: bytes, kind: type[Event], **headers: bytes) -> tuple[str, str]:
    with pytest.raises(Undecodable) as caught:
        CODEC.decode(data, kind, {k.replace("_", "-"): v for k, v in headers.items()})
    return caught.value.reason, str(caught.value)


def submitted(**fields: Any) -> ArticleSubmitted:
    return CODEC.decode(orjson.dumps(fields), ArticleSubmitted)


def test_there_is_a_sample_of_every_event() -> None:
    assert {type(sample) for sample in SAMPLES} == set(Event.__subclasses__())


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_went(event: Event) -> None:
    headers = {FINGERPRINT: CODEC.fingerprint(type(event))}
    assert CODEC.decode(CODEC.encode(event), type(event), headers) == event


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.datetimes(datetime(1700, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)),
    st.binary(),
)
@settings(max_examples=100, deadline=None)
def test_any_text_time_and_bytes_come_back(text: str, when: datetime, page: bytes) -> None:
    event = ArticleSubmitted(text=text, published_at=when, html=page, title=text)
    assert CODEC.decode(CODEC.encode(event), ArticleSubmitted) == event


def test_a_time_of_another_zone_comes_back_as_the_same_instant() -> None:
    local = WHEN.astimezone(timezone(timedelta(hours=9)))
    back = CODEC.decode(CODEC.encode(ArticleSubmitted(published_at=local)), ArticleSubmitted)
    assert back.published_at == WHEN
    assert back.published_at.utcoffset() == timedelta(0)


@given(st.binary(max_size=400), st.sampled_from([type(sample) for sample in SAMPLES]))
@example(b"", ArticleFetched)
@example(b"\x00", ArticleFetched)
@example(b"\x00\x00\x00\x00", ArticleSubmitted)
@example(b"{", ArticleSubmitted)
@example(b'{"published_at": 1e400}', ArticleSubmitted)
@example(b"{" * 400, ArticleSubmitted)
@settings(max_examples=500, deadline=None)
def test_no_bytes_raise_anything_but_undecodable(data: bytes, kind: type[Event]) -> None:
    for head in (b"", b"{", b"\x00" + SCHEMAS.current(kind.__name__).id.to_bytes(4, "big")):
        with suppress(Undecodable):
            assert isinstance(CODEC.decode(head + data, kind), kind)


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_raises_nothing_but_undecodable(event: Event, data: st.DataObject) -> None:
    raw = bytearray(CODEC.encode(event))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Undecodable):
        assert isinstance(CODEC.decode(bytes(raw), type(event)), type(event))


def test_the_first_byte_decides() -> None:
    assert reason(b"", ArticleFetched)[0] == "not_avro"
    assert reason(b'{"url": "x"}', ArticleFetched)[0] == "not_avro"
    assert reason(b"<html>", ArticleSubmitted)[0] == "not_avro_or_json"
    assert reason(b'["url"]', ArticleSubmitted)[0] == "not_avro_or_json"


def test_an_id_that_nobody_knows_is_refused() -> None:
    assert reason(b"\x00\x00\x00\x03\xe7abc", ArticleFetched) == (
        "unknown_schema",
        "no schema has the id 999",
    )
    assert reason(b"\x00\x00", ArticleFetched)[0] == "unknown_schema"


def test_an_id_with_another_fingerprint_is_refused() -> None:
    data = CODEC.encode(SAMPLES[1])
    why, detail = reason(data, ArticleFetched, avro_fp=b"12345678")
    assert why == "schema_mismatch"
    assert "articles.fetched-value version 2" in detail


def test_an_event_of_another_topic_is_refused() -> None:
    assert reason(CODEC.encode(SAMPLES[1]), ArticleCleaned) == (
        "wrong_schema",
        "ArticleFetched where ArticleCleaned belongs",
    )


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_too_few_and_too_many_bytes_are_refused(event: Event) -> None:
    data = CODEC.encode(event)
    assert reason(data[:-1], type(event))[0] == "broken_avro"
    why, detail = reason(data + b"abc", type(event))
    assert (why, detail) == ("broken_avro", "3 bytes too many")


def test_a_length_that_nobody_has_memory_for_is_refused() -> None:
    head = b"\x00" + SCHEMAS.current("ArticleSubmitted").id.to_bytes(4, "big")
    huge = b"\x02" + b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f" + b"x"
    assert reason(head + huge, ArticleSubmitted)[0] == "broken_avro"


def test_text_that_no_bytes_can_hold_is_not_encoded() -> None:
    with pytest.raises(UnicodeEncodeError):
        CODEC.encode(ArticleCleaned(
            article_id=ONE, submission=SUBMISSION,
            article=ARTICLE.model_copy(update={"text": "half a pair: \ud83c"}),
        ))  # fmt: skip


def test_an_older_writer_is_read_with_todays_defaults(tmp_path: Path) -> None:
    old: dict[str, Any] = {
        "type": "record", "name": "ArticleSubmitted", "namespace": "wireroom.v1",
        "topic": "articles.intake",
        "fields": [{"name": "url", "type": ["null", "string"], "default": None}],
    }  # fmt: skip
    today = SCHEMAS.current("ArticleSubmitted").raw
    (tmp_path / "released").mkdir()
    (tmp_path / "released" / "old.avsc").write_bytes(orjson.dumps(old))
    (tmp_path / "new.avsc").write_bytes(orjson.dumps(today))
    from wireroom.wire.schemas import fingerprint_of

    lock = [
        {"id": n, "subject": "articles.intake-value", "version": n, "fingerprint": mark.hex()}
        for n, mark in ((1, fingerprint_of(old)), (2, fingerprint_of(today)))
    ]
    (tmp_path / "schema.lock.json").write_bytes(orjson.dumps(lock))
    codec = Codec(Schemas(tmp_path))
    body = BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(dict(old)), {"url": "https://a.example"})

    got = codec.decode(b"\x00\x00\x00\x00\x01" + body.getvalue(), ArticleSubmitted)

    assert got == ArticleSubmitted(url="https://a.example")
    assert codec.encode(got)[:5] == b"\x00\x00\x00\x00\x02"


# JSON, where a topic takes it


def test_json_of_the_same_shape_is_the_same_event() -> None:
    got = submitted(
        url="https://news.example/a",
        html="<p>Grüße</p>",
        authors=["A", "B"],
        published_at="2026-03-01T10:30:00.123456+01:00",
        lane="backfill",
        probe=True,
    )
    assert got == ArticleSubmitted(
        url="https://news.example/a",
        html="<p>Grüße</p>".encode(),
        authors=("A", "B"),
        published_at=WHEN,
        lane="backfill",
        probe=True,
    )


def test_null_and_left_out_are_the_same() -> None:
    nulls = dict.fromkeys(ArticleSubmitted.model_fields)
    assert submitted(**{**nulls, "text": "t"}) == submitted(text="t") == ArticleSubmitted(text="t")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-01T09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01 09:30", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        (" 2026-03-01T09:30:00Z ", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00-05:00", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_zone_is_utc(written: str, meant: datetime) -> None:
    got = submitted(text="t", published_at=written).published_at
    assert got == meant
    assert got.tzinfo is not None


@pytest.mark.parametrize("written", [1772357400, 1772357400000, 1.5, True, "1772357400", "soon"])
def test_a_time_that_is_not_iso_8601_is_refused(written: object) -> None:
    why, detail = reason(orjson.dumps({"text": "t", "published_at": written}), ArticleSubmitted)
    assert why == "invalid_field"
    assert detail.startswith("published_at: ")
    assert "ISO 8601" in detail


def test_an_unknown_field_is_refused_and_the_nearest_named() -> None:
    assert reason(b'{"text": "t", "publishd_at": null}', ArticleSubmitted) == (
        "unknown_field",
        "unknown field 'publishd_at': did you mean published_at?",
    )
    why, detail = reason(b'{"zzz": 1}', ArticleSubmitted)
    assert why == "unknown_field"
    assert "known are url, html, text" in detail
    assert len(reason(orjson.dumps({"x" * 9_999: 1}), ArticleSubmitted)[1]) < 400


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"lane": "fast"}, "lane"),
        ({"authors": "A"}, "authors"),
        ({"authors": [1]}, "authors.0"),
        ({"url": 1}, "url"),
        ({"html": 1}, "html"),
        ({"probe": "perhaps"}, "probe"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(
    fields: dict[str, Any], where: str
) -> None:
    why, detail = reason(orjson.dumps(fields), ArticleSubmitted)
    assert why == "invalid_field"
    assert detail.startswith(f"{where}: ")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b'{"url": }',
        b'{"url": "a"} {}',
        b'{"url": "\\ud800"}',
        b'{"url": "\xff"}',
        b"{'a': 1}",
    ],
)
def test_broken_json_is_refused(data: bytes) -> None:
    assert reason(data, ArticleSubmitted)[0] == "broken_json"


def test_only_the_intake_takes_json() -> None:
    takers = {kind for kind in Event.__subclasses__() if kind.takes_json}
    assert takers == {events.ArticleSubmitted}
