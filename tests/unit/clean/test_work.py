from __future__ import annotations

import sys

import pytest

from wireroom.clean.extracted import Extracted
from wireroom.clean.reasons import NoArticle, Refused
from wireroom.clean.work import run

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

URL = "https://a.example/1"
SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said. "
PAGE = f"<!doctype html><html><body><article><p>{SENTENCE * 5}</p></article></body></html>".encode()


def test_a_packed_page_becomes_an_article() -> None:
    extracted = run(zstd.compress(PAGE), None, URL, "text/html; charset=utf-8")
    assert isinstance(extracted, Extracted)
    assert extracted.text == (SENTENCE * 5).strip()


def test_a_front_page_is_no_article() -> None:
    none = run(zstd.compress(PAGE), None, "https://a.example/", None)
    assert isinstance(none, NoArticle)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Refused, match="page_too_large"):
        run(zstd.compress(bytes(200_000_000)), None, URL, None)


def test_bytes_that_are_not_packed_are_refused() -> None:
    with pytest.raises(Refused, match="html_not_zstd"):
        run(PAGE, None, URL, None)


def test_plain_text_goes_the_way_of_syndicated_text() -> None:
    extracted = run(None, f"{SENTENCE}\nAuthor : Ann Lee", URL, None)
    assert isinstance(extracted, Extracted)
    assert extracted.authors == ("Ann Lee",)
    assert extracted.source == "a.example"
    assert extracted.removed


def test_a_fragment_of_markup_becomes_paragraphs() -> None:
    text = f"<p>{SENTENCE}</p><h2>Old &amp; new</h2><p>One<br/>two.<script>x()</script></p>"
    extracted = run(None, text, URL, None)
    assert isinstance(extracted, Extracted)
    assert extracted.text.split("\n") == [SENTENCE.strip(), "Old & new", "One", "two."]
    assert extracted.removed == ()


def test_a_whole_page_handed_in_as_text_goes_the_way_of_pages() -> None:
    extracted = run(None, PAGE.decode(), URL, None)
    assert isinstance(extracted, Extracted)
    assert extracted.provenance["text"] == "dom"


def test_a_text_with_nothing_left_is_no_article() -> None:
    none = run(None, "Source link : https://a.example/1\nAuthor :", URL, None)
    assert isinstance(none, NoArticle)
    assert none.reason == "too_short"


def test_a_comparison_sign_does_not_make_a_text_markup() -> None:
    extracted = run(None, f"If a < b and c > d, then so be it. {SENTENCE}", "", None)
    assert isinstance(extracted, Extracted)
    assert extracted.text.startswith("If a < b")
