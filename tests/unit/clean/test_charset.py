from __future__ import annotations

import codecs

import pytest

from wireroom.clean.charset import decode

CAFE = "Un café à Málaga, s’il vous plaît: „gerne“ – 5 €"
RUSSIAN = "Городской трамвай вернётся на набережную весной, сообщили в управлении. " * 5
JAPANESE = "市は来年の春から川沿いの遊歩道を夜間も開放すると発表した。" * 5


@pytest.mark.parametrize(
    ("body", "declared", "text"),
    [
        (CAFE.encode(), None, CAFE),
        (CAFE.encode(), "iso-8859-1", CAFE),
        (codecs.BOM_UTF8 + CAFE.encode(), None, CAFE),
        (codecs.BOM_UTF16_LE + CAFE.encode("utf-16-le"), None, CAFE),
        (codecs.BOM_UTF16_BE + CAFE.encode("utf-16-be"), None, CAFE),
        (CAFE.encode("windows-1252"), "iso-8859-1", CAFE),
        ((CAFE * 20).encode("windows-1252"), "nonsense-1", CAFE * 20),
        (RUSSIAN.encode("windows-1251"), "windows-1251", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "utf-8", RUSSIAN),
        (JAPANESE.encode("shift_jis"), "Shift_JIS", JAPANESE),
        (JAPANESE.encode("euc-jp"), None, JAPANESE),
    ],
)
def test_letters_come_out_right(body: bytes, declared: str | None, text: str) -> None:
    assert decode(body, declared) == text


@pytest.mark.parametrize(
    "head",
    [b'<meta charset="windows-1251">', b"<?xml version='1.0' encoding='windows-1251'?>"],
)
def test_the_markup_may_declare_it(head: bytes) -> None:
    assert decode(head + RUSSIAN.encode("windows-1251")).endswith(RUSSIAN)


def test_a_few_broken_bytes_do_not_make_a_page_another_charset() -> None:
    assert decode(CAFE.encode() * 50 + b"\xff", "utf-8").startswith(CAFE)
    assert decode(CAFE.encode() * 50 + b"\xff").startswith(CAFE)


@pytest.mark.parametrize("name", ["unicode_escape", "raw_unicode_escape", "cp037", "utf-7", "hex"])
def test_a_charset_that_no_browser_knows_is_a_lie(name: str) -> None:
    page = "<p>caf\xe9 \\x3cscript\\x3e \\ud800</p>".encode("latin-1")
    for text in (decode(page, name), decode(f'<meta charset="{name}">'.encode() + page)):
        assert "<p>caf" in text
        assert "<script>" not in text
        text.encode()
