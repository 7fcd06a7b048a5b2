"""A page without an article says what it is instead."""

from __future__ import annotations

import pytest

from wireroom.clean.absent import too_short, why
from wireroom.clean.extracted import Extracted, LeftOut
from wireroom.clean.page import article
from wireroom.clean.reasons import REASONS, NoArticle
from wireroom.runtime.journal import MOST_DETAIL

URL = "https://a.example/2026/03/ferry"
SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said. "


def html(main: str, head: str = "") -> bytes:
    return (
        f"<!doctype html><html><head><title>The ferry runs again</title>{head}</head><body><main>"
        f"<h1>The ferry runs again</h1>{main}</main></body></html>"
    ).encode()


def typed(kind: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "{kind}", "name": "x"}}</script>'


PAID = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}'
LINKS = "".join(f"<li><a href='/{n}'>The story with number {n}</a></li>" for n in range(50))
PAGES = {
    "paywall": html(f"<p>{SENTENCE}</p><p>Subscribe to continue reading.</p>", PAID + "</script>"),
    "consent_wall": html("<p>We and our partners use cookies. Accept all cookies?</p>"),
    "script_rendered": html("<p>Please enable JavaScript to read this page.</p>"),
    "live_blog": html(f"<p>{SENTENCE}</p>", typed("LiveBlogPosting")),
    "gallery": html(f"<p>{SENTENCE}</p>", typed("ImageGallery")),
    "video": html(f"<p>{SENTENCE}</p>", typed("VideoObject")),
    "audio": html(f"<p>{SENTENCE}</p>", typed("AudioObject")),
    "index_page": f"<!doctype html><html><body><ul>{LINKS}</ul></body></html>".encode(),
    "too_short": html(f"<p>{SENTENCE}</p>"),
    "no_article": html(""),
}


@pytest.mark.parametrize("reason", PAGES)
def test_a_page_that_is_none_says_why(reason: str) -> None:
    none = article(PAGES[reason], URL)
    assert isinstance(none, NoArticle)
    assert none.reason == reason, none.detail
    assert "characters of text" in none.detail


def test_there_is_a_page_for_every_reason() -> None:
    assert PAGES.keys() == set(REASONS.values())


@pytest.mark.parametrize("reason", ["live_blog", "gallery", "video", "paywall"])
def test_with_a_text_of_its_own_it_is_an_article(reason: str) -> None:
    more = "".join(f"<p>{SENTENCE * 2}Number {n} of many.</p>" for n in range(9)).encode()
    found = article(PAGES[reason].replace(b"</h1>", b"</h1>" + more), URL)
    assert isinstance(found, Extracted)


def test_the_detail_names_what_was_left_out_most_and_fits_the_journal() -> None:
    gone = [LeftOut(f"cause{n % 7}", "x" * 80, 900, 0.1) for n in range(60)]
    gone += [LeftOut("links", "Home", 30, 0.0)] * 9
    none = why(Extracted(text="", left_out=tuple(gone), body_missing="empty"), URL, is_story=True)
    assert none is not None
    assert none.detail.startswith("a page without text; 0 characters of text; left out: ")
    assert "cause0 9" in none.detail
    assert len(none.detail) <= MOST_DETAIL


def test_a_text_handed_in_that_is_too_short_is_told_so() -> None:
    assert too_short(Extracted(text="Hm.")) == NoArticle(
        "too_short", "too little text; 3 characters of text"
    )
