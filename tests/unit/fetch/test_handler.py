"""What a submission becomes: inline content, a fetched page, or the right kind of end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from backports import zstd

from wireroom import __version__, urls
from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.fetch.handler import World, belongs, handle, identify
from wireroom.runtime.errors import Permanent
from wireroom.runtime.stage import Drop, Outcome
from wireroom.web.client import Page, Validators
from wireroom.web.errors import Failed, Refused, WebError

URL = "https://paper.test/2026/harbour?utm_source=x"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HTML = b"<!doctype html><title>Harbour</title><p>The harbour opens again.</p>"


async def no_web(url: str, *, validators: Validators | None = None) -> Page:
    raise AssertionError(f"asked for {url}")


async def run(event: ArticleSubmitted, answer: Page | WebError | None = None) -> Outcome:
    async def get(url: str, *, validators: Validators | None = None) -> Page:
        if isinstance(answer, WebError):
            raise answer
        assert answer is not None
        return answer

    return await handle(event, world=World(get=get if answer else no_web, clock=lambda: NOW))


async def fetched(event: ArticleSubmitted, answer: Page | None = None) -> ArticleFetched:
    outcome = await run(event, answer)
    assert not isinstance(outcome, Drop)
    (article,) = outcome
    assert isinstance(article, ArticleFetched)
    return article


def page(
    body: bytes = HTML,
    *,
    status: int = 200,
    url: str = URL,
    hops: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
) -> Page:
    named = {"content-type": "text/html; charset=utf-8"} if headers is None else headers
    return Page(url, status, named, body, hops)


async def test_a_page_goes_on_with_everything_that_is_known() -> None:
    event = ArticleSubmitted(
        url=URL, title="Harbour", authors=("A. Writer",), submitted_by="desk", probe=True
    )
    moved = "https://www.paper.test/harbour"
    article = await fetched(event, page(url=moved, hops=(URL, "https://www.paper.test/h")))
    assert article.article_id == urls.article_id("https://paper.test/2026/harbour")
    assert article.final_url == moved
    assert article.aliases == ("https://www.paper.test/h",)
    assert article.fetched_at == NOW
    assert article.content_type == "text/html; charset=utf-8"
    assert article.html is not None
    assert zstd.decompress(article.html) == HTML
    assert article.text is None
    assert (article.submission.url, article.submission.submitted_by) == (URL, "desk")
    assert article.submission.probe
    assert (article.hint.title, article.hint.authors) == ("Harbour", ("A. Writer",))
    assert article.versions == {"fetch": __version__}


async def test_an_inline_page_is_passed_on_untouched() -> None:
    article = await fetched(ArticleSubmitted(url=URL, html=b"\x00 not even html"))
    assert article.html is not None
    assert zstd.decompress(article.html) == b"\x00 not even html"
    assert article.article_id == urls.article_id(URL)


async def test_an_inline_text_is_known_by_what_it_says() -> None:
    article = await fetched(ArticleSubmitted(text="The  harbour opens."))
    assert article.text == "The  harbour opens."
    assert article.article_id == urls.text_article_id("the harbour opens.")
    assert article.final_url is None


async def test_text_wins_over_a_page_but_the_url_names_the_article() -> None:
    article = await fetched(ArticleSubmitted(url=URL, html=HTML, text="Text."))
    assert (article.text, article.html) == ("Text.", None)
    assert article.article_id == urls.article_id(URL)


async def test_blank_content_is_no_content() -> None:
    article = await fetched(ArticleSubmitted(url=URL, html=b"", text=" \n"), page())
    assert article.html is not None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ArticleSubmitted(), "nothing_to_fetch"),
        (ArticleSubmitted(text="  "), "nothing_to_fetch"),
        (ArticleSubmitted(html=HTML), "html_without_url"),
        (ArticleSubmitted(url="not a url", text="x"), "url_invalid"),
        (ArticleSubmitted(url="ftp://paper.test/a", html=HTML), "url_invalid"),
    ],
)
async def test_a_submission_in_error_never_works(event: ArticleSubmitted, reason: str) -> None:
    with pytest.raises(Permanent) as caught:
        await run(event)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(b"%PDF-1.7 ..."), "not_html"),
        (page(b'{"a": 1}'), "not_html"),
        (page(b'<?xml version="1.0"?><rss></rss>'), "not_html"),
        (page(b"body { color: red }", headers={"content-type": "text/css"}), "not_html"),
        (page(b" \n"), "empty"),
        (page(b"", status=204), "empty"),
        (page(url="https://paper.test/", hops=(URL,)), "redirect_to_home"),
        (page(url="https://www.paper.test", hops=(URL,)), "redirect_to_home"),
        (Failed("robots"), "robots"),
        (Failed("too_large"), "too_large"),
    ],
)
async def test_what_is_no_article_is_dropped(answer: Page | WebError, reason: str) -> None:
    assert await run(ArticleSubmitted(url=URL), answer) == Drop(reason)


@pytest.mark.parametrize(
    ("start", "end"),
    [("https://paper.test", "https://www.paper.test/"), (URL, "https://paper.test/?p=5")],
)
async def test_a_redirect_to_a_root_may_still_be_an_article(start: str, end: str) -> None:
    await fetched(ArticleSubmitted(url=start), page(url=end, hops=(start,)))


@pytest.mark.parametrize(
    ("body", "headers", "text"),
    [
        (b"The harb\xc3\xb6r.", {"content-type": "text/plain"}, "The harbör."),
        (b"The harb\xf6r.", {}, "The harbör."),
        (b"The harb\xf6r.", {"content-type": "text/plain; charset=latin-1"}, "The harbör."),
        (b"The harb\xc3\xb6r.", {"content-type": "text/plain; charset=odd"}, "The harbör."),
        ("\ufeffThe harbör.".encode("utf-16-le"), {}, "The harbör."),
        (b"Half a letter +2AA-", {"content-type": "text/plain; charset=utf-7"}, "Half a letter ?"),
    ],
)
async def test_plain_text_goes_on_as_text(body: bytes, headers: dict[str, str], text: str) -> None:
    article = await fetched(ArticleSubmitted(url=URL), page(body, headers=headers))
    assert (article.text, article.html) == (text, None)


async def test_text_that_the_server_calls_a_page_is_a_page() -> None:
    article = await fetched(ArticleSubmitted(url=URL), page(b"Words first, then <p>markup"))
    assert article.html is not None


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (ArticleSubmitted(url=URL, text="x"), urls.article_id(URL)),
        (ArticleSubmitted(text="x"), urls.text_article_id("x")),
        (ArticleSubmitted(url="no url"), None),
        (ArticleSubmitted(html=HTML), None),
    ],
)
def test_the_article_is_named_before_it_is_fetched(event: ArticleSubmitted, named: object) -> None:
    assert identify(event) == named


async def test_a_url_of_another_scheme_is_refused_for_good() -> None:
    with pytest.raises(Permanent, match="scheme"):
        await run(ArticleSubmitted(url="ftp://example.org/a"), Refused("scheme", "ftp"))


# Which partition it belongs to


@pytest.mark.parametrize(
    ("submission", "key"),
    [
        ({"url": "https://Harbour-Gazette.example:443/a?b"}, b"harbour-gazette.example"),
        ({"url": "https://harbour-gazette.example/a", "text": " "}, b"harbour-gazette.example"),
        ({"url": "https://harbour-gazette.example/a", "text": "A storm."}, None),
        ({"url": "https://harbour-gazette.example/a", "html": b"<p>A storm."}, None),
        ({"text": "A storm."}, None),
        ({"url": "no address"}, None),
    ],
)
def test_only_what_has_to_be_fetched_belongs_to_its_host(
    submission: dict[str, Any], key: bytes | None
) -> None:
    assert belongs(ArticleSubmitted.model_validate(submission)) == key
