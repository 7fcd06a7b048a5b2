from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import body, forest, measures, metadata, parts
from wireroom.clean.body import Body
from wireroom.clean.extracted import Part
from wireroom.clean.page import extract
from wireroom.clean.reasons import Refused

URL = "https://www.island-post.example/news/ferry"
SENTENCES = [
    "The ferry between the two islands will run again from Monday, the harbour office said today.",
    "It had stood still since a storm in March, when waves broke two beams of the northern pier.",
    "For the people of the smaller island that meant a detour of three hours by bus and by boat.",
    "A ticket will cost as much as before, although the council had asked for a higher price.",
    "The mayor, who had asked for an inquiry in April, called the repair “slow but thorough”.",
    "Two more boats are to be ordered next year, if the government agrees to pay half of them.",
]


def paragraphs(count: int = 6) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in SENTENCES[:count])


def page(main: str, head: str = "", around: str = "") -> str:
    return (
        f'<!doctype html><html lang="en"><head><title>The ferry runs again</title>{head}</head>'
        '<body><nav class="menu"><ul><li><a href="/">Home</a></li><li><a href="/w">World news of '
        f'today</a></li></ul></nav><article class="story-body">{main}</article>{around}'
        "<footer>Contact and imprint of the Island Post</footer></body></html>"
    )


def read(html: str, model: forest.Forest | None = None) -> Body:
    parsed = metadata.page(LexborHTMLParser(html), URL)
    return body.read(html, parsed, "The ferry runs again", model)


def constant(score: int) -> forest.Forest:
    """A model that has one opinion of everything."""
    tree = {"nodes": [[0, 0, 0, 1]], "leaves": [score, score]}
    told = {"format": forest.FORMAT, "name": "fake", "columns": measures.NAMES, "trees": [tree]}
    return forest.parse(json.dumps(told).encode(), measures.NAMES)


def test_the_article_is_found_among_its_surroundings() -> None:
    comments = "".join(
        f"<li class='comment'><b>Tom</b><p>I do not like boat number {n}, it is late.</p></li>"
        for n in range(12)
    )
    teasers = "".join(
        f"<li><a href='/n/{n}'>Another story that has its number {n}</a></li>" for n in range(12)
    )
    around = f"<aside class='related'><ul>{teasers}</ul></aside><ol id='comments'>{comments}</ol>"
    found = read(page(f"<h1>The ferry runs again</h1>{paragraphs()}", around=around))
    assert found.text.split("\n") == SENTENCES
    assert found.source == "dom"


def test_parts_keep_what_they_are() -> None:
    main = (
        f"{paragraphs(3)}<h2>A second pier</h2><p>{SENTENCES[3]}</p><blockquote><p>{SENTENCES[4]}"
        f"</p></blockquote><ul><li>{SENTENCES[5]}</li></ul><table><tr><td>Boats in use</td>"
        "<td>4</td></tr></table><figure><figcaption>The pier in the storm.</figcaption></figure>"
    )
    found = read(page(main), constant(9_000)).parts
    kinds = [(part.kind, part.level) for part in found]
    assert ("heading", 2) in kinds
    assert kinds.count(("paragraph", 0)) >= 4
    for expected in (
        Part("quote", SENTENCES[4]),
        Part("list_item", SENTENCES[5]),
        Part("table_row", "Boats in use | 4"),
        Part("caption", "The pier in the storm."),
    ):
        assert expected in found


def test_a_table_is_kept_whole_or_not_at_all() -> None:
    rows = "".join(f"<tr><td>Boat {n}</td><td>{'x' * n}</td></tr>" for n in range(1, 21))
    html = page(f"{paragraphs()}<table>{rows}</table><table><tr><td>1</td><td>2</td></tr></table>")
    columns = measures.NAMES.index("chars")
    tree = {"nodes": [[columns, 12, 0, 1]], "leaves": [-9_000, 9_000]}
    told = {"format": forest.FORMAT, "name": "fake", "columns": measures.NAMES, "trees": [tree]}
    text = read(html, forest.parse(json.dumps(told).encode(), measures.NAMES)).text
    assert text.count("Boat") == 20
    assert "1 | 2" not in text


def test_a_page_laid_out_with_tables_has_paragraphs() -> None:
    column = " ".join(SENTENCES)
    main = f"<table><tr><td>{column}</td><td>{column} Again.</td></tr></table>"
    kinds = {part.kind for part in read(page(main), constant(9_000)).parts if len(part.text) > 300}
    assert kinds == {"paragraph"}


