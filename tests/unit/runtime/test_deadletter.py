from __future__ import annotations

from wireroom.runtime import deadletter
from wireroom.runtime.errors import Permanent, Transient
from wireroom.wire import headers
from wireroom.wire.transport import Headers, Partition, Record

RECORD = Record(Partition("articles.intake", 3), 42, 1_700_000_000_000, b"k", b"v", {"own": b"1"})


def written(error: Exception) -> Headers:
    return deadletter.headers_for(RECORD, headers.read(RECORD), error, {"stage": "fetch"})


def raised(text: str) -> Exception:
    try:
        raise KeyError(text)
    except KeyError as error:
        return error


def test_it_says_what_where_and_why() -> None:
    notes = deadletter.notes(written(Permanent("http_404", "gone for good")))
    assert notes.items() >= {
        "reason": "http_404",
        "detail": "http_404: gone for good",
        "class": "Permanent",
        "topic": "articles.intake",
        "partition": "3",
        "offset": "42",
        "stage": "fetch",
    }.items()  # fmt: skip
    assert "traceback" not in notes


def test_the_record_gets_its_own_headers_back() -> None:
    died = written(raised("x"))
    assert deadletter.restored(died) == {"own": b"1", **headers.read(RECORD).headers()}
    again = Record(RECORD.partition, 99, 0, b"k", b"v", deadletter.restored(died))
    assert headers.read(again) == headers.read(RECORD)


def test_dying_again_replaces_what_was_noted() -> None:
    first = Record(RECORD.partition, 43, 0, b"k", b"v", written(raised("x")))
    again = deadletter.headers_for(first, headers.read(first), Permanent("http_410"), {})
    assert deadletter.notes(again)["reason"] == "http_410"
    assert "traceback" not in deadletter.notes(again)
    assert headers.read(first).event_id == headers.read(RECORD).event_id


def test_a_bug_keeps_the_end_of_its_traceback() -> None:
    notes = deadletter.notes(written(raised("x" * 9_000)))
    assert notes["reason"] == "bug"
    assert len(notes["traceback"]) == deadletter.MAX_TRACEBACK
    assert len(notes["detail"]) == deadletter.MAX_DETAIL


def test_the_hash_groups_by_place_not_by_words() -> None:
    one, two = raised("a"), raised("b")
    assert deadletter.hash_of(one) == deadletter.hash_of(two)
    assert deadletter.hash_of(one) != deadletter.hash_of(Transient("timeout"))


def test_words_that_no_bytes_can_hold_are_written_out() -> None:
    assert written(Permanent("bad", "half \ud83c"))["dead-detail"] == rb"bad: half \ud83c"


def test_without_its_body_it_keeps_who_it_was_and_what_was_noted() -> None:
    stub = deadletter.without_body(written(Permanent("too_large")), 7_000_000)
    notes = deadletter.notes(stub)
    assert (notes["cut"], notes["offset"]) == ("7000000", "42")
    again = Record(Partition("dead.fetch", 0), 0, 0, None, b"", stub)
    assert headers.read(again).submission_id == headers.read(RECORD).submission_id
    assert "own" not in stub
