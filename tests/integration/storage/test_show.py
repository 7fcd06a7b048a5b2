from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from wireroom import urls
from wireroom.storage import Pool
from wireroom.storage.reading import show
from wireroom.storage.rows import Alias, Row

from .sample import article, body, put, row

URL = "https://www.a.example/news/story?id=7"
SHORT = "https://a.example/s/7"
COPY = "https://b.example/copy"


def _full() -> Row:
    return replace(
        row(URL, body("bridges")),
        canonical_url=SHORT,
        aliases=(Alias(urls.article_id(SHORT), SHORT),),
        authors=('Ann "Quill" Writer', "O\\Neill, {B}", ""),
        subjects='[{"uri":"medtop:1","name":"n","confidence":0.5,"evidence":["bridge"]}]',
        headlines=(("One more story", "en"), ("Encore une", None)),
        removed='[{"rule":"trailer","at":5,"length":9}]',
        versions='{"clean":"1"}',
        blocks='[{"kind":"heading","level":2,"lines":1}]',
    )


@pytest.mark.parametrize(
    "asked",
    [
        URL,
        "http://WWW.a.example:80/news/story?utm_source=x&id=7#top",
        "www.a.example/news/story?id=7",
        SHORT,
        str(article(URL)),
        f" {str(article(URL)).upper()} ",
    ],
)
async def test_an_article_is_found_by_id_and_by_every_url_in_any_spelling(
    pool: Pool, asked: str
) -> None:
    await put(pool, _full(), row(COPY, body("bridges"), minute=1))
    shown = await show(pool, asked)
    assert shown is not None
    assert shown["article_id"] == article(URL)


async def test_a_copy_is_shown_as_itself_and_names_its_original(pool: Pool) -> None:
    await put(pool, _full(), row(COPY, body("bridges"), minute=1))
    shown = await show(pool, COPY)
    assert shown is not None
    assert (shown["article_id"], shown["duplicate_of"]) == (article(COPY), article(URL))


@pytest.mark.parametrize("asked", ["https://nowhere.example/", "not a url", "", "mailto:a@b.c"])
async def test_what_is_not_there_is_none(pool: Pool, asked: str) -> None:
    assert await show(pool, asked) is None


async def test_everything_that_was_written_comes_back(pool: Pool) -> None:
    given = _full()
    (done,) = await put(pool, given)
    shown = await show(pool, URL)
    assert shown == {
        "article_id": given.article_id,
        "url": URL,
        "canonical_url": SHORT,
        "source": None,
        "title": "A title",
        "text": given.text,
        "authors": list(given.authors),
        "published_at": None,
        "language": "en",
        "subjects": [{"uri": "medtop:1", "name": "n", "confidence": 0.5, "evidence": ["bridge"]}],
        "keyphrases": [],
        "copyright_notice": None,
        "headlines": [
            {"text": "One more story", "language": "en"},
            {"text": "Encore une", "language": None},
        ],
        "removed": [{"rule": "trailer", "at": 5, "length": 9}],
        "revision": 1,
        "duplicate_of": None,
        "first_seen_at": given.accepted_at,
        "indexed_at": done.indexed_at,
        "versions": {"clean": "1"},
        "details": {},
        "evidence": [],
        "blocks": [{"kind": "heading", "level": 2, "lines": 1}],
        "modified_at": None,
        "provenance": {},
        "published_offset": None,
        "zone_assumed": False,
        "revisions": [],
    }
    assert orjson.loads(orjson.dumps(shown))["article_id"] == str(given.article_id)


async def test_headlines_are_those_of_the_present_text(pool: Pool) -> None:
    await put(pool, _full())
    await put(pool, replace(row(URL, body("tunnels"), minute=1), headlines=(("New", "en"),)))
    shown = await show(pool, URL)
    assert shown is not None
    assert shown["headlines"] == [{"text": "New", "language": "en"}]
