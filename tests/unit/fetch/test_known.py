"""Pages that are known: asked for news only, seen to be the same, read anew once a week."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from wireroom import urls
from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.fetch.handler import World, handle
from wireroom.runtime.errors import Permanent, Transient
from wireroom.runtime.stage import Drop, Outcome, Unchanged
from wireroom.storage.rows import Seen
from wireroom.web.client import Page, Validators
from wireroom.web.errors import Failed

URL = "https://paper.test/2026/harbour"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HTML = b"<!doctype html><title>Harbour</title><p>The harbour opens again.</p>"
SAME = Unchanged("not_modified")


def seen(age: timedelta = timedelta(days=1), **changed: object) -> Seen:
    values: dict[str, object] = {
        "etag": 'W/"1-ä"',
        "last_modified": "Mon, 23 Nov 2026 12:00:00 GMT",
        "body_hash": sha256(HTML).digest(),
        "fetched_at": NOW - age,
        **changed,
    }
    return Seen(**values)  # type: ignore[arg-type]  # by name


@dataclass
class Site:
    """Answers with ``pages`` by URL; notes what it was asked."""

    pages: dict[str, Page]
    sent: list[tuple[str, Validators | None]] = field(default_factory=list)

    async def get(self, url: str, *, validators: Validators | None = None) -> Page:
        self.sent.append((url, validators))
        if url not in self.pages:
            raise Failed("robots")
        return self.pages[url]


def answer(body: bytes = HTML, status: int = 200, **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(URL, status, {"content-type": "text/html", **named}, body)


async def run(
    site: Site | Page, known: Seen | None, *, event: ArticleSubmitted | None = None
) -> Outcome:
    async def look(article_id: UUID) -> Seen | None:
        assert article_id == urls.article_id(URL)
        return known

    site = site if isinstance(site, Site) else Site({URL: site})
    world = World(get=site.get, clock=lambda: NOW, known=look)
    return await handle(event or ArticleSubmitted(url=URL), world=world)


async def article(site: Site | Page, known: Seen | None = None) -> ArticleFetched:
    outcome = await run(site, known)
    assert not isinstance(outcome, Drop | Unchanged)
    (event,) = outcome
    assert isinstance(event, ArticleFetched)
    return event


async def test_the_first_time_nothing_is_sent_and_everything_is_kept() -> None:
    site = Site({URL: answer(etag='W/"1-ä"', last_modified="yesterday, I think")})
    event = await article(site)
    assert site.sent == [(URL, None)]
    assert event.validators is not None
    assert event.validators.etag == 'W/"1-ä"'
    assert event.validators.last_modified == "yesterday, I think"
    assert event.validators.body_hash == sha256(HTML).digest()
    assert event.validators.fetched_at == event.fetched_at == NOW


async def test_validators_go_back_byte_for_byte_both() -> None:
    site = Site({URL: answer(b"", 304)})
    assert await run(site, seen()) == SAME
    assert site.sent == [(URL, Validators('W/"1-ä"', "Mon, 23 Nov 2026 12:00:00 GMT"))]


@pytest.mark.parametrize("known", [seen(), seen(etag=None, last_modified=None)])
async def test_the_same_body_is_the_same_page_whatever_its_headers_say(known: Seen) -> None:
    assert await run(answer(etag='"new each time"'), known) == SAME


async def test_another_body_is_news() -> None:
    event = await article(answer(HTML + b"<p>And closes.", etag='"2"'), seen())
    assert event.validators is not None
    assert event.validators.etag == '"2"'


async def test_without_validators_the_body_alone_is_compared() -> None:
    site = Site({URL: answer()})
    assert await run(site, seen(etag=None, last_modified=None)) == SAME
    assert site.sent == [(URL, None)]


@pytest.mark.parametrize(
    ("age", "asks"),
    [(timedelta(days=6, hours=23), True), (timedelta(days=7), False)],
)
async def test_once_a_week_a_page_comes_whole_and_is_read_anew(age: timedelta, asks: bool) -> None:
    site = Site({URL: answer()})
    outcome = await run(site, seen(age))
    assert (site.sent[0][1] is not None) == asks == (outcome == SAME)


async def test_a_probe_goes_the_whole_way() -> None:
    site = Site({URL: answer()})
    outcome = await run(site, seen(), event=ArticleSubmitted(url=URL, probe=True))
    assert outcome != SAME
    assert site.sent == [(URL, None)]


async def test_content_that_is_handed_in_is_not_compared_with_the_page() -> None:
    outcome = await run(Site({}), seen(), event=ArticleSubmitted(url=URL, html=HTML))
    assert isinstance(outcome, list)
    (event,) = outcome
    assert isinstance(event, ArticleFetched)
    assert (event.validators, event.signals) == (None, ())


async def test_a_304_that_nobody_asked_for_is_an_error_of_the_site() -> None:
    with pytest.raises(Permanent, match="http_304"):
        await run(answer(b"", 304), None)


async def test_a_304_behind_a_redirect_is_the_same_page() -> None:
    moved = Page("https://paper.test/new/harbour", 304, {}, b"", (URL,))
    assert await run(moved, seen()) == SAME


async def test_a_304_of_the_front_page_is_none_of_the_article() -> None:
    gone = Page("https://paper.test/", 304, {}, b"", (URL,))
    assert await run(gone, seen()) == Drop("redirect_to_home")


async def test_an_empty_page_is_not_kept() -> None:
    assert await run(answer(b" "), None) == Drop("empty")


@pytest.mark.parametrize("etag", ["x" * 1_001, "a\udcff", "a\x00b", ""])
async def test_a_validator_that_cannot_be_sent_back_as_it_came_is_left_out(etag: str) -> None:
    event = await article(answer(etag=etag))
    assert event.validators is not None
    assert event.validators.etag is None


# Pages that send their readers on

PLACE = "https://paper.test/here"
ONWARD = b'<html><meta http-equiv="refresh" content="0; url=/here"><p>Moved.'


async def test_a_refresh_is_followed_as_a_hop() -> None:
    site = Site({URL: answer(ONWARD), PLACE: Page(PLACE, 200, {}, HTML)})
    event = await article(site, seen(body_hash=b"other"))
    assert (event.final_url, event.aliases) == (PLACE, ())
    assert [url for url, _ in site.sent] == [URL, PLACE]
    assert site.sent[0][1] == site.sent[1][1] is not None


async def test_hops_before_and_behind_a_refresh_are_kept() -> None:
    first = Page("https://paper.test/b", 200, {}, ONWARD, (URL,))
    site = Site({URL: first, PLACE: Page("https://paper.test/c", 200, {}, HTML, (PLACE,))})
    event = await article(site)
    assert event.final_url == "https://paper.test/c"
    assert event.aliases == ("https://paper.test/b", PLACE)


async def test_a_second_refresh_is_not_followed() -> None:
    again = Page(PLACE, 200, {}, ONWARD.replace(b"/here", b"/there"))
    event = await article(Site({URL: answer(ONWARD), PLACE: again}))
    assert event.final_url == PLACE


async def test_what_is_refused_behind_a_refresh_ends_the_article() -> None:
    assert await run(Site({URL: answer(ONWARD)}), None) == Drop("robots")


async def test_a_refresh_to_the_front_page_is_seen() -> None:
    home = "https://paper.test/"
    site = Site({URL: answer(ONWARD.replace(b"/here", b"/")), home: Page(home, 200, {}, HTML)})
    assert await run(site, None) == Drop("redirect_to_home")


# What the page says, and when it was announced


async def test_signals_travel_with_the_page_and_judge_nothing() -> None:
    event = await article(answer(HTML + b'{"isAccessibleForFree": false}', tdm_reservation="1"))
    assert event.signals == ("paywall", "tdm_reserved")


@pytest.mark.parametrize(("minutes", "error"), [(9, Transient), (10, Permanent)])
async def test_a_page_that_was_just_announced_may_come_later(
    minutes: int, error: type[Exception]
) -> None:
    site = Site({URL: answer(b"", 404)})
    accepted = NOW - timedelta(minutes=minutes)
    world = World(get=site.get, clock=lambda: NOW, accepted=lambda: accepted)
    with pytest.raises(error, match="http_404"):
        await handle(ArticleSubmitted(url=URL), world=world)
