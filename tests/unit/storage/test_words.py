from __future__ import annotations

import pytest

from wireroom.storage.resemblance import alike, words
from wireroom.storage.words import INDEXED, query, searchable

RIVER = "The river rose by two metres on Monday night."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The “Best” of São Paulo—again", "the best of são paulo again"),
        ("L’élection", "l'élection"),
        ("東京都", "東京 京都"),
        ("iPhoneを発売", "iphone を発 発売"),
        ("東", "東"),
        ("ﾄｳｷｮｳ", "トウ ウキ キョ ョウ"),
        ("สวัสดี", "สว วั ัส สด ดี"),
        ("a\u00a0b\u2028c\u200bd", "a b c d"),
        ("हिन्दी", "हिन्दी"),
        ("COVID-19 a@b.example", "covid-19 a@b.example"),
    ],
)
def test_text_becomes_words_that_postgres_can_tell_apart(text: str, expected: str) -> None:
    assert " ".join(searchable(text).split()) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("東京都 -知事", '"東京 京都" -"知事"'),
        ("-選挙権", '-"選挙 挙権"'),
        ("「東京都」 or Osaka", '" 東京 京都 " or osaka'),
        ("“fishing quotas” -paris", '"fishing quotas" -paris'),
        ('"open phrase', '"open phrase"'),
    ],
)
def test_a_query_keeps_its_operators(given: str, expected: str) -> None:
    assert query(given) == expected


def test_a_text_is_cut_where_a_tsvector_would_be_full() -> None:
    assert len(searchable("語" * 200_000)) <= 3 * INDEXED + 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (RIVER, f"RIVERTON - {RIVER} (Agency)", True),
        (RIVER, "The river fell by one metre on Sunday.", False),
        ("東京都の選挙で新しい知事が決まった", "東京都の選挙で新しい知事が決まった。写真", True),
        ("", "", False),
        ("Two words", "Two words", False),
    ],
)  # fmt: skip
def test_what_is_mostly_contained_is_alike(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is expected
    assert alike(other, one) is expected


def test_characters_are_words_where_a_script_has_no_blanks() -> None:
    assert words("Ab 東京, c9!") == ["ab", "東", "京", "c9"]
