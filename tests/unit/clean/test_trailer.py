from __future__ import annotations

import pytest

from wireroom.clean import lines
from wireroom.clean.headlines import is_page_date
from wireroom.clean.lines import label_of
from wireroom.clean.syndicated import article_of, parse
from wireroom.clean.trailer import EXAMINED, trailer

LABELS = {
    "en": ("Source link : https://a.example/1", "Written by Ann Lee", "Posted on May 3, 2024"),
    "fr": ("Source : https://a.example/1", "Auteur : Anne Roy", "Publié le 3 mai 2024"),
    "de": ("Quelle: https://a.example/1", "Autor: Jan Abel", "Veröffentlicht am 3. Mai 2024"),
    "es": ("Fuente: https://a.example/1", "Autora: Ana Gil", "Publicado el 3 de mayo de 2024"),
    "pt": ("Fonte: https://a.example/1", "Autor: Rui Sá", "Publicado em 3 de maio de 2024"),
    "it": ("Fonte: https://a.example/1", "Autore: Ugo Re", "Pubblicato il 3 maggio 2024"),
    "nl": ("Bron: https://a.example/1", "Auteur: Jan de Wit", "Gepubliceerd op 3 mei 2024"),
    "ru": ("Источник: https://a.example/1", "Автор: Олег Мир", "Опубликовано: 3 мая 2024"),
    "uk": ("Джерело: https://a.example/1", "Автор: Олег Мир", "Дата публікації: 03.05.2024"),
    "ar": ("المصدر: https://a.example/1", "الكاتب: علي حسن", "تاريخ النشر: 3 مايو 2024"),
    "zh": ("来源：https://a.example/1", "作者：王小明", "发布时间：2024年5月3日"),
    "ja": ("出典：https://a.example/1", "著者：山田太郎", "公開日：2024年5月3日"),
    "ko": ("출처: https://a.example/1", "기자: 김민수", "게시일: 2024년 5월 3일"),
    "tr": ("Kaynak: https://a.example/1", "Yazar: Can Demir", "Yayın tarihi: 3 Mayıs 2024"),
    "pl": ("Źródło: https://a.example/1", "Autor: Jan Kos", "Data publikacji: 3 maja 2024"),
}


@pytest.mark.parametrize("language", LABELS)
def test_source_author_and_date_are_known_in_every_language(language: str) -> None:
    kinds = [label and label.kind for label in map(label_of, LABELS[language])]
    assert kinds == ["source", "author", "date"]


@pytest.mark.parametrize(
    "line",
    [
        "Author: that is the title she prefers.",
        "Author: a life in exile, told by the woman who lived it",
        "Source: officials who asked not to be named said so on Friday.",
        "Date: it was never fixed, and nobody dared to ask.",
        "Copyright for the song belongs to his brother, the court said on Friday.",
        "Related: the company said that it would appeal.",
        "Quelle: so heißt der Brunnen im Dorf.",
        "Автор: так она называет себя в письмах к друзьям.",
        "Published in 1987, the novel was forgotten for thirty years",
        "Updated 3 times, the plan still has no date for its end",
    ],
)
def test_a_sentence_that_begins_like_a_label_is_none(line: str) -> None:
    assert label_of(line) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Author :", "author"),
        ("© 2024 The Island Post. All rights reserved.", "rights"),
        ("Copyright © Island Post", "rights"),
        ("版权所有", "rights"),
        ("Tüm hakları saklıdır.", "rights"),
        ("Read more: The bridge that nobody wanted", "also"),
        ("À lire aussi : Le pont dont personne ne voulait", "also"),
        ("Follow us on Mastodon and Bluesky", "social"),
        ("Sign up for our weekly newsletter.", "newsletter"),
        ("The post The bridge that nobody wanted appeared first on Island Post.", "appeared"),
        ("Tags: bridges, ferries", "tags"),
    ],
)
def test_lines_that_are_no_article_are_known(line: str, kind: str) -> None:
    label = label_of(line)
    assert label is not None
    assert label.kind == kind


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Thursday, April 24", True),
        ("jeudi 24 avril 2025", True),
        ("24. April 2025, 10:20 Uhr", True),
        ("2025年4月24日 木曜日", True),
        ("الخميس 24 أبريل", True),
        ("10:20", True),
        ("April is the cruellest month", False),
        ("On Thursday 24 people came", False),
        ("1,100", False),
    ],
)
def test_a_page_date_is_a_day_and_nothing_else(line: str, expected: bool) -> None:
    assert is_page_date(line) is expected


BODY = "The ferry between the two islands will run again from Monday, the harbour office said."


