"""Sixty spellings: what is one address, and what must stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.urls import canonical

ROOT = "https://paper.test"

ONE = {
    "campaign parameters": ("/story?utm_source=mail&utm_medium=x", "/story"),
    "campaign parameters in upper case": ("/story?UTM_Source=mail", "/story"),
    "click id of a social network": ("/story?fbclid=Aa1", "/story"),
    "click id behind a real parameter": ("/story?id=5&gclid=9", "/story?id=5"),
    "parameters of a broadcaster": ("/story?at_medium=RSS&at_campaign=rss", "/story"),
    "newsletter ids": ("/story?mc_cid=1&mc_eid=2", "/story"),
    "share id": ("/story?igshid=1", "/story"),
    "origin code": ("/story?xtor=RSS-1", "/story"),
    "traffic source": ("/story?traffic_source=rss", "/story"),
    "fragment": ("/story#comments", "/story"),
    "text fragment": ("/story#:~:text=word", "/story"),
    "https port": ("https://paper.test:443/story", "/story"),
    "http port": ("http://paper.test:80/story", "http://paper.test/story"),
    "http is https": ("http://paper.test/story", "/story"),
    "case of scheme and host": ("HTTPS://PAPER.Test/story", "/story"),
    "dot behind the host": ("https://paper.test./story", "/story"),
    "dot segments": ("/b/../story", "/story"),
    "escaped dot segments": ("/b/%2e%2e/story", "/story"),
    "no path": ("https://paper.test", "/"),
    "case of escapes": ("/%c3%b6", "/%C3%B6"),
    "raw umlaut": ("/ö", "/%C3%B6"),
    "escape that is not needed": ("/%7Ewriter", "/~writer"),
    "international host": ("https://köln.test/a", "https://xn--kln-sna.test/a"),
    "international host in upper case": ("https://KÖLN.test/a", "https://xn--kln-sna.test/a"),
    "full-width host": ("https://ｐaper.test/story", "/story"),
    "address in hex": ("https://0x7f.1/a", "https://127.0.0.1/a"),
    "blanks around": ("  https://paper.test/story\n", "/story"),
    "tab inside": ("/sto\try", "/story"),
    "backslash": ("https://paper.test\\story", "/story"),
    "empty query": ("/story?", "/story"),
    "empty parameters": ("/story?&&id=1&", "/story?id=1"),
    "session in the path": ("/story;jsessionid=AB12", "/story"),
    "session in the query": ("/story?PHPSESSID=1&id=2", "/story?id=2"),
    "user info": ("https://me:secret@paper.test/story", "/story"),
}

APART = {
    "id": ("/story?id=1", "/story?id=2"),
    "case of the path": ("/Story", "/story"),
    "trailing slash": ("/story/", "/story"),
    "post number": ("/?p=1", "/?p=2"),
    "page": ("/story?page=2", "/story"),
    "escaped slash": ("/a%2Fb", "/a/b"),
    "double slash": ("//a", "/a"),
    "index page": ("/a/index.html", "/a/"),
    "hash-bang": ("/#!/story/1", "/#!/story/2"),
    "another port": ("https://paper.test:8443/story", "/story"),
    "www": ("https://www.paper.test/story", "/story"),
    "mobile host": ("https://m.paper.test/story", "/story"),
    "amp path": ("/story/amp", "/story"),
    "amp parameter": ("/story?amp=1", "/story"),
    "ref": ("/story?ref=1", "/story?ref=2"),
    "order of parameters": ("/story?a=1&b=2", "/story?b=2&a=1"),
    "repeated parameter": ("/story?t=1&t=2", "/story?t=1"),
    "plus and escaped plus": ("/story?q=a+b", "/story?q=a%2Bb"),
    "case of a value": ("/story?id=Ab", "/story?id=aB"),
    "tracking name as a value": ("/story?u=utm_source", "/story"),
    "source": ("/story?source=1", "/story?source=2"),
    "story id before src": ("/s.php?storyId=1&src=2", "/s.php?storyId=2&src=2"),
    "sid": ("/story?sid=1", "/story?sid=2"),
    "cid": ("/story?cid=1", "/story?cid=2"),
    "session of a parliament": ("/story?session=1", "/story?session=2"),
    "empty value": ("/story?x=", "/story"),
}


def _full(url: str) -> str:
    return ROOT + url if url.startswith("/") else url


@pytest.mark.parametrize("pair", ONE.values(), ids=ONE.keys())
def test_two_spellings_of_one_address_become_one(pair: tuple[str, str]) -> None:
    assert canonical(_full(pair[0])) == canonical(_full(pair[1]))


@pytest.mark.parametrize("pair", APART.values(), ids=APART.keys())
def test_what_may_be_two_pages_stays_two(pair: tuple[str, str]) -> None:
    assert canonical(_full(pair[0])) != canonical(_full(pair[1]))


_PIECES = (
    "a B 1 . .. / // ? & = # #! % %% %2e %2E %41 %25 %3b ; ;jsessionid= ;jsessionid=1/ : 80 443 "
    "utm_x=1 PHPSESSID=2 fbclid é ① 。 \\ @ xn-- \t _ ~ + 127 0x1"
)
_tails = st.lists(st.sampled_from(_PIECES.split(" ")) | st.text(max_size=3), max_size=12).map(
    "".join
)


@given(st.sampled_from(["https://paper.test/", "http://paper.test/a", "http://", "HTTPS:"]), _tails)
def test_the_canonical_form_is_its_own_canonical_form(start: str, rest: str) -> None:
    try:
        once = canonical(start + rest)
    except ValueError:
        return
    assert canonical(once) == once
    assert once.isascii()


@pytest.mark.parametrize(
    "url", ["/%%32e%%32e/b", "/a/..;jsessionid=1", "/a/%3Bjsessionid=1", "/100%", "/?%6Ab=%"]
)
def test_escapes_within_escapes_do_not_change_the_second_time(url: str) -> None:
    once = canonical(_full(url))
    assert canonical(once) == once


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "not a URL"),
        ("/story", "not a URL"),
        ("https://", "not a URL"),
        ("https://pa per.test/", "not a URL"),
        ("ftp://paper.test/a", "neither http nor https"),
        ("javascript:1", "neither http nor https"),
        ("https://a..test/", "empty label"),
        ("https://./", "empty label"),
    ],
)
def test_what_is_no_web_address_is_refused_with_a_sentence(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        canonical(url)


def test_there_are_60_vectors() -> None:
    assert (len(ONE), len(APART)) == (34, 26)
