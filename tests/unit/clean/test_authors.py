from __future__ import annotations

import pytest

from wireroom.clean.authors import names


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("By Ann Lee and Bo Dahl", ("Ann Lee", "Bo Dahl")),
        ("Von Jan Abel, Eva Klee", ("Jan Abel", "Eva Klee")),
        ("Par Anne Roy et Luc Petit", ("Anne Roy", "Luc Petit")),
        ("<a href='/x'>Ana Gil</a> y Rui S&aacute;", ("Ana Gil", "Rui Sá")),
        ("Ann Lee, ann lee, @annlee, https://a.example/ann", ("Ann Lee",)),
        ("山田花子、佐藤一", ("山田花子", "佐藤一")),
        ("سلمى الخطيب، علي حسن", ("سلمى الخطيب", "علي حسن")),
        ("Call 555123", ()),
        ("ann-lee, post.com", ()),
        ("", ()),
    ],
)
def test_names_come_out_of_bylines(byline: str, expected: tuple[str, ...]) -> None:
    assert names([byline]) == expected
