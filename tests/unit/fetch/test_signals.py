from __future__ import annotations

import pytest

from wireroom.fetch.signals import WORDS, signals
from wireroom.web.client import Page

URL = "https://paper.test/2026/harbour"
NONE: dict[str, str] = {}


def said(body: str = "", headers: dict[str, str] | None = None, url: str = URL) -> tuple[str, ...]:
    return signals(Page(url, 200, headers or {}, body.encode(), () if url == URL else (URL,)))


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("consent_wall", "https://consent.paper.test/v2/collectConsent?id=1"),
        ("consent_wall", "https://paper.test/privacy-wall?back=/2026/harbour"),
        ("consent_wall", "https://www.paper.test/gdpr/"),
        ("login_wall", "https://paper.test/login?next=%2F2026%2Fharbour"),
        ("login_wall", "https://login.paper.test/start"),
        ("login_wall", "https://id.paper.test/de/anmelden"),
    ],
)
def test_an_address_that_nobody_asked_for_may_be_a_wall(word: str, url: str) -> None:
    assert said(url=url) == (word,)
    assert signals(Page(url, 200, {}, b"")) == ()  # it was asked for: a story of that name


@pytest.mark.parametrize(
    "url",
    [
        "https://paper.test/2026/gdpr-fines-for-all",
        "https://paper.test/2026/why-consent-matters",
        "https://gdpr.test/2026/harbour",
        "https://paper.test/2026/harbour?login=no",
    ],
)
def test_a_word_within_an_address_is_no_wall(url: str) -> None:
    assert said(url=url) == ()


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("consent_wall", "Privacy Wall"),
        ("consent_wall", "Cookie consent"),
        ("consent_wall", "  Before you continue to The Paper "),
        ("consent_wall", "Datenschutzeinstellungen | Blatt"),
        ("login_wall", "Log in"),
        ("login_wall", "Login - The Paper"),
        ("login_wall", "Sign in to The Paper"),
        ("login_wall", "Anmelden &middot; Blatt"),
    ],
)
def test_a_title_may_be_that_of_a_wall(word: str, title: str) -> None:
    assert said(f"<title>{title}</title>") == (word,)


@pytest.mark.parametrize(
    "title",
    [
        "Login problems anger customers of the harbour bank",
        "Consent is the word of the year, say the makers of a dictionary that nobody reads",
        "Consent and the law",
        "Minister signs in new law",
        "How GDPR consent changed the harbour",
        "",
    ],
)
def test_a_title_of_a_story_is_none(title: str) -> None:
    assert said(f"<title>{title}</title>") == ()


@pytest.mark.parametrize(
    "body",
    [
        '<script type="application/ld+json">{"isAccessibleForFree": false}</script>',
        '{"isAccessibleForFree":"False"}',
        '{"isAccessibleForFree" : "http://schema.org/False"}',
        '{"isAccessibleForFree": true, "hasPart": {"isAccessibleForFree": false}}',
        '<meta itemprop="isAccessibleForFree" content="false"/>',
    ],
)
def test_a_page_says_that_it_is_not_free(body: str) -> None:
    assert said(body) == ("paywall",)


@pytest.mark.parametrize(
    "body",
    [
        '{"isAccessibleForFree": true}',
        '{"isAccessibleForFree": "True", "isFalse": false}',
        "isAccessibleForFree",
        "This story is not accessible for free: false.",
    ],
)
def test_a_page_that_is_free_does_not(body: str) -> None:
    assert said(body) == ()


@pytest.mark.parametrize(
    ("words", "headers", "body"),
    [
        (("noai",), NONE, '<meta name="robots" content="index, NoAI">'),
        (("noai", "noarchive"), NONE, "<META CONTENT='noimageai,noarchive' NAME='ROBOTS'>"),
        (("noarchive",), {"x-robots-tag": "noindex, noarchive"}, ""),
        (("noai",), {"x-robots-tag": "wireroom: noai"}, ""),
        (("tdm_reserved",), {"tdm-reservation": "1"}, ""),
        (("tdm_reserved",), NONE, '<meta name="tdm-reservation" content="1">'),
        ((), {"tdm-reservation": "0", "x-robots-tag": "otherbot: noai"}, ""),
        ((), NONE, '<meta name="tdm-reservation" content="0">'),
        ((), NONE, '<meta name="otherbot" content="noarchive">'),
        ((), NONE, '<meta name="description" content="noai"><p>noarchive'),
        ((), NONE, '<meta name="robots" content="max-image-preview:large">'),
        ((), NONE, '<meta name="robots"><meta content="noai">'),
    ],
)
def test_what_a_page_may_be_used_for(
    words: tuple[str, ...], headers: dict[str, str], body: str
) -> None:
    assert said(body, headers) == words


@pytest.mark.parametrize(
    "body",
    [
        "<noscript>Please enable JavaScript to read on.</noscript>",
        "<noscript>You need to enable JavaScript to run this app.</noscript>",
        "<p>JavaScript is required.",
        "<p>This site requires JavaScript",
        "<p>Bitte JavaScript aktivieren!",
        "<p>Veuillez activer JavaScript" + "<p>Sans doute: activez JavaScript",
        "JavaScript " * 5 + "<p>turn on JavaScript",
    ],
)
def test_a_page_asks_for_scripts(body: str) -> None:
    assert said(body) == ("needs_script",)


@pytest.mark.parametrize(
    "body",
    [
        "<script type='text/javascript'>enable()</script>",
        "<p>A book about JavaScript and other languages",
        "<p>Enable the lift.</p><p>Later a talk on JavaScript",
    ],
)
def test_a_page_that_speaks_of_scripts_does_not(body: str) -> None:
    assert said(body) == ()


def test_data_for_a_script_is_seen() -> None:
    assert said('<script id="__NEXT_DATA__" type="application/json">{}</script>') == (
        "script_data",
    )
    assert said("<p>About __NEXT_DATA__") == ()


def test_a_consent_vendor_s_name_says_nothing() -> None:
    body = '<script src="https://cdn.cookielaw.org/consent/x/OtAutoBlock.js"></script><p>Story'
    assert said(body + "<script src='https://consent.cookiebot.com/uc.js'></script>") == ()


def test_all_words_come_each_once_and_in_one_order() -> None:
    body = (
        '<title>Login</title><meta name="robots" content="noarchive, noai">'
        '<p>enable JavaScript, enable JavaScript {"isAccessibleForFree": false}'
        '<script id="__NEXT_DATA__">'
    )
    found = said(body, {"tdm-reservation": "1"}, "https://consent.paper.test/login")
    assert found == WORDS
