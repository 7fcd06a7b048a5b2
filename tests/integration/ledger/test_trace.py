"""An article's biography, found by whatever name it is asked for."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from rich.console import Console
from tests.integration.ledger.test_service import read_all
from tests.integration.storage.sample import body, put, row, text_row

from wireroom import urls
from wireroom.cli.trace import show
from wireroom.storage import Pool
from wireroom.storage.ledger_trace import trace
from wireroom.wire.memory import MemoryBroker

from . import stream

REMOVED = (
    '[{"rule": "share_bar", "at": 0, "length": 40}, {"rule": "share_bar", "at": 90, "length": 2}]'
)
SUBJECTS = '[{"uri": "medtop:15000000", "name": "sport", "confidence": 0.8, "evidence": ["goal"]}]'


async def known(pool: Pool, end: str = "indexed") -> UUID:
    """Submission of article 1, with its row and all its hops."""
    broker, key = MemoryBroker(partitions=1), stream.new()
    await stream.hand_in(broker, {key: 1})
    await stream.journal(broker, stream.way(key, 1, end))
    article = replace(row(stream.url(1), body("a match")), removed=REMOVED, subjects=SUBJECTS)
    await put(pool, article)
    await read_all(pool, broker)
    return key


def screen(found: dict[str, object]) -> str:
    console = Console(width=180, record=True, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        show(console, found)
    return captured.get()


async def test_it_is_found_by_article_by_submission_and_by_any_form_of_its_url(pool: Pool) -> None:
    key = await known(pool)
    names = [
        str(urls.article_id(stream.url(1))),
        str(key),
        stream.url(1),
        f"  {stream.url(1).upper().replace('STORY', 'story')}?utm_source=x#top ",
        stream.url(1).removeprefix("https://"),
    ]
    for name in names:
        found = await trace(pool, name)
        assert found is not None, name
        (submission,) = found["submissions"]
        assert submission["submission_id"] == str(key)
        assert [hop["stage"] for hop in submission["hops"]] == [
            "fetch",
            "clean",
            "classify",
            "index",
        ]
        assert found["article"]["url"] == stream.url(1)


async def test_one_screen_says_hops_places_versions_decisions_and_what_was_removed(
    pool: Pool,
) -> None:
    await known(pool)
    found = await trace(pool, stream.url(1))
    assert found is not None
    shown = screen(found)
    for words in (
        "indexed", "accepted", "by test", "fetch", "passed", "articles.fetch/1/1", "2 ms", "3 ms",
        "en 0.00, by", "sport 0.80: goal", "share_bar: 42 characters in 2 places", "A title",
    ):  # fmt: skip
        assert words in shown, words
    assert len(shown.splitlines()) < 40


async def test_a_copy_is_found_by_the_link_in_its_text_and_names_its_original(pool: Pool) -> None:
    text = body("a strike")
    original = row("https://agency.example/strike", text)
    copy = text_row(text, link="https://paper.example/strike?id=7", minute=1)
    await put(pool, original)
    await put(pool, copy)
    found = await trace(pool, "https://paper.example/strike?id=7&utm_medium=mail")
    assert found is not None
    assert found["article"]["article_id"] == str(copy.article_id)
    assert found["article"]["duplicate_of"] == str(original.article_id)
    assert f"copy of    {original.article_id}" in screen(found)
    assert "knows nothing of how it came here" in screen(found)
    first = await trace(pool, "https://agency.example/strike")
    assert first is not None
    assert f"copied by  {copy.article_id}" in screen(first)


async def test_what_died_on_the_way_tells_why_and_has_no_row(pool: Pool) -> None:
    broker, key = MemoryBroker(partitions=1), stream.new()
    await stream.hand_in(broker, {key: 3})
    why = {"reason": "http_404", "detail": "the site says \0 so"}
    await stream.journal(broker, [stream.line(key, 3, "fetch", "dead", 1, **why)])
    await read_all(pool, broker)
    found = await trace(pool, stream.url(3))
    assert found is not None
    assert found["article"] is None
    shown = screen(found)
    assert "dead(fetch, http_404); `wireroom dead list --stage fetch`" in shown
    assert "dead http_404: the site says  so" in shown


async def test_what_is_parked_tells_until_when(pool: Pool) -> None:
    broker, key = MemoryBroker(partitions=1), stream.new()
    until = stream.START + stream.timedelta(days=1)
    await stream.hand_in(broker, {key: 4})
    await stream.journal(
        broker, [stream.line(key, 4, "fetch", "parked", 1, reason="host_busy", until=until)]
    )
    await read_all(pool, broker)
    found = await trace(pool, str(key))
    assert found is not None
    assert f"parked(fetch, host_busy) until {until:%Y-%m-%d %H:%M:%S}, in " in screen(found)


async def test_the_same_article_handed_in_twice_has_two_submissions(pool: Pool) -> None:
    broker, keys = MemoryBroker(partitions=1), [stream.new(), stream.new()]
    await stream.hand_in(broker, dict.fromkeys(keys, 5))
    await stream.journal(broker, [*stream.way(keys[0], 5), *stream.way(keys[1], 5, "unchanged")])
    await read_all(pool, broker)
    found = await trace(pool, stream.url(5))
    assert found is not None
    assert sorted(one["state"] for one in found["submissions"]) == ["indexed", "unchanged"]
    assert all(len(one["hops"]) == 4 for one in found["submissions"])


@pytest.mark.parametrize("name", ["https://nothing.example/", str(UUID(int=5)), "no name at all"])
async def test_what_nobody_knows_is_nothing(pool: Pool, name: str) -> None:
    assert await trace(pool, name) is None


async def test_a_revised_article_tells_when_its_texts_were_replaced(pool: Pool) -> None:
    await put(pool, row(stream.url(8), body("a first text")))
    await put(pool, row(stream.url(8), body("a second text"), minute=5))
    found = await trace(pool, stream.url(8))
    assert found is not None
    assert f"2; replaced {found['article']['revisions'][0]['replaced_at'][:10]}" in screen(found)
