from __future__ import annotations

import pytest

from wireroom.clean.authors import names
from wireroom.clean.people import agencies, people, sites_of

SITES = sites_of(("Harbour Gazette", "harbour-gazette.example", "harbour-gazette", "HGZ"))


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Ann Lee and Bo Dahl", ("Ann Lee", "Bo Dahl")),
        ("Von Jan Abel, Eva Klee", ("Jan Abel", "Eva Klee")),
        ("Par Anne Roy et Luc Petit", ("Anne Roy", "Luc Petit")),
        ("Por Ana Gil y Rui Sá", ("Ana Gil", "Rui Sá")),
        ("di Carla Neri", ("Carla Neri",)),
        ("door Piet de Vries", ("Piet de Vries",)),
        ("Autor: Jan Kowalski", ("Jan Kowalski",)),
        ("Автор: Иван Петров", ("Иван Петров",)),
        ("Yazar: Ayşe Kaya", ("Ayşe Kaya",)),
        ("بقلم: سلمى الخطيب", ("سلمى الخطيب",)),
        ("记者：王小明", ("王小明",)),
        ("責任編輯：林美玲、陳志明", ("林美玲", "陳志明")),
        ("홍길동 기자", ("홍길동",)),
        ("取材 山田花子", ("山田花子",)),
        ("View all posts by Ann Lee", ("Ann Lee",)),
        ("Veröffentlicht von Jan Abel", ("Jan Abel",)),
        ("Ann Lee, Islands correspondent", ("Ann Lee",)),
        ("Ann Lee Senior Staff Writer", ("Ann Lee",)),
        ("Ann Lee, MD, PhD", ("Ann Lee",)),
        ("Ann Lee for the Harbour Gazette", ("Ann Lee",)),
        ("Ann Lee & 3 others", ("Ann Lee",)),
        ("Ann Lee, Harbour Gazette", ("Ann Lee",)),
        ("Ann Lee and Bo Dahl, Island Times", ("Ann Lee", "Bo Dahl")),
        ("Ann Lee and The Associated Press", ("Ann Lee",)),
        ("Ann Lee 5 March", ("Ann Lee",)),
        ("Ann Lee March 5, 2026", ("Ann Lee",)),
    ],
)
def test_people_come_out_of_bylines(byline: str, expected: tuple[str, ...]) -> None:
    assert people([byline], SITES) == expected


@pytest.mark.parametrize(
    "byline",
    [
        "Reuters Staff", "Von", "By", "https://harbour-gazette.example/ann", "ann@post.example",
        "dpa", "AFP", "Harbour Gazette", "The Harbour Gazette", "Harbour Gazette staff",
        "harbour-gazette.example, Frankfurt, Germany", "HGZ Sport", "Editor", "Redaktion",
        "4 comments", "Posted on", "Name *", "3 min read", "Photo: Ann Lee", "Associated Press",
        "The Harbour, The Citizen", "Der Bote",
        "Sponsored", "admin", "新华社", "编辑部", "",
    ],
)  # fmt: skip
def test_what_is_nobody_is_not_a_person(byline: str) -> None:
    assert people([byline], SITES) == ()


def test_without_the_names_of_the_site_its_name_would_pass_for_a_person() -> None:
    assert people(["Island Echo"], sites_of(["Island Echo"])) == ()
    assert people(["Island Echo"]) == ("Island Echo",)


def test_one_word_is_a_name_only_where_the_source_says_that_it_is_a_name() -> None:
    assert people(["Colette"], SITES, is_sure=True) == ("Colette",)
    assert people(["Colette"], SITES) == ()


def test_beside_whole_names_a_word_in_small_letters_is_a_login() -> None:
    assert people(["Ann Lee, annlee"], is_sure=True) == ("Ann Lee",)
    assert people(["annlee"], is_sure=True) == ("annlee",)


def test_a_site_whose_name_has_an_and_in_it_is_taken_as_a_whole() -> None:
    sites = sites_of(["Lamp & Anchor"])
    assert people(["Lamp & Anchor", ", The Lamp & Anchor"], sites, is_sure=True) == ()
    assert people(["Lamp & Anchor"], is_sure=True) == ("Lamp", "Anchor")


def test_agencies_are_told_by_their_names() -> None:
    assert agencies(["AFP", " dpa ", "Associated Press", "Agencies", "Ann Lee"]) == (
        "AFP", "dpa", "Associated Press",
    )  # fmt: skip


def test_the_plain_splitter_still_takes_everybody() -> None:
    assert names(["By Ann Lee, Reuters Staff"]) == ("Ann Lee", "Reuters Staff")
