"""Publishing with a client that is not ours: librdkafka, as kcat and most programs have it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import fastavro
from confluent_kafka import Producer
from tests.e2e import texts
from tests.e2e.pipeline import Pipeline, eventually

from wireroom import urls

SCHEMAS = Path(__file__).parents[2] / "schemas"


def produce(pipeline: Pipeline, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": pipeline.addresses()["kafka"]})
    failures: list[object] = []
    for value in values:
        producer.produce(
            "articles.intake", value, on_delivery=lambda error, _: failures.append(error)
        )
    assert producer.flush(20) == 0
    assert failures == [None] * len(values)


def avro(fields: dict[str, object]) -> bytes:
    """Confluent framing by hand: what a registry-aware serializer would send."""
    schema = json.loads((SCHEMAS / "article_submitted.avsc").read_text())
    lock = json.loads((SCHEMAS / "schema.lock.json").read_text())
    number = max(e["id"] for e in lock if e["subject"] == "articles.intake-value")
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), fields)
    return b"\x00" + number.to_bytes(4, "big") + out.getvalue()


def test_json_without_key_or_headers_becomes_a_row(pipeline: Pipeline, site: str) -> None:
    url = f"{site}/news/pier-1"
    produce(pipeline, json.dumps({"url": url}).encode())
    row = eventually(lambda: pipeline.row(url), what="the row")
    assert row["title"] == "Northmouth rebuilds its pier"
    assert row["text"].split("\n")[:4] == list(texts.PARAGRAPHS)
    assert row["source"] == "Harbour Post"
    assert row["language"] == "en"
    assert row["published_at"].startswith("2026-03-02")


def test_avro_in_confluent_framing_becomes_a_row(pipeline: Pipeline) -> None:
    produce(pipeline, avro({"text": texts.text(2), "source": "ignored: the text names its own"}))
    url = "https://harbour-post.example/news/pier-2"
    row = eventually(lambda: pipeline.row(url), what="the row")
    assert row["canonical_url"] == url
    assert row["article_id"] == str(urls.text_article_id(texts.text(2)))
    assert row["source"] == "harbour-post.example"
    assert row["authors"] == []
    assert row["copyright_notice"].startswith("Copyright for syndicated content")
    assert [h["text"] for h in row["headlines"]] == [
        "Lake ferry keeps its winter timetable",
        "Un pont neuf pour la vallée",
    ]
    assert "Trending" not in row["text"]


def test_bad_records_become_dead_letters_with_their_reason_and_the_worker_goes_on(
    pipeline: Pipeline,
) -> None:
    bad = {
        b"neither": "not_avro_or_json",
        b'{"url": ': "broken_json",
        b'{"titel": "x"}': "unknown_field",
        b'{"url": "ftp://example.org/a"}': "scheme",
        b'{"title": "nothing to work on"}': "nothing_to_fetch",
        b"\x00\x00\x00\x03\xe7rest": "unknown_schema",
        b"\x00\x00\x00\x00\x01\xff\xff\xff": "broken_avro",
        b"\x00\x00\x00\x00\x02\x00": "wrong_schema",
    }
    produce(pipeline, *bad, json.dumps({"text": texts.text(3)}).encode())
    eventually(lambda: pipeline.row("https://harbour-post.example/news/pier-3"))

    def reasons() -> dict[str, int] | None:
        listed = json.loads(pipeline.command("dead", "list", "--json").stdout)
        found: dict[str, int] = {}
        for group in listed:
            found[group["reason"]] = found.get(group["reason"], 0) + group["count"]
        return found if set(bad.values()) <= found.keys() else None

    eventually(reasons, what="all dead letters")


def test_a_dead_letter_shows_its_bytes_and_can_be_replayed(pipeline: Pipeline) -> None:
    produce(pipeline, b"\xff\xfe no event")
    done = eventually(
        lambda: [
            g
            for g in json.loads(pipeline.command("dead", "list", "--all", "--json").stdout)
            if "fffe" in g["detail"]
        ]
    )
    shown = json.loads(pipeline.command("dead", "show", done[0]["example"], "--json").stdout)
    assert shown["hex"].startswith("ff fe 20")
    assert shown["reason"] == "not_avro_or_json"
    replayed = pipeline.command("dead", "replay", done[0]["example"])
    assert replayed.returncode == 0, replayed.stderr
    eventually(
        lambda: any(
            g["count"] > done[0]["count"]
            for g in json.loads(pipeline.command("dead", "list", "--all", "--json").stdout)
            if "fffe" in g["detail"]
        ),
        what="the letter's second death",
    )