def test_everything_left_out_has_a_cause_and_there_is_an_end_to_it() -> None:
    many = "".join(
        f"<p>Boat number {n} came late again this week. {'x' * 300}</p>" for n in range(200)
    )
    around = f"<div class='comments'>{many}</div><p>We use cookies to know who you are. Accept.</p>"
    gone = read(page(paragraphs(), around=around), constant(-9_000)).left_out
    assert len(gone) == parts.MOST_LEFT_OUT
    assert all(one.cause and len(one.start) <= parts.LONGEST_START for one in gone)
    assert {one.score for one in gone} == {0.0}
    assert "comment" in {one.cause for one in gone}


def test_rules_say_why_they_took_something_out() -> None:
    main = (
        f"<p>The ferry runs again</p><p>Monday, 4 May 2026, 10:20 a.m.</p>{paragraphs()}<p>5 May 2026</p>"
        f"<p>{SENTENCES[0]}</p><p>We use cookies here to "
        "remember you, and our partners do.</p>"
    )
    found = read(page(main), constant(9_000))
    causes = {one.cause for one in found.left_out}
    assert {"title", "page_date", "double", "consent"} <= causes
    assert "5 May 2026" in found.text
    assert found.text.count(SENTENCES[0]) == 1


@pytest.mark.parametrize(
    ("name", "score", "is_kept"),
    [("comments", 1_500, False), ("comments", 1_501, True), ("body", 1_500, True)],
)
def test_among_comments_the_model_has_to_be_surer(name: str, score: int, is_kept: bool) -> None:
    found = read(page(f"<div class='{name}'>{paragraphs()}</div>"), constant(score))
    assert (SENTENCES[0] in found.text) == is_kept
    assert found.source == ("dom" if is_kept else "none")


def test_an_unsure_model_calls_the_other_extractor() -> None:
    found = read(page(paragraphs()), constant(100))
    assert found.source == "fallback"
    assert SENTENCES[0] in found.text
    assert read(page(paragraphs()), constant(9_000)).source == "dom"


@pytest.mark.parametrize(("count", "source"), [(6, "fallback"), (1, "dom")])
def test_the_other_extractor_is_not_believed_where_it_has_much_less(
    count: int, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join(SENTENCES[:count]).ljust(body.SHORTEST_ARTICLE, "x")
    monkeypatch.setattr(body, "extract", lambda *_, **__: text)
    main = paragraphs() + f"<p>{'word ' * 100}</p>"
    assert read(page(main), constant(100)).source == source


@pytest.mark.parametrize(
    "expensive",
    [
        "<br>" * (body.MOST_NODES + 1),
        f"<p>{'word ' * body.MOST_TEXT}</p>",
        "<tr>" * (body.MOST_TAGS + 1),
        f"<!--{'x' * body.MOST_HTML}-->",
    ],
    ids=["nodes", "text", "tags that one parser drops and the other keeps", "size"],
)
def test_a_page_that_may_take_seconds_is_not_given_to_the_other_extractor(expensive: str) -> None:
    assert read(page(paragraphs() + expensive), constant(100)).source == "dom"


def test_what_a_page_shows_without_scripts_is_read_where_it_shows_nothing_else() -> None:
    assert read(page(f"<noscript>{paragraphs()}</noscript>")).text.split("\n") == SENTENCES
    unclosed = f"<noscript><div id='x'></noscript>{paragraphs()}"
    assert read(page(unclosed)).text.split("\n") == SENTENCES
    beside = read(page(f"{paragraphs()}<noscript><p>{SENTENCES[0]} Without.</p></noscript>"))
    assert "Without" not in beside.text


def test_a_short_text_of_the_page_gives_way_to_its_json_ld() -> None:
    node = json.dumps({"@type": "NewsArticle", "articleBody": "\n".join(SENTENCES)})
    head = f'<script type="application/ld+json">{node}</script>'
    found = read(page("<p>Sign in to read.</p>", head))
    assert found.source == "jsonld"
    assert found.text.split("\n") == SENTENCES
    assert read(page(paragraphs(), head)).source == "dom"


@pytest.mark.parametrize(
    ("main", "head", "cause"),
    [
        ("", "", "empty"),
        ("<div id='app'></div>" + "<script>x()</script>" * 1_500, "", "script_rendered"),
        ("<p>Please enable JavaScript to see this page.</p>", "", "script_rendered"),
        ("<p>Subscribe to read the whole story.</p>", "", "paywall"),
        (
            "<p>The ferry runs again.</p>",
            '<script type="application/ld+json">{"@type": "NewsArticle", '
            '"isAccessibleForFree": "False"}</script>',
            "paywall",
        ),
        ("<p>We and our partners use cookies. Accept all cookies?</p>", "", "consent_wall"),
    ],
    ids=["empty", "application", "no script", "subscribers", "said to be paid", "consent"],
)
def test_a_body_that_is_missing_has_a_cause(main: str, head: str, cause: str) -> None:
    html = page(main, head).replace("<footer>Contact and imprint of the Island Post</footer>", "")
    assert extract(html.encode(), URL).body_missing == cause


def test_a_body_that_is_there_is_not_missing() -> None:
    assert extract(page(paragraphs()).encode(), URL).body_missing is None


def typed(kind: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "{kind}", "name": "x"}}</script>'


