"""What a record says; a record of the intake says something whatever its bytes."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom import urls
from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.ledger.entries import of_intake, of_journal
from wireroom.ledger.states import folded, state
from wireroom.wire import headers
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Headers, Partition, Record

CODEC = Codec(Schemas())
TIME = 1_772_000_000_000


def record(
    value: bytes, sent: Headers | None = None, *, topic: str = "articles.intake", offset: int = 5
) -> Record:
    return Record(Partition(topic, 2), offset, TIME, None, value, sent or {})


@given(
    st.binary(max_size=60),
    st.dictionaries(
        st.sampled_from(["submission-id", "accepted-at", "event-id"]), st.binary(max_size=40)
    ),
)
def test_any_bytes_in_the_intake_are_an_accepted_record(
    value: bytes, sent: dict[str, bytes]
) -> None:
    one = record(value, sent)
    told = of_intake(one, CODEC)
    assert told.story.intake
    assert told.story.submission == headers.read(one).submission_id
    assert state(told.story).name == "in flight"


def test_what_the_intake_knows_of_an_article() -> None:
    event = ArticleSubmitted(
        url="https://News.example/a?utm_source=x", submitted_by="desk", lane="backfill", probe=True
    )
    key = UUID(int=7)
    told = of_intake(record(CODEC.encode(event), headers.first(key)), CODEC).story
    assert (told.submission, told.article) == (key, urls.article_id("https://news.example/a"))
    assert (told.source, told.submitted_by, told.lane, told.probe) == (
        "news.example",
        "desk",
        "backfill",
        True,
    )


def test_a_url_that_is_none_and_a_text_leave_the_article_to_the_journal() -> None:
    for event in (ArticleSubmitted(url="http://[::1"), ArticleSubmitted(text="Words.")):
        assert of_intake(record(CODEC.encode(event)), CODEC).story.article is None


def test_a_moved_copy_and_its_original_are_one_record() -> None:
    event = CODEC.encode(ArticleSubmitted(url="https://news.example/a"))
    original = record(event)
    envelope = headers.read(original)
    moved = record(
        event, {**envelope.headers(), headers.MOVED_FROM: b"articles.intake/2/5"}, offset=9
    )
    told = [of_intake(one, CODEC).story for one in (moved, original)]
    assert len(folded(told)) == 1
    assert folded(told) == folded(reversed(told))


def test_texts_that_no_table_takes_are_made_so_that_one_does() -> None:
    event = b'{"text": "x", "submitted_by": "a\\u0000b' + b"c" * 400 + b'"}'
    assert of_intake(record(event), CODEC).story.submitted_by == "ab" + "c" * 197


def test_a_line_that_is_none_is_undecodable() -> None:
    with pytest.raises(Undecodable):
        of_journal(record(b"{}", topic=ArticleJournal.topic), CODEC)
