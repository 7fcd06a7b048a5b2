from __future__ import annotations

import pytest

from wireroom.clean.agencies import dateline_end, is_credit
from wireroom.clean.syndicated import parse

BODY = "The ferry between the two islands will run again from Monday, the harbour office said."


@pytest.mark.parametrize(
    "dateline",
    [
        "PARIS (AFP) – ",
        "NORTHMOUTH, March 3 (Coastwire) - ",
        "Sankt Ilgen (dpa) – ",
        "MONTESAL, 2 décembre (Agence Littorale) — ",
        "МОСКВА, 14 сентября (ТАСС) — ",
        "بريفو (رويترز) - ",
        "新华社布雷沃9月14日电 ",
        "【ロンドン共同】",
        "(서울=연합뉴스) ",
    ],
)
def test_a_dateline_that_names_an_agency_goes_and_the_sentence_stays(dateline: str) -> None:
    article = parse(dateline + BODY)
    assert article.text == BODY
    assert [(r.rule, r.kind, r.at) for r in article.removed] == [("agency.dateline", "dateline", 0)]


@pytest.mark.parametrize(
    "beginning",
    [
        "LONDON — The city",  # a place alone is a part of the story
        "Anna Berg (SPD) – the former mayor – said",
        "The company (founded in 1987) – a maker of bells – said",
        "【速報】橋が閉鎖された",
        "(Bergen) The city",
        "He said (as always) – nothing",
    ],
)
def test_a_sentence_with_brackets_and_a_dash_is_no_dateline(beginning: str) -> None:
    assert dateline_end(beginning) == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("(AFP)", True),
        ("(dpa)", True),
        ("— Reuters", True),
        ("npa/kl/rst", True),
        ("（共同通信）", True),
        ("(Agence Littorale)", True),
        ("(and so it went on)", False),
        ("either/or questions remain", False),
        ("– That was all", False),
    ],
)
def test_a_credit_names_an_agency_and_says_nothing_else(line: str, expected: bool) -> None:
    assert is_credit(line) is expected


def test_an_agency_in_brackets_behind_the_last_sentence_goes() -> None:
    assert parse(f"{BODY} (Reuters)").text == BODY
    assert parse(f"{BODY} (again)").text == f"{BODY} (again)"


@pytest.mark.parametrize("length", range(20, 45))
def test_a_long_word_in_brackets_is_just_no_agency(length: int) -> None:
    assert not is_credit(f"({'x' * length})")
    assert not is_credit(f"(see {'x' * length})")
    assert parse(f"{BODY}\n({'x' * length})").text.endswith("x)")
