from __future__ import annotations

import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import metadata
from wireroom.clean.bylines import TRUST
from wireroom.clean.metadata import Metadata

URL = "https://www.harbour-gazette.example/2026/03/05/ferry"
SITE = '<meta property="og:site_name" content="Harbour Gazette">'
TITLE = "The ferry runs again after the storm"


def read(head: str = "", body: str = "", node: object = None, url: str = URL) -> Metadata:
    script = ""
    if node:
        script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    html = f"<html><head>{head}{script}</head><body>{body}</body></html>"
    return metadata.read(metadata.page(LexborHTMLParser(html), url))


def local(facts: Metadata) -> str:
    chosen = [c for c in facts.claims if c.field == "published_at" and c.chosen]
    return chosen[0].value if chosen else ""


# --- title


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"{SITE}<title>{TITLE} | Harbour Gazette</title>", ""),
        (f"{SITE}<title>Harbour Gazette - {TITLE}</title>", ""),
        (f"{SITE}<title>{TITLE} - Islands - Harbour Gazette</title>", f"<h1>{TITLE}</h1>"),
        (f"<title>{TITLE} - harbour-gazette.example</title>", ""),
        (f"<title>{TITLE} | The Weekly</title>", f"<h1>The Weekly</h1><h1>{TITLE}</h1>"),
        (f"<title>{TITLE} | Island Notes</title>", "<h1>Island Notes</h1>"),
        (f"{SITE}<title>{TITLE}</title>", f"<h1>{TITLE} – Harbour Gazette</h1>"),
        (f'{SITE}<meta name="twitter:title" content="{TITLE}">', "<h1>Harbour Gazette</h1>"),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(head: str, body: str) -> None:
    assert read(head, body).title == TITLE


@pytest.mark.parametrize("kicker", ["Politics |", "News", "Kultur :", "SNYDE |"])
def test_a_section_before_the_title_is_no_part_of_it(kicker: str) -> None:
    head = f'<meta property="og:title" content="{TITLE}">'
    assert read(head, f"<h1>{kicker} {TITLE}</h1>").title == TITLE


@pytest.mark.parametrize("start", ["The", "What is the", "A word of more than thirty characters:"])
def test_the_beginning_of_a_title_is_no_section(start: str) -> None:
    head = f'<meta property="og:title" content="{TITLE}">'
    assert read(head, f"<h1>{start} {TITLE}</h1>").title == f"{start} {TITLE}"


def test_the_publisher_is_evidence_for_the_name_of_the_site() -> None:
    long = "The Weekly Gazette of the Islands and Harbours"
    node = {"@type": "NewsArticle", "publisher": {"name": long}}
    assert read(f"<title>{TITLE} | {long}</title>", node=node).title == TITLE
    assert read(f"<title>{TITLE} | {long}</title>").title != TITLE


def test_a_title_that_others_share_is_surer_than_one_that_stands_alone() -> None:
    alone = read(f"<title>{TITLE}</title>").claims
    both = read(f"<title>{TITLE}</title>", f"<h1>{TITLE}</h1>").claims
    sure = [next(c.confidence for c in claims if c.field == "title") for claims in (alone, both)]
    assert sure[0] < sure[1]


# --- authors


def test_a_publication_as_its_own_author_gives_way_to_the_byline() -> None:
    node = {"@type": "NewsArticle", "author": {"@type": "Organization", "name": "The Desk"}}
    facts = read(SITE, '<h1>x</h1><p class="byline">By Ann Lee</p>', node)
    assert facts.authors == ("Ann Lee",)
    node = {"@type": "NewsArticle", "author": "Harbour Gazette"}
    assert read(SITE, '<p class="byline">By Ann Lee</p>', node).authors == ("Ann Lee",)


