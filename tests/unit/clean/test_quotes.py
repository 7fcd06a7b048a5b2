from __future__ import annotations

import pytest

from wireroom.clean.quotes import closes, closing


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("“One.”Two", [5]),
        ("One.”Two”, she said", [8]),  # typed with the wrong mark
        ("„Eins.“Zwei „drei“ vier", [6, 17]),
        ('He said: "Go."She went', [13]),
        ('It rained."The road held," he said', [25]),
        ("“One. “Two.”Three", [11]),  # every paragraph of a quotation opens, the last closes
        ('A 5" pipe. "Go," he said."Stay," she said', [3, 15, 31]),  # a forgotten one
        ('"', []),
    ],
)
def test_a_mark_closes_by_its_neighbours_and_by_what_is_open(line: str, ends: list[int]) -> None:
    assert sorted(closing(line)) == ends


def test_marks_that_point_both_ways_close_what_the_other_opened() -> None:
    assert closes("»Eins.«", 6, frozenset())
    assert closes("« Un. »", 6, frozenset())
    assert not closes("Un.«Deux", 3, frozenset())
