from __future__ import annotations

import itertools

import pytest

from wireroom.clean.paragraphs import words_of
from wireroom.clean.seams import seams


def halves(line: str, more: str = "") -> list[str]:
    places = [0, *seams(line, words_of([line, more])), len(line)]
    return [line[a:b] for a, b in itertools.pairwise(places)]


@pytest.mark.parametrize(
    "parts",
    [
        ["The quarrel over the old harbour", "Nobody knows how it began"],
        ["Les combats font rage à l’école", "Les élèves attendent"],
        ["Спор об одном причале", "Его чинили четыре раза"],
        ["A year to remember: 2014", "The ships came back"],
        ["Members of the crew (in order)", "Ann Lee"],
        ["They called it “the wall”", "Nobody laughed"],
        ["LONDON SAYS NEVER", "The city has decided"],
        ["Next fight:", "Monday"],
    ],
)
def test_a_capital_in_the_midst_of_a_word_is_a_lost_break(parts: list[str]) -> None:
    assert halves("".join(parts)) == parts


@pytest.mark.parametrize(
    "line",
    [
        "YouTube, McDonald and iPhone, eBay or LeBron",
        "SoftBank has bought it",
        "See https://a.example/someThing, @someName and #someTag, call some.getAll()",
        "MacBooks for DREAMers on 1Xtra with 10Gbps and 4Motion",
        "不正に改造したiPhoneを販売した",
        "He is the winner.”The town laughed",
    ],
)
def test_names_tags_and_addresses_have_no_seam(line: str) -> None:
    assert halves(line) == [line]


def test_a_name_that_comes_back_has_no_seam() -> None:
    line = "The makers of paintShop are sorry"
    assert len(halves(line)) == 2
    assert halves(line, "They say that paintShop will stay.") == [line]