@pytest.mark.parametrize(
    ("head", "body", "expected", "source"),
    [
        ('<meta name="citation_author" content="Ann Lee">'
         '<meta name="citation_author" content="Bo Dahl">', "", ("Ann Lee", "Bo Dahl"), "meta"),
        ('<meta name="twitter:label1" content="Geschrieben von">'
         '<meta name="twitter:data1" content="Jan Abel">', "", ("Jan Abel",), "meta"),
        ("", '<span itemprop="author"><b itemprop="name">Ann Lee</b> editor</span>',
         ("Ann Lee",), "microdata"),
        ("", '<div class="hentry"><span class="vcard author"><a class="fn">Ann Lee</a></span></div>',
         ("Ann Lee",), "byline"),
        ("", '<div class="ArticleHead_authorName__x1">Ann Lee</div>', ("Ann Lee",), "byline"),
        ("", "<h1>The ferry</h1><p>Von Jan Abel und Eva Klee</p><p>Text.</p>",
         ("Jan Abel", "Eva Klee"), "text"),
        ("", "<h1>渡船恢复</h1><p>记者：王小明</p>", ("王小明",), "text"),
        ("", "<h1>The ferry</h1><div>By</div><div>Ann Lee</div>", ("Ann Lee",), "text"),
        ("", '<script>var page = {"author": "Ann Lee", "n": 1};</script>', ("Ann Lee",), "data"),
        ("", '<script id="__NEXT_DATA__" type="application/json">'
         '{"p":{"authors":[{"id":1,"name":"Ann Lee"}]}}</script>', ("Ann Lee",), "data"),
    ],
)  # fmt: skip
def test_authors_are_found_where_they_stand(
    head: str, body: str, expected: tuple[str, ...], source: str
) -> None:
    facts = read(head, body)
    assert facts.authors == expected
    assert facts.provenance["authors"] == source


def test_who_comments_and_who_wrote_other_stories_is_no_author() -> None:
    comment = '<div class="comments"><span class="author">Rita Loud</span></div>'
    other = '<div class="related"><p class="byline">By Bo Dahl</p></div>'
    assert read(body=comment + other).authors == ()
    beside = '<div class="top"><div><p class="author">Ann Lee</p><p class="author">Eva Klee</p></div></div>'
    assert read(body=beside + other).authors == ("Ann Lee", "Eva Klee")


def test_the_last_resort_is_whom_the_page_calls_a_person() -> None:
    person = {"@type": "Person", "name": "Ann Lee"}
    own = {"@type": "NewsArticle", "author": person}
    site = '<meta property="og:site_name" content="Ann Lee">'
    assert read(site, node=own).authors == ("Ann Lee",)
    assert read(site, '<p class="byline">By Bo Dahl</p>', own).authors == ("Bo Dahl",)
    group = {"@type": "Organization", "name": "Ann Lee"}
    assert read(site, node={"@graph": [own, group]}).authors == ()
    untyped = {"@type": "NewsArticle", "author": {"name": "Ann Lee"}}
    assert read(site, node=untyped).authors == ()


def test_an_agency_is_better_than_nobody() -> None:
    node = {"@type": "NewsArticle", "author": {"@type": "Person", "name": "Associated Press"}}
    facts = read(node=node)
    assert facts.authors == ("Associated Press",)
    assert read(body='<p class="byline">By Ann Lee</p>', node=node).authors == ("Ann Lee",)
    sure = next(c.confidence for c in facts.claims if c.field == "authors")
    assert sure < TRUST["jsonld"]


def test_styles_scripts_and_captions_are_no_lines() -> None:
    unseen = "<style>.a{}</style><figure><figcaption>By Bo Dahl</figcaption></figure>"
    body = (
        f"<h1>The ferry</h1><div>{unseen}<span>By <script>x()</script><a>Ann Lee</a></span></div>"
    )
    assert read(body=body).authors == ("Ann Lee",)


# --- dates


def test_two_sources_that_agree_outvote_a_surer_one() -> None:
    head = '<meta property="article:published_time" content="2026-03-05T10:00:00Z">'
    node = {"@type": "NewsArticle", "datePublished": "2024-01-01T00:00:00Z"}
    assert local(read(head, node=node)).startswith("2026-03-05")
    assert local(read(node=node, url="https://a.example/x")).startswith("2024-01-01")


def test_a_time_that_is_the_last_change_does_not_win_over_the_address() -> None:
    head = '<meta property="article:modified_time" content="2026-03-09T10:00:00Z">'
    facts = read(head, '<time datetime="2026-03-09T10:00:00Z">today</time>')
    assert local(facts).startswith("2026-03-05")
    assert facts.modified is not None
    assert facts.modified.at.day == 9


@pytest.mark.parametrize("mark", ['class="updated"', 'itemprop="dateModified"'])
def test_a_time_marked_as_a_change_is_never_the_publication(mark: str) -> None:
    body = f'<time {mark} datetime="2026-03-09T10:00:00Z">x</time>'
    facts = read(body=body, url="https://a.example/x")
    assert facts.published is None
    assert facts.modified is not None


def test_the_time_of_a_comment_is_not_the_publication() -> None:
    body = '<div id="comments"><time datetime="2026-03-09T10:00:00Z">x</time></div>'
    assert read(body=body, url="https://a.example/x").published is None