def test_the_paragraphs_of_a_page_are_taken_apart_like_a_text() -> None:
    parts = trailer([BODY, "Source link : https://a.example/1", "Author :", "Trending", "One more"])
    assert [span.text for span in parts.body] == [BODY]
    assert [label.kind for label in parts.labels] == ["source", "author"]
    assert parts.headlines == ["One more"]
    assert trailer([]).body == []


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Publicado em 04/10/2023 - 06:30", "2023-10-04"),
        ("Publié le : 02/12/2022 - 11:40", "2022-12-02"),
        ("Published on 02/12/2022", None),  # only in English may it be February
        ("Date: 02/12/2022", None),
    ],
)
def test_the_language_of_a_label_tells_which_figure_is_the_day(line: str, day: str | None) -> None:
    moment = parse(f"{BODY}\n{line}").published_at
    assert (moment and moment.date().isoformat()) == day


def test_a_day_beside_a_byline_is_the_articles_and_no_other_day_is() -> None:
    bylined = parse(f"By Jonas Ferrol\nJanuary 19, 2022\n{BODY}")
    assert bylined.authors == ("Jonas Ferrol",)
    assert bylined.published_at is not None
    assert parse(f"January 19, 2022\n{BODY}").published_at is None


def test_what_is_announced_ends_where_the_next_sentence_is_glued_to_it() -> None:
    article = parse(f"{BODY}Read also: The clerk who counts the swallowsNobody else does. {BODY}")
    assert [h.text for h in article.headlines] == ["The clerk who counts the swallows"]
    assert article.text == f"{BODY}\nNobody else does. {BODY}"


@pytest.mark.parametrize(
    "ending",
    [
        "The prize will be given on Friday, 12 March 2027.",
        "It was all over on Thursday, April 24",
        "Trending is what used to be called gossip, she wrote.",
        "“Source: myself,” he said, “and copyright 2024 is mine. All rights reserved.”",
    ],
)
def test_a_body_may_end_like_a_trailer(ending: str) -> None:
    assert parse(f"{BODY} {ending}").text == f"{BODY} {ending}"


@pytest.mark.parametrize(
    "line",
    [
        "“Follow us on this road,” she said",
        "Share this burden, the minister told the towns, or the law that you asked for will fail",
        "Related: nobody is",
        "Posted 3 wins in a row",
    ],
)
def test_a_line_in_the_body_that_begins_like_a_call_stays(line: str) -> None:
    assert parse(f"{BODY}\n{line}\n{BODY}").text == f"{BODY}\n{line}\n{BODY}"


def test_a_page_has_lost_no_breaks() -> None:
    glued = f"{BODY}{BODY}"
    assert [span.text for span in trailer([glued]).body] == [glued]
    assert parse(glued).text == f"{BODY}\n{BODY}"


def test_the_facts_of_a_pages_trailer_are_read_like_those_of_a_text() -> None:
    article = article_of(trailer([BODY, "Author: Ann Lee", "Publish date : 2025-02-08 10:20:00"]))
    assert article.authors == ("Ann Lee",)
    assert article.published_at is not None
    assert article.text == BODY


def test_in_a_very_long_text_only_both_ends_are_examined() -> None:
    lines = [BODY] * (2 * EXAMINED + 10)
    lines[EXAMINED + 5] = lines[-1] = "Read also: The clerk who counts swallows"
    article = parse("\n".join(lines))
    assert len(article.removed) == 1
    assert article.text.count("Read also") == 1


def test_a_trailer_on_one_line_of_its_own_is_cut_at_its_labels() -> None:
    line = "Source link : https://a.example/1 Author : Ann Lee Publish date : 2025-02-08 10:20:00"
    article = parse(f"{BODY}\n{line}")
    assert article.text == BODY
    assert (article.canonical_url, article.authors) == ("https://a.example/1", ("Ann Lee",))


@pytest.mark.parametrize("link", ["https://a.example", "https://www.a.example/"])
def test_a_front_page_is_the_source_and_not_the_article(link: str) -> None:
    article = parse(f"{BODY}\nSource link : {link}\nAuthor : Ann Lee")
    assert (article.canonical_url, article.source) == (None, "a.example")
    assert article.text == BODY


def test_only_short_lines_are_remembered() -> None:
    label_of("Source: Island Post")
    held = lines._label_of.cache_info().currsize
    assert label_of("x" * (lines.LONGEST + 1)) is None
    assert lines._label_of.cache_info().currsize == held
    label_of("x" * lines.LONGEST)
    assert lines._label_of.cache_info().currsize == held + 1