@pytest.mark.parametrize(
    ("head", "url", "kind"),
    [
        ("", URL, "article"),
        (typed("NewsArticle"), URL, "article"),
        (typed("LiveBlogPosting"), URL, "live_blog"),
        (typed("VideoObject"), URL, "video"),
        (typed("ImageGallery"), URL, "gallery"),
        ("", "https://a.example/podcasts/ferry", "audio"),
        ("", "https://a.example/live/ferry", "article"),
    ],
)
def test_the_kind_of_a_page_is_what_it_says_itself(head: str, url: str, kind: str) -> None:
    assert extract(page(paragraphs(4), head).encode(), url).kind == kind


def test_the_entries_of_a_live_blog_are_not_its_own_facts() -> None:
    entry = {
        "@type": "BlogPosting",
        "headline": "A boat has left the harbour",
        "datePublished": "2026-03-01T10:00:00Z",
        "author": {"@type": "Person", "name": "Tom Entry"},
        "articleBody": SENTENCES[1],
    }
    blog = {
        "@type": "LiveBlogPosting",
        "headline": "The ferry runs again",
        "datePublished": "2026-02-28T08:00:00Z",
        "liveBlogUpdate": [entry],
    }
    story = {**blog, "@type": "NewsArticle", "author": "Ann Main"}
    del story["liveBlogUpdate"]
    head = f'<script type="application/ld+json">{json.dumps([blog, story])}</script>'
    found = extract(page(paragraphs(4), head).encode(), URL)
    assert found.kind == "live_blog"
    assert found.authors == ("Ann Main",)
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == "2026-02-28"


def test_a_list_of_links_is_a_list() -> None:
    links = "".join(f"<li><a href='/{n}'>The story with number {n}</a></li>" for n in range(50))
    html = f"<html><body><ul>{links}</ul></body></html>"
    assert extract(html.encode(), "https://a.example/world").kind == "list"


def test_a_long_article_with_a_video_is_an_article() -> None:
    html = page(paragraphs() * 4 + f"<p>{' '.join(SENTENCES * 4)} End.</p>", typed("VideoObject"))
    assert extract(html.encode(), URL).kind == "article"


def test_the_same_page_gives_the_same_article_in_any_order() -> None:
    pages = [
        page(paragraphs(1 + n % 6), around=f"<p>Page {n} of all.</p>").encode() for n in range(9)
    ]
    first = {html: extract(html, URL) for html in pages}
    random.Random(5).shuffle(pages)
    for html in (*pages, *pages):
        assert extract(html, URL) == first[html]


_TAGS = [
    "div",
    "p",
    "a",
    "b",
    "span",
    "br",
    "hr",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "h1",
    "h2",
    "article",
    "figure",
    "script",
    "style",
    "svg",
    "x-y",
    "form",
]
_NAMES = (
    "",
    " class='comment'",
    " class='story body'",
    " hidden",
    " style='display:none'",
    " href='#'",
)
_PIECES = st.one_of(
    st.builds("<{}{}>".format, st.sampled_from(_TAGS), st.sampled_from(_NAMES)),
    st.builds("</{}>".format, st.sampled_from(_TAGS)),
    st.text(max_size=30),
    st.sampled_from(
        [*SENTENCES, "<!--", "-->", "<![CDATA[", "&amp;", "&#0;", "<", "\x00", "\ud800"]
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=60))
def test_any_soup_of_tags_is_read(pieces: list[str]) -> None:
    html = ("<html><body>" + "".join(pieces)).encode("utf-8", "surrogatepass")
    try:
        found = extract(html, URL)
    except Refused:
        return
    assert found.text == parts.text_of(found.blocks)
    assert all(part.text and "\n" not in part.text for part in found.blocks)
    assert len(found.left_out) <= parts.MOST_LEFT_OUT
    assert found.blocks or found.body_missing
    found.text.encode()
