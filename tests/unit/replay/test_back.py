"""Putting letters back, over a broker in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import fastavro
import pytest

from wireroom.events import (
    ArticleClassified,
    ArticleCleaned,
    ArticleFetched,
    ArticleJournal,
    ArticleSubmitted,
)
from wireroom.replay import Desk, Letter, Refused
from wireroom.replay.back import ROOM
from wireroom.runtime import deadletter, parking
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import folder
from wireroom.wire.transport import Headers

Bury = Callable[..., Any]
KINDS: list[type[Event]] = [ArticleSubmitted, ArticleFetched, ArticleCleaned, ArticleClassified]
ID = b"0b7e2c5a-9d1f-5a33-8c55-0123456789ab"
INTAKE, JOURNAL = "articles.intake", "articles.journal"


@pytest.fixture
def desk(broker: MemoryBroker, codec: Codec, journal: Callable[..., Any]) -> Desk:
    return Desk(broker, codec, journal, KINDS)


def said(broker: MemoryBroker, codec: Codec) -> list[ArticleJournal]:
    records = broker.records(JOURNAL)
    return [codec.decode(r.value, ArticleJournal, r.headers) for r in records]


async def test_key_and_bytes_are_as_they_were_and_the_ids_are_kept(
    desk: Desk, bury: Bury, broker: MemoryBroker
) -> None:
    letter = await bury(
        b"\xff anything", key=b"k", submission_id=ID, event_id=ID, accepted_at=b"123",
        own=b"header", traceparent=b"00-abc",
    )  # fmt: skip
    await desk.put_back([letter])
    (copy,) = broker.records(INTAKE)
    assert (copy.key, copy.value) == (b"k", b"\xff anything")
    assert copy.headers == {
        "own": b"header",
        "event-id": ID,
        "submission-id": ID,
        "accepted-at": b"123",
        "traceparent": b"00-abc",
        "replayed-from": b"fetch/0/0",
    }


async def test_ids_that_came_from_its_place_are_kept_though_its_place_changes(
    desk: Desk, bury: Bury, broker: MemoryBroker
) -> None:
    letter = await bury()
    await desk.put_back([letter])
    (copy,) = broker.records(INTAKE)
    assert headers.read(copy).submission == letter.submission
    # Negative control: a copy of key and bytes alone would be another submission.
    assert headers.read(replace(copy, headers={})).submission != letter.submission


async def test_nothing_of_an_earlier_life_goes_along_not_even_of_two(
    desk: Desk, bury: Bury, broker: MemoryBroker
) -> None:
    await desk.put_back([await bury(retry_attempts=b"4", retry_topic=b"x")])
    (copy,) = broker.records(INTAKE)
    assert parking.history_of(copy.headers) == parking.History()
    assert not any(name.startswith(("dead-", "retry-")) for name in copy.headers)
    second = await bury(copy.value, **{k.replace("-", "_"): v for k, v in copy.headers.items()})
    await desk.put_back([second])
    again = broker.records(INTAKE)[-1]
    assert again.headers["replayed-from"] == b"fetch/0/1"
    assert deadletter.notes(again.headers) == {}


async def test_the_journal_says_so_before_the_copy_is_there(
    bury: Bury, broker: MemoryBroker, codec: Codec, journal: Callable[..., Any]
) -> None:
    sent: list[str] = []

    class Watching:
        async def partition(self, topic: str, key: bytes) -> int:
            return 0

        async def send(
            self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
        ) -> Awaitable[None]:
            sent.append(topic)
            return await broker.send(topic, key=key, value=value, headers=headers)

    letters = [await bury() for _ in range(3)]
    await Desk(Watching(), codec, journal, KINDS).put_back(letters)
    assert sent == [JOURNAL] * 3 + [INTAKE] * 3


async def test_the_line_names_letter_and_submission_under_the_stage_that_had_buried_it(
    desk: Desk, bury: Bury, broker: MemoryBroker, codec: Codec
) -> None:
    article = uuid5(NAMESPACE_OID, "a")
    letter = await bury(article=article, submission_id=ID, event_id=ID)
    await desk.put_back([letter])
    line = said(broker, codec)[-1]
    assert (line.event, line.stage, line.reason) == ("replayed", "fetch", "http_404")
    assert (line.article_id, line.submission_id) == (article, UUID(ID.decode()))
    assert (line.record_topic, line.record_partition, line.record_offset) == ("dead.fetch", 0, 0)


async def test_what_is_dropped_stays_where_it_is_and_the_account_has_it(
    desk: Desk, bury: Bury, broker: MemoryBroker, codec: Codec
) -> None:
    letter = await bury()
    await desk.drop([letter])
    assert broker.records(INTAKE) == []
    assert broker.records("dead.fetch") == [letter.record]
    line = said(broker, codec)[-1]
    assert (line.event, line.reason, line.stage) == ("dropped", "by_hand", "fetch")
    assert str(line.submission_id).encode() == letter.submission


# What can't go back


async def test_a_letter_without_its_body_is_refused_with_the_way_out(
    desk: Desk, bury: Bury, broker: MemoryBroker
) -> None:
    whole = await bury(submission_id=ID, event_id=ID)
    stub = deadletter.without_body(whole.record.headers, 9_000_000)
    await broker.send("dead.fetch", key=None, value=b"", headers=stub)
    letter = Letter(broker.records("dead.fetch")[-1])
    with pytest.raises(Refused, match=r"9000000 bytes.*articles.intake/3/7.*wireroom dead drop"):
        desk.way(letter)
    lines = len(broker.records(JOURNAL))
    with pytest.raises(Refused):
        await desk.put_back([whole, letter])
    assert broker.records(INTAKE) == []
    assert len(broker.records(JOURNAL)) == lines
    await desk.drop([letter])


async def test_what_its_topic_would_not_take_from_us_is_refused_before_a_line_is_written(
    desk: Desk, bury: Bury
) -> None:
    fits = await bury(b"x" * (ArticleSubmitted.max_bytes - 2 * ROOM))
    assert desk.way(fits) == INTAKE
    with pytest.raises(Refused, match=r"more than articles\.intake takes"):
        desk.way(await bury(b"x" * ArticleSubmitted.max_bytes))


@pytest.mark.parametrize("topic", ["articles.indexed", "articles.journal", "dead.fetch", "", "x"])
async def test_nothing_goes_to_a_topic_that_no_stage_reads(
    desk: Desk, bury: Bury, topic: str
) -> None:
    with pytest.raises(Refused, match="wireroom dead drop"):
        desk.way(await bury(topic=topic))


async def test_a_record_that_lay_in_a_retry_tier_goes_where_its_event_belongs(
    desk: Desk, bury: Bury, codec: Codec
) -> None:
    json_event = await bury(b'{"text": "a"}', stage="relay", topic="retry.1m")
    assert desk.way(json_event) == INTAKE
    avro = codec.encode(ArticleSubmitted(text="a"))
    assert desk.way(await bury(avro, stage="relay", topic="retry.2h")) == INTAKE
    old = await bury(released("articles.classified-value", 1), stage="relay", topic="retry.10m")
    assert desk.way(old) == "articles.classified"
    with pytest.raises(Refused, match=r"came from retry\.1m"):
        desk.way(await bury(b"\xff", stage="relay", topic="retry.1m"))


# Old letters


def released(subject: str, version: int) -> bytes:
    """What a stage of an earlier release wrote."""
    raw = json.loads((folder() / "released" / subject / f"{version}.avsc").read_text())
    lock = json.loads((folder() / "schema.lock.json").read_text())
    number = next(e["id"] for e in lock if (e["subject"], e["version"]) == (subject, version))
    schema = fastavro.parse_schema(raw)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, _least(raw))
    return b"\x00" + number.to_bytes(4, "big") + out.getvalue()


def _least(raw: dict[str, Any]) -> dict[str, Any]:
    """A value for each field that has no default."""
    return {
        field["name"]: _value(field["name"], field["type"])
        for field in raw["fields"]
        if "default" not in field
    }


def _value(name: str, kind: Any) -> Any:
    if isinstance(kind, dict) and kind["type"] == "record":
        return _least(kind)
    base = kind["type"] if isinstance(kind, dict) else kind
    if isinstance(kind, dict) and kind.get("logicalType") == "uuid":
        return str(uuid5(NAMESPACE_OID, name))
    return {"string": "en", "double": 1.0, "long": 0, "int": 1, "boolean": False}[base]


OLD = {
    "articles.fetched-value": ArticleFetched,
    "articles.cleaned-value": ArticleCleaned,
    "articles.classified-value": ArticleClassified,
}


@pytest.mark.parametrize("subject", OLD)
async def test_a_letter_of_an_earlier_release_goes_back_and_todays_reader_reads_it(
    desk: Desk, bury: Bury, broker: MemoryBroker, codec: Codec, subject: str
) -> None:
    kind, value = OLD[subject], released(subject, 1)
    stage = {"fetched": "clean", "cleaned": "classify", "classified": "index"}
    letter = await bury(value, stage=stage[kind.topic.split(".")[1]], topic=kind.topic)
    assert value[:5] != codec.encode(codec.decode(value, kind))[:5]  # it is an older one
    await desk.put_back([letter])
    (copy,) = broker.records(kind.topic)
    assert copy.value == value
    assert codec.decode(copy.value, kind, copy.headers).article_id  # type: ignore[attr-defined]  # each kind has one
