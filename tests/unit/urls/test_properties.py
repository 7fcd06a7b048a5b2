"""What holds for every URL: tracking changes no id, and two parsers read the same address."""

from __future__ import annotations

from urllib.parse import urlsplit

import ada_url
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yarl import URL

from wireroom import urls
from wireroom.urls import TRACKING, TRACKING_PREFIXES, article_id, canonical, host
from wireroom.web.address import Policy, parse
from wireroom.web.errors import Refused

_word = st.text("abcXYZ019-._~%+ é", min_size=1, max_size=6)
_value = st.text("abcXYZ019-._~%/?:@!$'()*,; é", max_size=8)
_parameters = st.lists(
    st.tuples(st.sampled_from(["id", "p", "page", "ref", "source", "sid", "cid"]) | _word, _value),
    max_size=4,
)
_roots = st.sampled_from(
    [
        "https://paper.test",
        "http://paper.test",
        "https://WWW.Paper.test:8443",
        "https://köln.test",
        "http://10.1.2.3:80",
    ]
)
_paths = st.lists(_word | st.sampled_from(["..", ".", "", "a;jsessionid=9"]), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)
_fragments = st.sampled_from(["", "#", "#top", "#!/story/1", "#:~:text=a"])

_session = st.sampled_from(["PHPSESSID", "jsessionid", "CFID", "cftoken", "ASPSESSIONIDQQ"])
_names = st.one_of(
    st.sampled_from(sorted(TRACKING)),
    st.tuples(st.sampled_from(TRACKING_PREFIXES), st.text("abcXYZ_", max_size=5)).map("".join),
    _session,
)


def _escaped(name: str) -> str:
    """The first letter written as an escape: the same name."""
    return f"%{ord(name[0]):02x}{name[1:]}"


_spelt = st.one_of(_names, _names.map(str.upper), _names.map(_escaped))
_noise = st.tuples(_spelt, _value).map(lambda pair: f"{pair[0]}={pair[1]}") | st.just("")
_likely = st.tuples(_roots, _paths, _parameters, _fragments)


def _joined(parameters: list[str]) -> str:
    return "?" + "&".join(parameters) if parameters else ""


@given(_likely, st.lists(st.tuples(st.integers(0, 4), _noise), max_size=4))
def test_an_id_does_not_depend_on_tracking(
    url: tuple[str, str, list[tuple[str, str]], str], noise: list[tuple[int, str]]
) -> None:
    root, path, pairs, fragment = url
    plain = [f"{name}={value}" for name, value in pairs]
    followed = list(plain)
    for place, parameter in noise:
        followed.insert(place, parameter)
    assert article_id(root + path + _joined(followed) + fragment) == article_id(
        root + path + _joined(plain) + fragment
    )


@pytest.mark.parametrize("name", sorted(TRACKING))
def test_each_tracking_parameter_is_taken_off_wherever_it_stands(name: str) -> None:
    plain = canonical("https://paper.test/story?id=1&b=2")
    for query in (f"{name}=x&id=1&b=2", f"id=1&{name}&b=2", f"id=1&b=2&{name.upper()}=x"):
        assert canonical(f"https://paper.test/story?{query}") == plain
    assert canonical(f"https://paper.test/story?{name}x=1") != canonical("https://paper.test/story")


@pytest.mark.parametrize("prefix", TRACKING_PREFIXES)
def test_each_tracking_prefix_is_taken_off(prefix: str) -> None:
    assert canonical(f"https://paper.test/story?{prefix}any=1") == "https://paper.test/story"
    assert canonical(f"https://paper.test/story?a{prefix}any=1") != "https://paper.test/story"


@pytest.mark.parametrize(
    "name", ["ref", "source", "sid", "cid", "id", "page", "p", "src", "amp", "session", "utm", "pk"]
)
def test_what_may_select_a_page_is_never_taken_off(name: str) -> None:
    one = canonical(f"https://paper.test/story?{name}=1")
    assert one != canonical(f"https://paper.test/story?{name}=2")
    assert one != canonical("https://paper.test/story")


@given(_likely)
def test_the_canonical_form_of_a_likely_url_is_its_own(
    url: tuple[str, str, list[tuple[str, str]], str],
) -> None:
    root, path, pairs, fragment = url
    once = canonical(root + path + _joined([f"{n}={v}" for n, v in pairs]) + fragment)
    assert canonical(once) == once
    assert once.isascii()


_pieces = st.sampled_from(
    [
        "http:",
        "https:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "?",
        "#",
        ".",
        "..",
        "paper.test",
        "127.1",
        "0x7f",
        "017",
        "[::1]",
        "%2e",
        "%2f",
        "%00",
        "%40",
        "①",
        "ｐ",
        "ß",
        "。",
        "\xad",
        "xn--",
        "xn--kln-sna",
        "--",
        "_",
        "~",
        "user:pw",
        "443",
        "80",
        "8443",
        "08443",
        "65536",
        "a",
        "A",
        "é",
        "&",
        "=",
        ";",
        "+",
        "*",
        "!",
        "$",
        "'",
        "(",
        ")",
        ",",
        "|",
        "^",
        "{",
        "}",
        '"',
        "<",
        ">",
        "`",
    ]
)
_anything = st.lists(_pieces | st.text(max_size=2), max_size=10).map("".join)
_starts = st.sampled_from(
    ["https://paper.test", "http://paper.test:8080/", "https://", "HTTP:", "https:/\\", ""]
)
OPEN = Policy(literals=True)


def _same_reading(url: str) -> bool:
    """Whether both parsers read scheme, host, port, path and query alike; True if refused."""
    try:
        accepted = parse(url, OPEN)
    except Refused:
        return True
    browser, client = ada_url.URL(url.strip(" \t\r\n")), URL(str(accepted), encoded=True)
    standard = "443" if browser.protocol == "https:" else "80"
    read = (browser.protocol, browser.hostname.strip("[]"), browser.port or standard)
    return (
        read == (f"{client.scheme}:", client.raw_host, str(client.port))
        and browser.pathname == client.raw_path
        and browser.search.removeprefix("?") == client.raw_query_string
        and not (browser.username or browser.password or client.user or client.password)
    )


@settings(max_examples=300)
@given(_starts, _anything)
@example("https://", "paper.test\\@inside.test/")
@example("https://", "paper.test#@inside.test/")
@example("http://", "①②⑦.0.0.1/")
@example("http://", "0x7f.1:8080/a?b#c")
@example("https://", "paper.test:0443/")
@example("https://", "[::ffff:127.0.0.1]/")
def test_what_the_guard_accepts_is_read_alike_by_both_parsers(start: str, rest: str) -> None:
    assert _same_reading(start + rest)


@given(_starts, _anything)
def test_what_the_guard_accepts_has_a_name_and_the_name_has_the_same_host(
    start: str, rest: str
) -> None:
    try:
        accepted = parse(start + rest, OPEN)
    except Refused:
        return
    named = host(start + rest)
    assert named.strip("[]") == (accepted.raw_host or "").removesuffix(".")
    assert urlsplit(canonical(start + rest)).netloc.startswith(named)


def test_control_one_parser_alone_would_go_elsewhere() -> None:
    url = "https://paper.test\\@inside.test/"
    assert ada_url.URL(url).hostname == "paper.test"
    assert urlsplit(url).hostname == "inside.test"


def test_control_without_the_list_a_click_id_would_make_another_article(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    followed, plain = "https://paper.test/story?fbclid=1", "https://paper.test/story"
    assert article_id(followed) == article_id(plain)
    monkeypatch.setattr(urls, "TRACKING", frozenset())
    assert article_id(followed) != article_id(plain)
