"""What becomes of one record, by what its handler does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest

from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.runtime import Drop, Permanent, Transient
from wireroom.runtime.stage import Outcome
from wireroom.wire import headers
from wireroom.wire.topics import dead

INTAKE, FETCHED, JOURNAL, DEAD = (
    "articles.intake", "articles.fetched", "articles.journal", "dead.fetch",
)  # fmt: skip
Follow = Callable[..., ArticleFetched]
Rig = Any


async def test_what_it_returns_is_sent_with_what_it_follows_from(rig: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event), follows(event, "second")]

    async with rig.running(rig.worker(handle)):
        await rig.submit("a")
        await rig.all_committed()

    (source,) = rig.broker.records(INTAKE)
    one, two = rig.broker.records(FETCHED)
    assert rig.fetched() == ["a", "second"]
    assert one.key == str(uuid5(NAMESPACE_OID, "a")).encode()
    assert one.headers["caused-by"] == source.headers["event-id"]
    assert one.headers["submission-id"] == source.headers["submission-id"]
    assert one.headers["accepted-at"] == str(source.timestamp).encode()
    assert one.headers["event-id"] != two.headers["event-id"]
    assert rig.metric("records_in_total", topic=INTAKE) == 1
    assert rig.metric("records_out_total", topic=FETCHED) == 2
    assert rig.metric("outcomes_total", outcome="passed", reason="") == 1


async def test_a_drop_is_counted_and_journaled_with_its_reason(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return Drop("not_html")

    async with rig.running(rig.worker(handle)):
        await rig.submit("a")
        await rig.all_committed()

    (entry,) = rig.journal()
    assert (entry.event, entry.reason) == ("dropped", "not_html")
    assert rig.fetched() == []
    assert rig.dead() == []
    assert rig.metric("outcomes_total", outcome="dropped", reason="not_html") == 1


async def test_a_transient_failure_is_tried_again_in_place(rig: Rig, follows: Follow) -> None:
    tries = 0

    async def handle(event: ArticleSubmitted) -> Outcome:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Transient("http_503")
        return [follows(event)]

    async with rig.running(rig.worker(handle)):
        await rig.submit("a")
        await rig.all_committed()

    assert rig.fetched() == ["a"]
    entries = sorted((e.attempt, e.event, e.reason) for e in rig.journal())
    assert entries == [
        (1, "retried", "http_503"), (2, "retried", "http_503"), (3, "passed", None),
    ]  # fmt: skip
    assert rig.metric("retries_total", reason="http_503") == 2


async def test_after_the_last_try_it_is_buried_as_it_came(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise Transient("http_503", "try later")

    async with rig.running(rig.worker(handle)):
        await rig.submit("a", key=b"news.example")
        await rig.all_committed()

    (source,) = rig.broker.records(INTAKE)
    ((letter, notes),) = rig.dead()
    assert (letter.key, letter.value) == (source.key, source.value)
    assert letter.headers["submission-id"] == source.headers["submission-id"]
    assert notes.items() >= {
        "reason": "http_503", "detail": "http_503: try later", "attempts": "3", "stage": "fetch",
        "topic": INTAKE, "partition": str(source.partition.number), "offset": "0",
    }.items()  # fmt: skip
    (last,) = [e for e in rig.journal() if e.event == "dead"]
    assert (last.reason, last.detail, last.attempt) == ("http_503", "try later", 3)


async def test_the_journal_says_why_whatever_the_error_says(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        if event.text == "a":
            return Drop("no_article", "a gallery")
        raise Permanent("bad_url", "half a pair: \ud83c " + "x" * 1_000)

    async with rig.running(rig.worker(handle)):
        await rig.submit("a", "b")
        await rig.all_committed()

    dropped, dead_one = sorted(rig.journal(), key=lambda entry: entry.event, reverse=True)
    assert (dropped.event, dropped.reason, dropped.detail) == ("dropped", "no_article", "a gallery")
    assert dead_one.detail is not None
    assert dead_one.detail.startswith("half a pair: \\ud83c xxx")
    assert len(dead_one.detail) < 320


async def test_a_permanent_failure_is_tried_once(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise Permanent("http_404")

    async with rig.running(rig.worker(handle)):
        await rig.submit("a")
        await rig.all_committed()

    ((_, notes),) = rig.dead()
    assert (notes["reason"], notes["attempts"]) == ("http_404", "1")
    assert [e.event for e in rig.journal()] == ["dead"]


async def test_a_bug_is_retried_and_keeps_its_traceback(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise KeyError("no such thing")

    async with rig.running(rig.worker(handle)):
        await rig.submit("a")
        await rig.all_committed()

    ((_, notes),) = rig.dead()
    assert (notes["reason"], notes["class"], notes["attempts"]) == ("bug", "KeyError", "3")
    assert "test_worker_outcomes.py" in notes["traceback"]
    assert "no such thing" in notes["traceback"]


async def test_a_try_that_takes_too_long_is_a_transient_failure(rig: Rig) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    async with rig.running(rig.worker(handle, timeout=0.01)):
        await rig.submit("a")
        await rig.all_committed()

    ((_, notes),) = rig.dead()
    assert (notes["reason"], notes["attempts"]) == ("timeout", "3")


async def test_what_the_next_topic_does_not_take_is_buried(
    rigged: Callable[..., Rig], follows: Follow
) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event), follows(event, "x" * 1_000)]

    rig = rigged(limits={FETCHED: 500})
    async with rig.running(rig.worker(handle)):
        await rig.submit("a")
        await rig.all_committed()

    assert rig.reasons() == ["too_large"]
    assert [e.event for e in rig.journal()] == ["dead"]


async def test_what_its_schema_can_not_hold_is_buried(rig: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event, "half a pair: \ud83c" if event.text == "bad" else None)]

    async with rig.running(rig.worker(handle)):
        await rig.submit("a", "bad", "b")
        await rig.all_committed()

    assert rig.reasons() == ["unencodable"]
    assert sorted(rig.fetched()) == ["a", "b"]


async def test_garbage_is_buried_and_the_rest_goes_on(rig: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event)]

    async with rig.running(rig.worker(handle)):
        for value in (b"", b"<html>", b"\x00\x7f\x00\x00\x09", b'{"ulr": "x"}'):
            await rig.garbage(value)
        await rig.submit("a")
        await rig.all_committed()

    assert rig.reasons() == ["not_avro_or_json", "not_avro_or_json", "unknown_field",
                             "unknown_schema"]  # fmt: skip
    assert {notes["attempts"] for _, notes in rig.dead()} == {"0"}
    assert {letter.headers["own"] for letter, _ in rig.dead()} == {b"1"}
    assert rig.fetched() == ["a"]


async def test_a_dead_letter_that_fits_nowhere_goes_without_its_body(
    rigged: Callable[..., Rig],
) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        raise Permanent("http_404")

    rig = rigged(limits={dead("fetch"): 100})
    async with rig.running(rig.worker(handle)):
        await rig.submit("x" * 1_000)
        await rig.all_committed()

    ((letter, notes),) = rig.dead()
    (source,) = rig.broker.records(INTAKE)
    assert letter.value == b""
    assert notes["cut"] == str(len(source.value))
    assert letter.headers["submission-id"] == source.headers["submission-id"]


async def test_foreign_headers_do_not_stop_it(rig: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        return [follows(event)]

    junk = {headers.ACCEPTED_AT: b"9" * 15, headers.EVENT_ID: b"\xff", "traceparent": b"\xff"}
    async with rig.running(rig.worker(handle)):
        await rig.broker.send(INTAKE, key=None, value=b'{"text": "a"}', headers=junk)
        await rig.all_committed()

    assert rig.fetched() == ["a"]


async def test_an_article_that_can_not_be_named_is_still_handled(rig: Rig) -> None:
    def nobody(event: ArticleSubmitted) -> None:
        raise TypeError("no URL")

    async def handle(event: ArticleSubmitted) -> Outcome:
        raise Permanent("bad_url")

    worker = rig.worker(handle)
    object.__setattr__(worker._stage, "identify", nobody)
    async with rig.running(worker):
        await rig.submit("a")
        await rig.all_committed()

    (entry,) = rig.journal()
    assert entry.article_id is None
    assert entry.subject_id == entry.submission_id


async def test_every_hop_has_its_entry_in_the_journal(rig: Rig, follows: Follow) -> None:
    async def handle(event: ArticleSubmitted) -> Outcome:
        await asyncio.sleep(0.02)
        return [follows(event)]

    await rig.submit("a")
    await asyncio.sleep(0.02)  # the time that it is to have waited
    async with rig.running(rig.worker(handle)):
        await rig.all_committed()

    (source,) = rig.broker.records(INTAKE)
    (entry,) = rig.journal()
    assert entry.model_dump(exclude={"accepted_at", "at", "waited_ms", "worked_ms"}) == {
        "subject_id": uuid5(NAMESPACE_OID, "a"),
        "article_id": uuid5(NAMESPACE_OID, "a"),
        "until": None,
        "detail": None,
        "submission_id": headers.read(source).submission_id,
        "stage": "fetch",
        "event": "passed",
        "reason": None,
        "attempt": 1,
        "record_topic": INTAKE,
        "record_partition": source.partition.number,
        "record_offset": 0,
        "instance": "fetch@test",
        "versions": {"f": "1"},
    }
    assert entry.accepted_at.timestamp() * 1000 == pytest.approx(source.timestamp)
    assert 19 <= entry.waited_ms < 2_000
    assert 19 <= entry.worked_ms < 2_000
    assert (entry.at - entry.accepted_at).total_seconds() >= 0.039
    assert rig.broker.records(JOURNAL)[0].key == str(entry.subject_id).encode()
