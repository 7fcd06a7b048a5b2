from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.wire import headers
from wireroom.wire.headers import ACCEPTED_AT, CAUSED_BY, EVENT_ID, SUBMISSION_ID, Envelope
from wireroom.wire.transport import Headers, Partition, Record

NAMES = (EVENT_ID, SUBMISSION_ID, ACCEPTED_AT, CAUSED_BY, "traceparent", "tracestate", "other")


def record(sent: Headers, offset: int = 7, number: int = 2) -> Record:
    return Record(Partition("articles.intake", number), offset, 1_700_000_000_123, None, b"", sent)


def test_a_record_without_headers_gets_ids_from_its_place() -> None:
    one, again = headers.read(record({})), headers.read(record({}))
    assert one == again
    assert one.event_id == one.submission_id
    assert one.accepted_ms == 1_700_000_000_123
    others = [headers.read(record({}, offset=8)), headers.read(record({}, number=3))]
    assert len({e.event_id for e in (one, *others)}) == 3


def test_what_follows_has_ids_that_can_be_repeated() -> None:
    envelope = headers.read(record({}))
    first = envelope.following("articles.fetched", 0)
    assert first == headers.read(record({})).following("articles.fetched", 0)
    rest = [envelope.following("articles.fetched", 1), envelope.following("other", 0)]
    assert len({h[EVENT_ID] for h in (first, *rest)}) == 3
    assert {h[CAUSED_BY] for h in (first, *rest)} == {str(envelope.event_id).encode()}


def test_submission_acceptance_and_trace_go_all_the_way() -> None:
    sent = {**headers.first(), "traceparent": b"00-ab-cd-01", "tracestate": b"a=b", "private": b"x"}
    envelope = headers.read(record(sent))
    for hop in range(3):
        later = headers.read(record(envelope.following("t", 0), offset=hop))
        assert later.submission_id == envelope.submission_id
        assert later.accepted_ms == 1_700_000_000_123
        assert dict(later.trace) == {"traceparent": b"00-ab-cd-01", "tracestate": b"a=b"}
        assert later.event_id != envelope.event_id
        envelope = later
    assert b"x" not in envelope.headers().values()


def test_a_publisher_may_set_its_own_submission_id() -> None:
    mine = uuid4()
    assert headers.read(record(headers.first(mine))).submission_id == mine


@pytest.mark.parametrize("junk", [b"", b"\xff" * 36, b"x" * 36, b"1" * 200, b"\xd9\xa1" * 18])
def test_an_id_that_is_none_counts_as_missing(junk: bytes) -> None:
    sent = {EVENT_ID: junk, SUBMISSION_ID: junk}
    assert headers.read(record(sent)) == headers.read(record({}))


@pytest.mark.parametrize("junk", [b"-1", b"1.5", b"now", b"", b"9" * 15, b"9" * 400, b"\xb2"])
def test_an_acceptance_that_no_clock_shows_counts_as_missing(junk: bytes) -> None:
    assert headers.read(record({ACCEPTED_AT: junk})).accepted_ms == 1_700_000_000_123


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=60) | st.from_regex(rb"[0-9]+")))
@settings(max_examples=300)
def test_foreign_headers_never_stop_anything(sent: dict[str, bytes]) -> None:
    envelope = headers.read(record(sent))
    assert isinstance(envelope, Envelope)
    assert envelope.accepted_at.year >= 1970
    assert isinstance(UUID(envelope.following("t", 0)[EVENT_ID].decode()), UUID)
