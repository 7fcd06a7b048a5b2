from __future__ import annotations

import pytest

from wireroom.clean import gate
from wireroom.clean.gate import admit, printable
from wireroom.clean.reasons import Refused

PAGE = b"<!doctype html><html><body><p>A page.</p></body></html>"
LONG = b"x" * 300_000


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (b"", "empty_page"),
        (b" \n\t", "empty_page"),
        (b"%PDF-1.7 " + bytes(100), "not_html"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_html"),
        (b"\x1f\x8b" + bytes(100), "not_html"),
        (b'{"a": "<b>"}', "not_html"),
        (b"Words without any markup.", "not_html"),
        (PAGE + b" " * gate.LARGEST_PAGE, "page_too_large"),
        (PAGE + b"<p " + b"a=1 " * 100_000 + b">", "tag_too_long"),
        (PAGE + b"<p " + b"a='1'" * 100_000 + b">", "tag_too_long"),
        (PAGE + b"<p a='1' b " + b"c/d/" * 9_000 + b">", "tag_too_long"),
        (PAGE + b"<svg><style><p" + b" a" * 9_000 + b">", "tag_too_long"),
        (PAGE + b"<noscript><p" + b" a" * 9_000 + b">", "tag_too_long"),
        (PAGE + b"<div>" * (gate.DEEPEST + 1), "too_deep"),
        (PAGE + b"<div>" * 6_000 + b"</div>" * 6_000, "too_deep"),
        (PAGE + b"</div>" * 9_000 + b"<DIV x=1>" * 6_000, "too_deep"),
        (PAGE + b"<ul>" * 6_000, "too_deep"),
        (PAGE + b"<section><span>" * 3_000, "too_deep"),
        (PAGE + b"<br>" * (gate.MOST_TAGS + 1), "page_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_no_parser_should_see_is_refused_with_its_reason(html: bytes, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        admit(html)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "html",
    [
        PAGE,
        b"A few words first. <p>Then a page.</p>",
        b"<?xml version='1.0'?><x><p>no html root</p></x>",
        PAGE + b"<script>" + LONG + b"</script><p>more</p>",
        PAGE + b"<style>a<b" + LONG + b"</style>",
        PAGE + b"<svg></svg><style>a<b" + b" a" * 9_000 + b"</style>",
        PAGE + b"<div></div>" * 6_000,
        PAGE + b"<p>One.<li>Two.<td>Three.<br><img src=x>" * 6_000,
        PAGE + b"</ul>" * 9_000 + b"<ul>" * 4_000,
        PAGE + b"<div>" * 4_000 + b"</div>" * 4_000,
        PAGE + b"<p>" + LONG,
        PAGE + b"<p a='" + LONG,
        PAGE + b"<img src='data:image/png;base64," + LONG + b"'>",
        PAGE + b"<p data-x='" + b"a b=1 " * 50_000 + b"'>",
    ],
)
def test_unusual_but_harmless_pages_are_let_in(html: bytes) -> None:
    admit(html)


FLOOD = "<!doctype html><p>x<p" + "".join(f" a{number}" for number in range(20_000)) + ">"


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_limits_hold_in_charsets_that_put_nuls_between_letters(charset: str) -> None:
    page = FLOOD.encode(charset)
    with pytest.raises(Refused, match="tag_too_long"):
        admit(page)
    assert not gate._has_long_tag(page)  # without the NULs out it is not seen
    admit(FLOOD[:2_000].encode(charset))


def test_nuls_in_utf_8_hide_no_tag_because_the_parser_does_not_get_them() -> None:
    hidden = PAGE + b"<\x00p" + b" a=1\x00" * 100_000 + b">"
    with pytest.raises(Refused, match="tag_too_long"):
        admit(hidden)


def test_nuls_and_lone_surrogates_go_and_pairs_stay() -> None:
    assert printable("a\x00b\ud800c😀") == ("abc😀", "abc😀".encode())
    assert printable("a\x00b😀")[0] == "ab😀"


def test_controls_at_which_a_parser_stops_go_and_blanks_stay() -> None:
    text, utf_8 = printable("a\x08b\x0bc\x0cd\te\r\nf\x1f\ufffeg\uffff\ufffdh")
    assert text == "ab c d\te\r\nfg\ufffdh"
    assert utf_8.decode() == text
    plain = "A page — of “letters”."
    assert printable(plain)[0] is plain
