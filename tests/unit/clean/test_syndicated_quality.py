"""What the labelled texts demand; `python -m tests.quality.syndicated` prints the whole table."""

from __future__ import annotations

import random
from collections import Counter

from tests.quality.syndicated.labelled import Labelled, read
from tests.quality.syndicated.scores import FIELDS, Score, score

from wireroom.clean.extracted import Extracted
from wireroom.clean.syndicated import parse

MOST_LOST, LEAST_REMOVED, LEAST_F1, LEAST_RIGHT = 0.002, 0.98, 0.93, 0.95


def is_good(of: Score) -> bool:
    return (
        of.removed >= LEAST_REMOVED
        and of.lost <= MOST_LOST
        and of.f1 >= LEAST_F1
        and all(of.accuracy(field) >= LEAST_RIGHT for field in FIELDS)
    )


def of_half(half: str) -> list[Labelled]:
    return [text for text in read() if text.half == half]


def test_both_halves_are_read_as_well_as_they_have_to_be() -> None:
    for half in ("dev", "held"):
        assert is_good(score((text, parse(text.text)) for text in of_half(half))), half


def test_a_parser_that_takes_nothing_out_or_too_much_is_not_good_enough() -> None:
    keeps_all = score((text, Extracted(text=text.text)) for text in read())
    keeps_nothing = score((text, Extracted(text="")) for text in read())
    assert not is_good(keeps_all)
    assert keeps_all.lost == 0
    assert not is_good(keeps_nothing)
    assert keeps_nothing.lost == 1


def test_the_texts_are_many_in_many_languages_and_no_two_have_one_name() -> None:
    texts = read()
    assert len(texts) >= 150
    assert len({text.id for text in texts}) == len(texts)
    assert len(Counter(text.language for text in texts)) >= 15
    assert min(Counter(text.language for text in texts).values()) >= 10


def test_the_answer_does_not_depend_on_what_was_read_before() -> None:
    texts = [text.text for text in read()]
    answers = {text: parse(text) for text in texts}
    random.Random(7).shuffle(texts)
    assert all(parse(text) == answers[text] for text in texts)


def test_what_was_cleaned_stays_as_it_is() -> None:
    cleaned = [parse(text.text).text for text in read()]
    changed = [text for text in cleaned if parse(text).text != text]
    assert changed == []
