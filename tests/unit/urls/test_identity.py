"""Hosts, sites and ids."""

from __future__ import annotations

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

import pytest

from wireroom.urls import (
    article_id,
    content_hash,
    host,
    normalised,
    same_site,
    text_article_id,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://WWW.Paper.test:8443/a", "www.paper.test"),
        ("https://paper.test./a", "paper.test"),
        ("https://Köln.test/", "xn--kln-sna.test"),
        ("http://[::1]/", "[::1]"),
    ],
)
def test_a_host_is_ascii_in_lower_case(url: str, expected: str) -> None:
    assert host(url) == expected


def test_a_host_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="neither http nor https"):
        host("mailto:desk@paper.test")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://www.paper.co.uk/a", "https://amp.paper.co.uk/b", True),
        ("https://paper.co.uk/", "https://other.co.uk/", False),
        ("https://paper.de/", "http://m.paper.de:8080/x", True),
        ("https://one.blogspot.com/", "https://two.blogspot.com/", False),
        ("http://10.1.2.3/", "http://10.9.2.3/", False),
        ("https://paper.test/", "https://paper.test/x", True),
        ("https://www.paper.test/", "https://paper.test/x", True),
        ("https://a.test/", "https://b.test/", False),
        ("http://[::1]/", "http://[::2]/", False),
        ("https://paper.de/", "no url", False),
    ],
)
def test_a_site_is_a_registrable_domain(a: str, b: str, same: bool) -> None:
    assert same_site(a, b) is same


def test_an_article_keeps_its_id_through_tracking() -> None:
    assert article_id("http://paper.test/a?utm_source=x") == article_id("https://paper.test/a")
    assert article_id("https://paper.test/a") == uuid5(NAMESPACE_URL, "https://paper.test/a")


def test_a_text_keeps_its_id_through_blanks_and_case() -> None:
    assert normalised("  The\n\tﬁrst  WORD ") == "the first word"
    assert content_hash("A  b") == sha256(b"a b").digest()
    assert text_article_id("A  b") == text_article_id("a b\n")
    assert text_article_id("a b") == uuid5(NAMESPACE_URL, "sha256:" + sha256(b"a b").hexdigest())
    assert text_article_id("a b") != text_article_id("ab")
