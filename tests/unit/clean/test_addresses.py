from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import addresses, said

URL = "https://www.gazette.example/news/2026/ferry-runs-again"


def canonical(head: str, url: str = URL) -> str | None:
    html = f"<html><head>{head}</head><body></body></html>"
    found = addresses.canonical(said.page(LexborHTMLParser(html), url))
    return found[0] if found else None


def link(address: str) -> str:
    return f'<link rel="canonical" href="{address}">'


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{URL}?utm_source=feed&fbclid=1", URL),
        (f"{URL}?id=7&utm_medium=x", f"{URL}?id=7"),
        (f"{URL}#comments", URL),
        ("https://m.gazette.example/news/2026/ferry-runs-again",) * 2,
        ("https://www.gazette.example/", None),
        ("https://www.gazette.example/news", None),
        ("https://www.gazette.example/news/2026/", None),
        ("https://other.example/news/2026/ferry-runs-again", None),
        ("mailto:desk@gazette.example", None),
        ("", None),
    ],
)
def test_a_canonical_address_is_believed_within_limits(address: str, expected: str | None) -> None:
    assert canonical(link(address)) == expected


def test_an_amp_page_is_canonical_only_when_nothing_else_is_named() -> None:
    amp = "https://www.gazette.example/amp/news/2026/ferry-runs-again"
    og = f'<meta property="og:url" content="{URL}">'
    assert canonical(link(amp) + og) == URL
    assert canonical(link(amp)) == amp


def test_the_page_below_an_amp_page_is_no_section() -> None:
    assert canonical(link(URL), f"{URL}/amp") == URL


def test_a_front_page_in_the_link_leaves_the_word_to_the_next() -> None:
    og = f'<meta property="og:url" content="{URL}">'
    assert canonical(link("https://www.gazette.example/") + og) == URL
