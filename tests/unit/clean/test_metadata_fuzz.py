"""No page, however broken, and no JSON-LD, of whatever shape, makes the reader raise."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from tests.fuzz.grammar import keys, shapes

from wireroom.clean import metadata
from wireroom.clean.evidence import LONGEST_SHOWN, MOST_LOSERS

WORDS = st.sampled_from(
    """
    <p> </p> <h1> </h1> <title> <time datetime='2026-13-45'> <time class=updated> </div> <div
    class=byline> <a rel=author> </a> <meta name=author content='By'> <meta property=og:title
    content='| - |'> <link rel=canonical href='http://['> <base href='//'> <script> </script>
    itemprop=author <span itemprop=datePublished content='9999-99-99T99:99:99+99:99'> By Von 记者：
    2026-03-05 ٢٠٢٦ \x00 \ud800 &#x110000; <!-- --> ]]> {} "author": "x" @type
    <meta name=pubdate content='99999999999999999999'> <html lang='--'>
    """.replace("\\", "").split()
)
URLS = st.sampled_from(["https://a.example/2026/03/05/x", "", "nonsense", "http://[", "https://é/"])


def check(html: str, url: str) -> None:
    clean = html.replace("\x00", "").encode("utf-8", "replace").decode()
    facts = metadata.read(metadata.page(LexborHTMLParser(clean), url))
    assert all(len(one.value) <= LONGEST_SHOWN and 0 <= one.confidence <= 1 for one in facts.claims)
    for field in {one.field for one in facts.claims}:
        claims = [one for one in facts.claims if one.field == field]
        assert sum(one.chosen for one in claims) <= 1
        assert sum(not one.chosen for one in claims) <= MOST_LOSERS


@given(st.lists(WORDS | st.text(max_size=10), max_size=60), URLS)
@settings(deadline=None, max_examples=150)
def test_tag_soup_of_any_kind_is_read(words: list[str], url: str) -> None:
    check(" ".join(words), url)


@given(shapes, URLS)
@settings(deadline=None, max_examples=250)
def test_json_ld_of_any_shape_is_read(shape: object, url: str) -> None:
    script = json.dumps(shape).replace("</", "<\\/")
    check(f'<script type="application/ld+json">{script}</script><h1>A title of it</h1>', url)


@given(st.lists(st.dictionaries(keys, shapes, min_size=1, max_size=8), min_size=1, max_size=4))
@settings(deadline=None, max_examples=150)
def test_stories_with_fields_of_any_shape_are_read(nodes: list[dict[str, object]]) -> None:
    graph = [{**node, "@type": "NewsArticle"} for node in nodes]
    script = json.dumps({"@graph": graph}).replace("</", "<\\/")
    check(f'<script type="application/ld+json">{script}</script>', "https://a.example/x")
