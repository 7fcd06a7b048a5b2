from __future__ import annotations

import tomllib

import pytest

from wireroom.clean.labels import FILE, Labels, fold, read, table

TABLE = tomllib.loads(FILE.read_text("utf-8"))
KINDS = {
    *("source", "author", "date", "updated", "tags", "also", "photo", "heads", "rights"),
    *("social", "newsletter", "appeared", "credit", "ago", "agencies"),
}
ROW = """
[xx]
source = ["kelle"]
author = ["kirja", "kirja {}"]
heads = ["loetud"]
rights = ["kõik õigused *"]
agencies = ["bns"]
"""


def kinds(labels: Labels, line: str) -> set[str]:
    return {p.kind for p in labels.beginning(fold(line)) if p.pattern.fullmatch(line)}


@pytest.mark.parametrize("language", TABLE)
def test_every_language_has_words_for_every_kind(language: str) -> None:
    words = TABLE[language]
    assert set(words) == KINDS
    assert all(words[kind] for kind in KINDS - {"credit"})


def test_no_whole_line_has_more_than_three_places_that_match_anything() -> None:
    entries = [e for words in TABLE.values() for found in words.values() for e in found]
    assert max(entry.count("*") + entry.count("{}") for entry in entries) <= 3


def test_a_language_is_added_by_adding_a_table() -> None:
    labels = read(ROW)
    assert labels.before_colon == {"kelle": "source", "kirja": "author"}
    assert labels.heads == {"loetud"}
    assert kinds(labels, "Kõik õigused kaitstud") == {"rights"}
    assert kinds(table(), "Kõik õigused kaitstud") == set()


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match=r"xx\.sauce"):
        read('[xx]\nsauce = ["kelle"]\nheads = []\nagencies = []')


def test_folding_keeps_offsets() -> None:
    assert fold("İL’ÊTÉ\u202f1") == "il'êté 1"
    assert len(fold("İİİ Straße")) == len("İİİ Straße")
