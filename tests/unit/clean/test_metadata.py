from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import metadata
from wireroom.clean.metadata import Metadata

URL = "https://www.island-post.example/news/ferry"


def read(head: str = "", body: str = "", url: str = URL, node: object = None) -> Metadata:
    script = ""
    if node:
        script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    html = f"<html><head>{head}{script}</head><body>{body}</body></html>"
    return metadata.read(metadata.page(LexborHTMLParser(html), url))


def test_the_h1_is_the_title_when_the_page_agrees_with_it() -> None:
    facts = read(
        "<title>The ferry runs again | Island Post</title>", "<h1>The ferry runs again</h1>"
    )
    assert facts.title == "The ferry runs again"
    assert facts.provenance["title"] == "h1"


def test_an_h1_that_is_the_name_of_the_site_is_not_the_title() -> None:
    head = '<meta property="og:title" content="The ferry runs again - Island Post">'
    facts = read(head, "<h1>Island news of the week</h1>")
    assert facts.title == "The ferry runs again"
    assert facts.provenance["title"] == "meta"


def test_a_page_without_any_title_has_none() -> None:
    assert read().title is None


def test_the_headline_of_the_story_wins_over_that_of_the_page() -> None:
    graph = [
        {"@type": "WebPage", "headline": "Wrong", "datePublished": "2020-01-01"},
        {"@type": "NewsArticle", "headline": "The ferry runs again", "author": {"name": "Ann Lee"}},
    ]
    facts = read(node={"@graph": graph})
    assert facts.title == "The ferry runs again"
    assert facts.authors == ("Ann Lee",)
    assert facts.is_story


def test_authors_may_be_references_lists_and_strings() -> None:
    graph = [
        {"@type": "NewsArticle", "author": [{"@id": "#ann"}, "Bo Dahl", {"name": "Eva Klee"}]},
        {"@id": "#ann", "@type": "Person", "name": "Ann Lee"},
    ]
    assert read(node={"@graph": graph}).authors == ("Ann Lee", "Bo Dahl", "Eva Klee")


def test_a_reference_to_itself_ends() -> None:
    assert read(node={"@type": "Article", "@id": "#a", "author": {"@id": "#a"}}).authors == ()


def test_an_address_is_no_author_and_a_byline_is_the_last_resort() -> None:
    head = '<meta property="article:author" content="https://social.example/ann">'
    facts = read(head, '<p class="byline">By Ann Lee</p>')
    assert facts.authors == ("Ann Lee",)
    assert facts.provenance["authors"] == "byline"


def test_the_day_of_a_comment_is_not_the_articles() -> None:
    node = {"@type": "NewsArticle", "comment": [{"@type": "Comment", "dateCreated": "2025-02-08"}]}
    assert read(node=node).published is None
    assert read(node={**node, "part": node["comment"]}).published is not None


def test_the_offset_of_the_publisher_is_kept() -> None:
    facts = read(node={"@type": "NewsArticle", "datePublished": "2025-02-08T23:30:00-05:00"})
    assert facts.published is not None
    assert facts.published.at == datetime(2025, 2, 9, 4, 30, tzinfo=UTC)
    assert facts.published.offset == -300


@pytest.mark.parametrize(
    ("head", "body", "url", "source"),
    [
        ('<meta name="pubdate" content="2024-11-05T10:00:00Z">', "", URL, "meta"),
        ("", '<time pubdate datetime="2024-11-05">5 Nov</time>', URL, "microdata"),
        ("", "", "https://a.example/2024/11/05/ferry", "url"),
        ("", '<time datetime="2024-11-05T10:00:00+00:00">today</time>', URL, "time"),
    ],
)
def test_a_date_is_found_where_it_stands(head: str, body: str, url: str, source: str) -> None:
    facts = read(head, body, url)
    assert facts.published is not None
    assert facts.published.at.date().isoformat() == "2024-11-05"
    assert facts.provenance["published_at"] == source


def test_a_date_that_is_none_does_not_hide_the_next() -> None:
    facts = read(
        '<meta name="pubdate" content="2024-11-05">',
        node={"@type": "NewsArticle", "datePublished": "yesterday"},
    )
    assert facts.published is not None
    assert facts.provenance["published_at"] == "meta"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://island-post.example/news/ferry", "https://island-post.example/news/ferry"),
        ("/news/ferry-2", "https://www.island-post.example/news/ferry-2"),
        ("https://www.island-post.example/", None),
        ("https://other.example/news/ferry", None),
        ("javascript:alert(1)", None),
        ("http://[broken", None),
    ],
)
def test_a_canonical_link_counts_on_its_own_site_only(canonical: str, expected: str | None) -> None:
    assert read(f'<link rel="canonical" href="{canonical}">').canonical_url == expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("/en/", "https://www.island-post.example/en/ferry"),
        ("https://island-post.example/de/", "https://island-post.example/de/ferry"),
        ("https://cdn.example/", None),
        ("http://[", "https://www.island-post.example/news/ferry"),
        ("", "https://www.island-post.example/news/ferry"),
    ],
)
def test_relative_addresses_start_from_the_base(base: str, expected: str | None) -> None:
    head = '<link rel="canonical" href="ferry"><link rel="amphtml" href="ferry?amp">'
    facts = read(f'<base href="{base}">{head}')
    assert facts.canonical_url == expected
    assert facts.aliases == ((f"{expected}?amp",) if expected else ())


def test_the_amp_page_is_an_alias() -> None:
    head = '<link rel="amphtml" href="/amp/ferry">'
    assert read(head).aliases == ("https://www.island-post.example/amp/ferry",)


def test_the_source_is_the_site_name_else_the_host() -> None:
    assert read('<meta property="og:site_name" content="Island Post">').source == "Island Post"
    facts = read()
    assert facts.source == "island-post.example"
    assert facts.provenance["source"] == "url"


@pytest.mark.parametrize(
    "script",
    ["{broken", "[[[[[[]]]]]]", '<!-- {"@type": "Article", "headline": "H"} -->', "null", "[1,2]"],
)
def test_json_that_is_broken_or_wrapped_harms_nothing(script: str) -> None:
    metadata.read(
        metadata.page(
            LexborHTMLParser(f'<script type="application/ld+json">{script}</script>'), URL
        )
    )


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "\\uDBFFx"])
def test_half_a_pair_in_json_is_no_letter(half: str) -> None:
    script = f'{{"@type": "NewsArticle", "headline": "The {half} ferry", "author": "Ann \\ud83d\\udea2 Lee"}}'
    tree = LexborHTMLParser(f'<script type="application/ld+json">{script}</script>')
    facts = metadata.read(metadata.page(tree, URL))
    assert facts.title is not None
    assert facts.title.startswith("The \ufffd")
    assert facts.authors == ("Ann \U0001f6a2 Lee",)
    (facts.title + facts.authors[0]).encode()


def test_wrapped_json_is_read() -> None:
    for before, after in (("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("", ";")):
        script = f'{before}{{"@type": "Article", "headline": "The ferry runs again"}}{after}'
        tree = LexborHTMLParser(f'<script type="application/ld+json">{script}</script>')
        assert metadata.read(metadata.page(tree, URL)).title == "The ferry runs again"
