from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest

from wireroom.events import Article, ArticleCleaned, ArticleSubmitted, Submission
from wireroom.replay import Letter, Place, place_of
from wireroom.wire.codec import Codec
from wireroom.wire.transport import Partition, Record

ID = b"0b7e2c5a-9d1f-5a33-8c55-0123456789ab"


def foreign(**sent: bytes) -> Letter:
    """Not buried by us."""
    return Letter(Record(Partition("dead.fetch", 0), 5, 0, None, b"x", sent))


async def test_what_was_noted_can_be_read(bury: Callable[..., Any]) -> None:
    article = uuid5(NAMESPACE_OID, "a")
    letter = await bury(article=article, submission_id=ID, event_id=ID)
    assert letter.id == "fetch/0/0"
    assert letter.note("reason") == "http_404"
    assert letter.origin == ("articles.intake", 3, 7)
    assert letter.article == article
    assert letter.submission == ID


def test_a_letter_that_nobody_of_us_wrote_has_no_notes_but_ids_of_its_place() -> None:
    letter = foreign()
    assert letter.note("reason") == ""
    assert letter.origin is None
    assert letter.article is None
    assert len(letter.submission) == 36
    assert foreign(**{"dead-article": b"no id"}).article is None
    assert len(foreign(**{"submission-id": b"?" * 36}).submission) == 36


def test_an_id_can_be_written_and_read() -> None:
    assert place_of(str(Place("clean", 2, 77))) == Place("clean", 2, 77)


@pytest.mark.parametrize("text", ["", "clean", "clean/1", "clean/1/x", "clean/1/2/3"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|invalid literal"):
        place_of(text)


async def test_the_host_is_that_of_the_url_handed_in(
    bury: Callable[..., Any], codec: Codec
) -> None:
    url = "https://News.Example.org/a"
    json = await bury(b'{"url": "https://News.Example.org/a"}', key=None)
    assert json.host(codec, ArticleSubmitted) == "news.example.org"
    cleaned = ArticleCleaned(
        article_id=uuid5(NAMESPACE_OID, url), submission=Submission(url=url),
        article=Article(text="x"),
    )  # fmt: skip
    later = await bury(codec.encode(cleaned), stage="classify", key=cleaned.key)
    assert later.host(codec, ArticleCleaned) == "news.example.org"


async def test_of_what_is_no_event_the_host_is_the_key(
    bury: Callable[..., Any], codec: Codec
) -> None:
    assert (await bury(b"\xff", key=b"a.example")).host(codec, ArticleSubmitted) == "a.example"
    assert (await bury(b"\xff", key=None)).host(codec, ArticleSubmitted) is None
    no_url = await bury(b'{"text": "only text"}')
    assert no_url.host(codec, ArticleSubmitted) is None
    assert (await bury(b'{"url": "mailto:x"}')).host(codec, ArticleSubmitted) is None
