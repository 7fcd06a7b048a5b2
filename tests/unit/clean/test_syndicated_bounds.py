"""Texts that nobody would write: no exception, and nothing gets lost without a rule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.clean.syndicated import parse

SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said."
PIECES = st.sampled_from(
    [
        *("Source link : https://a.example/1", "Author :", "Author: Ann Lee", "By Ann Lee"),
        *("Publish date : 2025-02-08 10:20:00", "Trending", "- One more story", "Read also: A dog"),
        *("Copyright for syndicated content belongs to the linked Source.", "Tuesday, March 4"),
        *("PARIS (AFP) – ", "(Reuters)", "all rights reserved", "© 2024", "3 hours ago", "来源："),
        *(
            "作者",
            "。",
            ".",
            "“",
            "”",
            "\n",
            "\r\n",
            " ",
            "\x00",
            "\u202e",
            "\u200f",
            "\ufeff",
            "İ",
        ),
        *(SENTENCE, "A glued headingThe next one", "المصدر: ", "10.5", "(", ")", "»", ":"),
    ]
)
MADE_UP = st.lists(PIECES, max_size=25).map("".join)
ANY = st.one_of(st.text(max_size=400), MADE_UP)

NASTY = {
    "one line": SENTENCE * 1_000,
    "many lines": "A line\n" * 5_000,
    "stops": ".!?…:;-—“”»«" * 3_000,
    "quotes": '."' * 20_000,
    "marks of direction": "\u202e\u200f.\u200eA" * 5_000,
    "nothing": "\x00" * 50_000,
    "nulls in words": "a\x00.B" * 10_000,
    "labels in a line": "Source link:" * 10_000,
    "labels": "Source link: https://a.example/1\n" * 10_000,
    "announcements": "Read also: A title of someThe " * 500,
    "bullets": "- " * 20_000,
    "appeared": "The post appeared first on appeared first on x\n" * 1_000,
    "brackets": "PARIS (((AFP) –\n" * 1_000,
    "two small letters for one": "İ" * 50_000,
    "surrogates": "A\ud800B. " * 1_000,
}


def ink(text: str) -> str:
    """What a reader sees; blanks and what cannot be printed do not count."""
    unseen = "\u200b\ufeff\u2028\u2029\x85"
    return "".join(c for c in text if c.isprintable() and not c.isspace() and c not in unseen)


def assert_covered(text: str) -> None:
    article = parse(text)
    kept, at = [], 0
    for removed in article.removed:
        assert at <= removed.at < removed.at + removed.length <= len(text)
        assert removed.kind in removed.rule
        kept.append(text[at : removed.at])
        at = removed.at + removed.length
    kept.append(text[at:])
    assert ink("".join(kept)) == ink(article.text)


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_what_is_not_removed_is_the_text(text: str) -> None:
    assert_covered(text)


@pytest.mark.parametrize("name", NASTY)
def test_nasty_texts_are_covered_as_well(name: str) -> None:
    assert_covered(NASTY[name])


@given(MADE_UP)
@settings(max_examples=50, deadline=None)
def test_the_same_text_gives_the_same_answer(text: str) -> None:
    assert parse(text) == parse(text)