def test_the_zone_of_the_publisher_wins_over_the_same_instant_in_utc() -> None:
    head = '<meta property="article:published_time" content="2026-03-05T23:30:00-05:00">'
    node = {"@type": "NewsArticle", "datePublished": "2026-03-06T04:30:00Z"}
    facts = read(head, node=node)
    assert facts.published is not None
    assert facts.published.offset == -300


@pytest.mark.parametrize(
    "line",
    [
        "Published 5 March 2026", "5. März 2026, 10:20 Uhr", "Publié le 5 mars 2026 à 10h20",
        "5 de marzo de 2026", "5 marzo 2026", "5 de março de 2026", "5 maart 2026",
        "5 marca 2026", "5 марта 2026, 10:20", "5 березня 2026", "5 Mart 2026", "٥ مارس ٢٠٢٦",
        "2026年3月5日 10時20分", "2026년 3월 5일", "05.03.2026",
    ],
)  # fmt: skip
def test_a_line_below_the_title_tells_the_day(line: str) -> None:
    facts = read(body=f"<h1>The ferry</h1><p>{line}</p>", url="https://a.example/x")
    assert local(facts).startswith("2026-03-05")
    assert facts.provenance["published_at"] == "text"


@pytest.mark.parametrize("word", ["Updated", "Aktualisiert am", "Mis à jour le", "Обновлено"])
def test_a_line_about_a_change_tells_no_day(word: str) -> None:
    body = f"<h1>The ferry</h1><p>{word} 05.03.2026</p>"
    assert read(body=body, url="https://a.example/x").published is None


@pytest.mark.parametrize(
    "body",
    [
        "<div><p>Islands | 5 March 2026</p><h1>The ferry</h1></div>",
        '<h1>The ferry</h1><p>Text.</p><div class="post-date">5 March 2026</div>',
        "<h2>The ferry</h2><p>Text.</p><time>5 March 2026</time>",
    ],
)
def test_a_day_above_the_title_or_in_an_element_for_dates_is_the_last_resort(body: str) -> None:
    facts = read(body=body, url="https://a.example/x")
    assert local(facts).startswith("2026-03-05")
    node = {"@type": "NewsArticle", "datePublished": "2025-01-01"}
    assert local(read(body=body, node=node, url="https://a.example/x")).startswith("2025-01-01")


@pytest.mark.parametrize(
    "body",
    [
        '<h1>The ferry</h1><div class="update-date">5 March 2026</div>',
        '<h1>The ferry</h1><aside class="related"><b class="date">5 March 2026</b></aside>',
    ],
)
def test_a_day_of_a_change_or_of_another_story_is_not_taken_for_it(body: str) -> None:
    padded = body.replace("</h1>", "</h1>" + "<p>Text.</p>" * 20)
    assert read(body=padded, url="https://a.example/x").published is None


def test_lines_are_those_behind_the_heading_that_is_the_title() -> None:
    head = f'<meta property="og:title" content="{TITLE}">'
    body = f"<h1>The Weekly</h1>{'<p>Menu</p>' * 20}<div><h1>{TITLE}</h1></div><p>By Ann Lee</p>"
    assert read(head, body).authors == ("Ann Lee",)
    assert read("", body).authors == ()


# --- the rest


def test_the_use_of_a_page_is_read() -> None:
    head = (
        '<meta name="robots" content="index, noai, noimageai"><meta name="robots" '
        'content="noarchive"><meta name="tdm-reservation" content="1">'
        '<link rel="license" href="https://licences.example/by">'
        '<meta name="dc.rights" content="© Harbour Gazette">'
    )
    facts = read(head, node={"@type": "NewsArticle", "isAccessibleForFree": "False"})
    assert facts.signals == ("noai", "noarchive", "tdm_reserved")
    assert facts.is_free is False
    assert facts.licence == "https://licences.example/by"
    assert facts.copyright_notice == "© Harbour Gazette"
    assert read('<meta name="robots" content="index, follow">').signals == ()


def test_section_tags_and_picture_are_read() -> None:
    head = (
        '<meta property="article:tag" content="ferry"><meta property="article:tag" '
        'content="Harbour"><meta property="og:image" content="/a.jpg">'
    )
    node = {"@type": "NewsArticle", "articleSection": ["Islands", "News"], "keywords": "x, y"}
    facts = read(head, node=node)
    assert facts.section == "Islands"
    assert facts.tags == ("ferry", "Harbour")
    assert facts.image_url == "https://www.harbour-gazette.example/a.jpg"
    assert read(node=node).tags == ("x", "y")
