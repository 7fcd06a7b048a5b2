"""Pages of those who take articles from elsewhere, and pages that only look like one of them."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.clean import beside, page, relayed
from wireroom.clean.extracted import Extracted, evidence
from wireroom.clean.page import extract, read

URL = "https://mirror.example/2026/04/ferry"
LINK = "https://gazette.example/2026/03/ferry-runs"
BODY = {
    "en": (
        "The ferry between the two islands will run again from Monday, the harbour office said on "
        "Thursday, two weeks after a storm tore its pier from the quay.",
        "Some four hundred people cross every day to reach the hospital, the school and the market "
        "on the larger island, and they had to wait for fishing boats.",
        "The council will vote in April on the money for a new pier, which engineers put at two "
        "million pounds.",
    ),
    "fr": (
        "Le bac entre les deux îles circulera de nouveau dès lundi, a annoncé jeudi la capitainerie, "
        "deux semaines après la tempête qui a arraché son ponton du quai.",
        "Quelque quatre cents personnes traversent chaque jour pour rejoindre l'hôpital, l'école et "
        "le marché de la grande île, et devaient attendre un bateau de pêche.",
    ),
    "de": (
        "Die Fähre zwischen den beiden Inseln fährt ab Montag wieder, teilte das Hafenamt am "
        "Donnerstag mit, zwei Wochen nachdem ein Sturm ihren Anleger vom Kai gerissen hatte.",
        "Rund vierhundert Menschen setzen jeden Tag über, um das Krankenhaus, die Schule und den "
        "Markt der größeren Insel zu erreichen, und mussten auf Fischerboote warten.",
    ),
    "es": (
        "El transbordador entre las dos islas volverá a circular desde el lunes, anunció el jueves "
        "la capitanía, dos semanas después de que un temporal arrancara su muelle.",
        "Unas cuatrocientas personas cruzan cada día para llegar al hospital, a la escuela y al "
        "mercado de la isla mayor, y tenían que esperar a un barco de pesca.",
    ),
    "ru": (
        "Паром между двумя островами снова начнёт ходить с понедельника, сообщило в четверг "
        "управление порта, через две недели после того, как шторм сорвал его причал.",
        "Около четырёхсот человек каждый день переправляются в больницу, школу и на рынок "
        "большего острова, и им приходилось ждать рыбацких лодок.",
    ),
    "zh": (
        "港务局周四表示，两座岛屿之间的渡轮将从周一起恢复运行，两周前一场风暴把码头从岸边卷走，"
        "岛上居民失去了邮件、牛奶和报纸，只能依靠渔船往来于两岛之间。",
        "每天大约有四百人渡海前往大岛上的医院、学校和市场，他们不得不等待渔船，"
        "议会将在四月就新码头的资金进行表决，工程师估计造价为两百万英镑。",
    ),
}
TRAILERS = {
    "en": ("Source link : {}", "Author : Ann Lee", "Publish date : 2026-03-05 10:20:00"),
    "fr": ("Lien source : {}", "Auteur : Ann Lee", "Date de publication : 2026-03-05 10:20:00"),
    "de": ("Quelle: {}", "Autor: Ann Lee", "Veröffentlicht: 2026-03-05 10:20:00"),
    "es": ("Fuente: {}", "Autor: Ann Lee", "Fecha de publicación: 2026-03-05 10:20:00"),
    "ru": ("Источник: {}", "Автор: Ann Lee", "Опубликовано: 2026-03-05 10:20:00"),
    "zh": ("来源：{}", "作者：Ann Lee", "发布时间：2026-03-05 10:20:00"),
}
RIGHTS = "Copyright for syndicated content belongs to the linked Source."


def html(*tail: str, language: str = "en", body: tuple[str, ...] = (), inside: str = "") -> bytes:
    """A page of an aggregator; ``tail``: elements behind the paragraphs."""
    paragraphs = "".join(f"<p>{escape(p)}</p>" for p in body or BODY[language])
    return (
        f'<!doctype html><html lang="{language}"><head><title>The ferry runs again</title>'
        '<meta property="og:site_name" content="News Mirror">'
        '<meta name="author" content="Maria Mirror">'
        '<meta property="article:published_time" content="2026-04-24T09:00:00+02:00">'
        f'<link rel="canonical" href="{URL}?page"></head><body><main><article>'
        f"<h1>The ferry runs again</h1>{paragraphs}{inside}{''.join(tail)}</article></main>"
        '<aside><h3>Most read</h3><ul><li><a href="/a">A bridge that nobody wanted is opened</a>'
        "</li></ul></aside><footer><p>© 2026 News Mirror</p></footer></body></html>"
    ).encode()


def tail(language: str = "en", link: str = LINK) -> list[str]:
    return [f"<p>{line.format(link)}</p>" for line in TRAILERS[language]]


def is_from_elsewhere(found: Extracted) -> None:
    assert found.canonical_url == LINK
    assert found.authors == ("Ann Lee",)
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-03-05T10:20:00+00:00"
    assert found.source == "gazette.example"


@pytest.mark.parametrize("language", BODY)
def test_the_trailer_tells_the_facts_and_is_no_text(language: str) -> None:
    found = extract(html(*tail(language), language=language), URL)
    is_from_elsewhere(found)
    assert found.text == "\n".join(BODY[language])
    told = ("authors", "published_at", "canonical_url", "source")
    assert {found.provenance[name] for name in told} == {"trailer"}
    assert found.provenance["text"] == "dom"


@pytest.mark.parametrize(
    "told",
    [
        "<p>" + "<br>".join(line.format(LINK) for line in TRAILERS["en"]) + "</p>",
        "<p>" + " ".join(line.format(LINK) for line in TRAILERS["en"]) + "</p>",
        f'<p><a href="{LINK}">Source link</a></p>' + "".join(tail()[1:]),
        f'<p>Source link : <a href="{LINK}">{LINK}</a></p>' + "".join(tail()[1:]),
        f'<div class="source"><a href="{LINK}">Source link</a></div>' + "".join(tail()[1:]),
    ],
    ids=["breaks", "glued", "link alone", "linked", "an element of its own"],
)
def test_it_is_read_however_it_is_set(told: str) -> None:
    found = extract(html(told), URL)
    is_from_elsewhere(found)
    assert found.text == "\n".join(BODY["en"])


def test_a_source_that_is_named_and_linked_has_both() -> None:
    linked = f'<p>Source: <a href="{LINK}">Harbour Gazette</a></p>'
    found = extract(html(linked, "<p>Author: Ann Lee</p>"), URL)
    assert (found.source, found.canonical_url) == ("Harbour Gazette", LINK)


def test_what_the_page_said_otherwise_is_kept_as_what_lost() -> None:
    found = extract(html(*tail()), URL)
    lost = {(c.field, c.source) for c in evidence(found) if not c.chosen}
    assert {("authors", "meta"), ("published_at", "meta"), ("canonical_url", "link")} <= lost
    chosen = [c for c in evidence(found) if c.chosen and c.field == "published_at"]
    assert [(c.source, c.value) for c in chosen] == [("trailer", "2026-03-05T10:20:00+00:00")]
    assert f"{URL}?page" in found.aliases
    assert found.published_offset is None
    assert found.zone_assumed


def test_an_empty_place_for_the_author_means_none() -> None:
    told = tail()
    told[1] = "<p>Author :</p>"
    found = extract(html(*told), URL)
    assert found.authors == ()
    assert "authors" not in found.provenance
    assert [c.value for c in found.claims if c.field == "authors" and not c.chosen] == [
        "Maria Mirror"
    ]


def test_no_word_of_an_author_leaves_the_page_its_own() -> None:
    told = tail()
    found = extract(html(told[0], told[2]), URL)
    assert found.authors == ("Maria Mirror",)
    assert found.canonical_url == LINK


def test_headlines_and_rights_of_the_trailer_go_with_it_and_those_of_the_site_do_not() -> None:
    listed = "<h3>Trending</h3><ul><li>Pensioners are paid every week</li>"
    listed += "<li>The clerk who counts the swallows</li></ul><p>Thursday, April 24</p>"
    found = extract(html(*tail(), f"<p>{RIGHTS}</p>", listed), URL)
    assert [h.text for h in found.headlines] == [
        "Pensioners are paid every week",
        "The clerk who counts the swallows",
    ]
    assert found.copyright_notice == RIGHTS
    assert found.text == "\n".join(BODY["en"])


def test_spans_count_in_the_body_as_it_was() -> None:
    made = read(html(*tail(), f"<p>{RIGHTS}</p>"), URL)
    words = [made.before[r.at : r.at + r.length] for r in made.extracted.removed]
    expected = [line.format(LINK) for line in TRAILERS["en"]]
    assert words == [*expected, RIGHTS]
    rules = [r.rule for r in made.extracted.removed]
    assert rules == ["trailer.source", "trailer.author", "trailer.date", "trailer.rights"]


def test_blocks_are_cut_with_the_text() -> None:
    inside = f"<h2>Planks and piers</h2><ul><li>{BODY['en'][1]}</li></ul>"
    inside += f"<blockquote>{BODY['en'][0]} So it goes.</blockquote>"
    for told in ([], tail()):
        found = extract(html(*told, inside=inside), URL)
        assert found.text == "\n".join(part.text for part in found.blocks)
        kinds = [(part.kind, part.level) for part in found.blocks]
        assert kinds[len(BODY["en"]) :][:1] == [("heading", 2)]
        assert kinds[-1] == ("quote", 0)


DECOYS = {
    "a sentence": "<p>Author: that is the title she prefers, and nobody has asked her for it.</p>",
    "a source in the text": "<p>Source: officials who asked not to be named said so on Friday.</p>",
    "a chart": "<figure><img src=x><figcaption>Source: Eurostat</figcaption></figure>",
    "an address alone": f"<p>Source: {LINK}</p>",
    "a source and a change": f"<p>Source: {LINK}</p><p>Updated: 5 March 2026</p>",
    "a byline": "<p>By Ann Lee</p><p>Published: 5 March 2026</p>",
    "rights": f"<p>{RIGHTS}</p>",
    "a source and rights": "<p>Source: Reuters</p><p>© 2026 News Mirror. All rights reserved.</p>",
    "a link of the site": '<p><a href="/about">Source link</a></p><p>Author: Ann Lee</p>',
    "a list": "<h3>Trending</h3><ul><li>One more</li><li>And another</li></ul>",
    "a resource": f"<p>Resource: {LINK}</p><p>Author: Ann Lee</p>",
}


@pytest.mark.parametrize("decoy", DECOYS)
def test_a_page_without_a_trailer_stays_as_it_is(
    decoy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = html(DECOYS[decoy])
    found = extract(given, URL)
    monkeypatch.setattr(relayed, "read", lambda body, url: None)
    assert found == extract(given, URL)


def test_the_decoys_are_not_passed_over_by_the_first_look_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beside, "are_likely", lambda body: True)
    monkeypatch.setattr(beside, "kinds", lambda lines: relayed.FACTS)
    for decoy in DECOYS.values():
        found = extract(html(decoy), URL)
        assert (found.source, found.headlines, found.removed) == ("News Mirror", (), ())


def test_without_the_reading_the_trailer_would_be_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relayed, "read", lambda body, url: None)
    assert "Source link" in extract(html(*tail()), URL).text


SENTENCES = st.sampled_from([p for paragraphs in BODY.values() for p in paragraphs])
LINES = st.one_of(SENTENCES, st.sampled_from([re.sub("<[^>]+>", "", d) for d in DECOYS.values()]))


@settings(max_examples=40, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=4), st.lists(LINES, max_size=3), st.booleans())
def test_text_blocks_and_spans_always_agree(
    body: list[str], more: list[str], has_trailer: bool
) -> None:
    told = [f"<p>{escape(line)}</p>" for line in more] + (tail() if has_trailer else [])
    made = read(html(*told, body=tuple(body)), URL)
    found = made.extracted
    assert found.text == "\n".join(part.text for part in found.blocks)
    if not found.removed:
        assert made.before == found.text
    out = {n for r in found.removed for n in range(r.at, r.at + r.length)}
    kept = "".join(c for n, c in enumerate(made.before) if n not in out)
    assert "".join(kept.split()) == "".join(found.text.split())


def test_only_one_list_is_looked_for_and_only_beside_the_text() -> None:
    listed = '<h3>Most read</h3><ul><li><a href="/b">Swallows are counted</a></li></ul>'
    again = '<h3>Related</h3><ul><li><a href="/c">Piers are painted</a></li></ul>'
    found = extract(html(*tail(), listed, again), URL)
    assert [h.text for h in found.headlines] == ["Swallows are counted"]


def test_the_words_for_a_source_are_those_of_the_table() -> None:
    assert {"source link", "lien source", "quelle", "出典"} <= beside._bare()
    assert page.extract(html(), URL).removed == ()
