from __future__ import annotations

import gc
import json
from contextlib import suppress
from unittest.mock import ANY

import pytest

from wireroom.clean.absent import is_article
from wireroom.clean.consent import is_consent
from wireroom.clean.extracted import Extracted
from wireroom.clean.page import article, extract
from wireroom.clean.parts import tidy
from wireroom.clean.reasons import NoArticle, Refused

URL = "https://www.island-post.example/news/ferry"
PARAGRAPHS = [
    "The ferry between the two islands will run again from Monday, the harbour office said today.",
    "It had stood still since a storm in March, when waves broke two beams of the northern pier.",
    "For the people of the smaller island that meant a detour of three hours by bus and by boat.",
    "A ticket will cost as much as before, although the council had asked for a higher price.",
]
CONSENT = "We and our partners use cookies to store information on your device. Accept all cookies?"


def page(*paragraphs: str, head: str = "") -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><title>The ferry runs again</title>{head}</head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>The ferry runs again</h1>{body}"
        "</article><footer>Contact</footer></body></html>"
    ).encode()


def test_a_page_becomes_paragraphs_and_facts() -> None:
    article = extract(page(*PARAGRAPHS), URL)
    assert article.text.split("\n") == PARAGRAPHS
    assert article.title == "The ferry runs again"
    assert article.language_hint == "en"
    assert article.provenance["text"] == "dom"
    assert is_article(article.text)


def test_consent_texts_doubled_blocks_and_the_title_are_left_out() -> None:
    lines = ["The ferry runs again", CONSENT, *PARAGRAPHS, PARAGRAPHS[0], "Yes.", "Yes."]
    assert tidy(lines, "The Ferry runs again!") == [*PARAGRAPHS, "Yes.", "Yes."]


@pytest.mark.parametrize(
    "line",
    [
        CONSENT,
        "Wir verwenden Cookies, um Inhalte zu zeigen.",
        "Nous et nos partenaires utilisons des cookies.",
        "Utilizamos cookies para mejorar su visita.",
        "Мы используем файлы cookie.",
        "Ich bin einverstanden, dass mir externe Inhalte angezeigt werden.",
        "Pour voir ce contenu, il faut accepter les cookies du réseau.",
        "To view this content you have to accept the terms of the network.",
    ],
)
def test_a_request_for_consent_is_known(line: str) -> None:
    assert is_consent(line)


@pytest.mark.parametrize(
    "line",
    [
        "The court ruled that the shop had set cookies without asking its customers.",
        "“We use cookies to see who comes back”, the baker said, holding up a biscuit.",
        "Das Gericht verbot dem Portal, externe Inhalte seiner Nutzer zu verkaufen.",
        "Lawyers asked the court to view this content as evidence, and the judge agreed.",
    ],
)
def test_news_about_cookies_are_news(line: str) -> None:
    assert not is_consent(line)


def test_the_json_ld_body_counts_only_when_the_page_has_nearly_none() -> None:
    def with_body(text: str) -> str:
        node = json.dumps({"@type": "NewsArticle", "articleBody": text})
        return f'<script type="application/ld+json">{node}</script>'

    hidden = extract(page("Sign in to read.", head=with_body("\n".join(PARAGRAPHS))), URL)
    assert hidden.text.split("\n") == PARAGRAPHS
    assert hidden.provenance["text"] == "jsonld"
    shown = extract(page(*PARAGRAPHS, head=with_body("Something else. " * 30)), URL)
    assert shown.provenance["text"] == "dom"


def test_a_listing_is_no_article() -> None:
    assert not is_article("\n".join(f"A headline of the day without a stop {n}" for n in range(40)))
    assert not is_article(
        "Too short to be one, though it is a sentence of more than sixty letters."
    )
    assert is_article("市は来年の春から川沿いの遊歩道を夜間も開放すると発表した。" * 4)


def test_a_list_of_winners_is_an_article_when_the_page_says_so() -> None:
    names = [f"Best ferry of the year number {n}: Island Queen" for n in range(30)]
    assert article(page(*names), URL) == NoArticle("no_article", ANY)
    told = article(page(*names, head='<meta property="og:type" content="article">'), URL)
    assert isinstance(told, Extracted)


def test_a_front_page_is_no_article() -> None:
    none = article(page(*PARAGRAPHS), "https://www.island-post.example/")
    assert isinstance(none, NoArticle)
    assert none.detail.startswith("a front page; 3")
    there = article(page(*PARAGRAPHS), "https://www.island-post.example/?id=7")
    assert isinstance(there, Extracted)


def test_a_day_that_only_the_text_tells_is_found() -> None:
    article = extract(page(*PARAGRAPHS, "<span class='post-date'>5 November 2024</span>"), URL)
    assert article.published_at is not None
    assert article.published_at.date().isoformat() == "2024-11-05"
    assert article.provenance["published_at"] == "text"
    assert article.zone_assumed


def test_what_is_no_page_is_refused() -> None:
    with pytest.raises(Refused, match="not_html"):
        extract(b"%PDF-1.4 ...", URL)


def test_an_address_is_not_needed() -> None:
    assert extract(page(*PARAGRAPHS), "").source is None


@pytest.mark.parametrize("html", [b"<html><body><p>Short.</p></body></html>", b"%PDF-1.7 no page"])
def test_after_a_page_cycles_are_collected_as_before(html: bytes) -> None:
    assert gc.isenabled()
    with suppress(Refused):
        extract(html, "https://a.example/1")
    assert gc.isenabled()
    gc.disable()
    try:
        with suppress(Refused):
            extract(html, "https://a.example/1")
        assert not gc.isenabled()
    finally:
        gc.enable()
