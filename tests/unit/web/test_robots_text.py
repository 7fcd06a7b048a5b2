"""What a robots.txt says to us, case by case; and what Protego alone would have made of it."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from protego import Protego

from wireroom.web.robots_text import LARGEST, LONGEST_DELAY, Rules, ours, parse, whole_lines

ROOT = "https://paper.test"


class Case(NamedTuple):
    says: str
    path: str
    allowed: bool


NO, YES = False, True
MERGED = "User-agent: wireroom\nDisallow: /desk\n\nUser-agent: x\nDisallow: /\n\nUser-agent: wireroom\nDisallow: /vault"

CASES = {
    "the longest match wins: allow": Case("User-agent: *\nDisallow: /news\nAllow: /news/today", "/news/today/1", YES),
    "the longest match wins: disallow": Case("User-agent: *\nAllow: /news\nDisallow: /news/draft", "/news/draft/1", NO),
    "the order does not matter": Case("User-agent: *\nDisallow: /\nAllow: /open", "/open/1", YES),
    "at equal length allow wins": Case("User-agent: *\nDisallow: /ferry\nAllow: /ferry", "/ferry", YES),
    "at equal length allow wins over a star": Case("User-agent: *\nAllow: /ferry*\nDisallow: /*ferry", "/ferry", YES),
    "a star in the middle": Case("User-agent: *\nDisallow: /*/print", "/2026/print/7", NO),
    "an end that is not reached": Case("User-agent: *\nDisallow: /*.doc$", "/plan.doc?v=2", YES),
    "an end that is reached": Case("User-agent: *\nDisallow: /*.doc$", "/plan.doc", NO),
    "the front page alone is open": Case("User-agent: *\nDisallow: /\nAllow: /$", "/", YES),
    "the front page alone is open, nothing else": Case("User-agent: *\nDisallow: /\nAllow: /$", "/harbour", NO),
    "a dollar that is not at the end is a letter": Case("User-agent: *\nDisallow: /us$eur", "/us$eur", NO),
    "a question mark is a letter": Case("User-agent: *\nDisallow: /*?session=", "/list?session=4", NO),
    "the query belongs to the path": Case("User-agent: *\nDisallow: /find?", "/find?q=ferry", NO),
    "an empty disallow allows all": Case("User-agent: *\nDisallow:", "/harbour", YES),
    "our group beats everybody's": Case("User-agent: *\nDisallow: /\n\nUser-agent: wireroom\nAllow: /", "/harbour", YES),
    "our group beats everybody's although it is empty": Case("User-agent: *\nDisallow: /\n\nUser-agent: wireroom\nDisallow:", "/harbour", YES),
    "our name in another case": Case("User-agent: WireRoom\nDisallow: /", "/harbour", NO),
    "our name with a version": Case("User-agent: wireroom/2.0\nDisallow: /", "/harbour", NO),
    "a name that ours begins with": Case("User-agent: wire\nDisallow: /", "/harbour", YES),
    "a name that begins with ours": Case("User-agent: wireroombot\nDisallow: /", "/harbour", YES),
    "our groups are one: the last": Case(MERGED, "/vault/1", NO),
    "our groups are one: the first": Case(MERGED, "/desk/1", NO),
    "everybody's groups are one": Case("User-agent: *\nDisallow: /desk\n\nUser-agent: *\nDisallow: /vault", "/desk", NO),
    "several names share their rules": Case("User-agent: x\nUser-agent: wireroom\nDisallow: /desk", "/desk", NO),
    "a blank line between name and rules": Case("User-agent: wireroom\n\nDisallow: /desk", "/desk", NO),
    "a blank line ends no group": Case("User-agent: *\nDisallow: /desk\n\nDisallow: /vault", "/vault", NO),
    "a crawl-delay ends no group": Case("User-agent: wireroom\nCrawl-delay: 4\nDisallow: /desk", "/desk", NO),
    "a sitemap ends no group": Case(f"User-agent: *\nSitemap: {ROOT}/map.xml\nDisallow: /desk", "/desk", NO),
    "a sitemap between two names": Case(f"User-agent: wireroom\nSitemap: {ROOT}/map.xml\nUser-agent: y\nDisallow: /desk", "/desk", NO),
    "a rule before any name": Case("Disallow: /\nUser-agent: *\nAllow: /", "/harbour", YES),
    "a byte order mark": Case("\ufeffUser-agent: *\nDisallow: /desk", "/desk", NO),
    "lines that end with CR LF": Case("User-agent: *\r\nDisallow: /desk\r\n", "/desk", NO),
    "lines that end with CR": Case("User-agent: *\rDisallow: /desk\r", "/desk", NO),
    "comments behind values": Case("User-agent: * # everybody\nDisallow: /desk # please", "/desk", NO),
    "a comment in a group": Case("User-agent: *\n# the desk\nDisallow: /desk", "/desk", NO),
    "blanks around the colon": Case("User-agent : *\nDisallow : /desk", "/desk", NO),
    "blanks before the words": Case("  User-agent: *\n\tDisallow: /desk", "/desk", NO),
    "the words in upper case": Case("USER-AGENT: *\nDISALLOW: /desk", "/desk", NO),
    "a path in another case": Case("User-agent: *\nDisallow: /Desk", "/desk", YES),
    "an escaped rule and a raw path": Case("User-agent: *\nDisallow: /k%C3%B6ln", "/köln", NO),
    "a raw rule and an escaped path": Case("User-agent: *\nDisallow: /köln", "/k%C3%B6ln", NO),
    "escapes in lower case": Case("User-agent: *\nDisallow: /k%c3%b6ln", "/k%C3%B6ln", NO),
    "an escaped slash is no slash": Case("User-agent: *\nDisallow: /desk%2Fone", "/desk/one", YES),
    "an escaped letter is that letter": Case("User-agent: *\nDisallow: /%64esk", "/desk", NO),
    "an escaped star is a letter": Case("User-agent: *\nDisallow: /desk%2A", "/desks", YES),
    "robots.txt itself": Case("User-agent: *\nDisallow: /", "/robots.txt", YES),
    "no group for us": Case("User-agent: other\nDisallow: /", "/harbour", YES),
    "nothing": Case("", "/harbour", YES),
    "a page": Case("<!doctype html><html><body>Disallow: /</body></html>", "/harbour", YES),
    "rubbish": Case("\x00\x01\x02\xff" * 100, "/harbour", YES),
    "a rule that begins with a star": Case("User-agent: *\nDisallow: *.gif", "/desk.gif", NO),
    "a rule is a beginning": Case("User-agent: *\nDisallow: /boat", "/boathouse/plan.html", NO),
    "a folder is not its file": Case("User-agent: *\nDisallow: /boat/", "/boat", YES),
    "thirty stars": Case("User-agent: *\nDisallow: /" + "*n" * 30 + "*$", "/" + "n" * 200 + "o", NO),
    "a line of 20,000 letters": Case("User-agent: *\nDisallow: /" + "z" * 20_000 + "\nDisallow: /desk", "/desk", NO),
}  # fmt: skip

TYPOS = {
    "no colon": Case("User-agent *\nDisallow /desk", "/desk", NO),
    "no colon, a colon in the path": Case("User-agent: *\nDisallow /desk:1", "/desk:1", NO),
    "user agent": Case("User agent: *\nDisallow: /desk", "/desk", NO),
    "useragent": Case("Useragent: *\nDisallow: /desk", "/desk", NO),
    "disalow": Case("User-agent: *\nDisalow: /desk", "/desk", NO),
    "dissallow": Case("User-agent: *\nDissallow: /desk", "/desk", NO),
}

PROTEGO_FAILS = {
    "a byte order mark": "it is taken for a letter of the first word, so the group has no name",
    "our name with a version": "the value is compared as a whole, not up to its version",
    "a name that ours begins with": "it is looked for at the start of a word, not as a word",
}
"""What Protego gets wrong if it is given the file as it is. All of it is mended before."""


def _of(cases: dict[str, Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


@_of(CASES)
def test_a_rule_is_read_as_the_rfc_says(case: Case) -> None:
    assert parse(case.says.encode(), "wireroom").allows(ROOT + case.path) is case.allowed


@_of(TYPOS)
def test_what_is_misspelt_is_still_meant(case: Case) -> None:
    assert parse(case.says.encode(), "wireroom").allows(ROOT + case.path) is case.allowed


def test_there_are_55_cases() -> None:
    assert len(CASES) == 55


def test_the_list_of_what_protego_gets_wrong_is_true() -> None:
    wrong = {
        name
        for name, case in CASES.items()
        if Protego.parse(case.says).can_fetch(ROOT + case.path, "wireroom") is not case.allowed
    }
    assert wrong == set(PROTEGO_FAILS), "shorten the list, and what mends it, or add a reason"


def test_what_others_are_told_is_not_kept() -> None:
    others = "".join(f"User-agent: robot-{n}\nDisallow: /{n}\n\n" for n in range(1_000))
    says = f"{others}User-agent: *\nDisallow: /a\n\nUser-agent: wireroom\nDisallow: /desk\nCrawl-delay: 3\nSitemap: /map.xml"
    assert ours(says, "wireroom") == "user-agent: *\ndisallow: /desk\ncrawl-delay: 3"
    assert ours(says, "somebody") == "user-agent: *\ndisallow: /a"
    assert parse(others.encode(), "wireroom") == Rules(None)
    assert parse(says.encode(), "wireroom").size == len(ours(says, "wireroom"))


@pytest.mark.parametrize(
    ("name", "for_us"),
    [
        ("wireroom", True),
        ("Wireroom Bot", True),
        ("wireroom; news", True),
        ("wireroom*", True),
        ("* ", True),
        ("*wireroom", False),
        ("wire-room", False),
        ("wireroom-images", False),
        ("Mozilla/5.0 (compatible; wireroom)", False),
        ("", False),
    ],
)
def test_a_robot_is_named_by_the_first_word(name: str, for_us: bool) -> None:
    says = f"User-agent: {name}\nDisallow: /desk"
    assert parse(says.encode(), "wireroom").allows(f"{ROOT}/desk") is not for_us


@pytest.mark.parametrize(
    ("asked", "believed"),
    [
        ("4", 4.0),
        ("0.5", 0.5),
        ("120", 120.0),
        ("9999999", LONGEST_DELAY),
        ("-1", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        ("soon", 0.0),
        ("", 0.0),
    ],
)
def test_a_crawl_delay_is_told_as_it_is_up_to_a_day(asked: str, believed: float) -> None:
    assert parse(f"User-agent: *\nCrawl-delay: {asked}".encode(), "wireroom").delay() == believed


def test_a_crawl_delay_without_rules_counts() -> None:
    assert parse(b"User-agent: *\nCrawl delay: 7", "wireroom").delay() == 7.0
    assert parse(b"User-agent: x\nCrawl-delay: 7", "wireroom").delay() == 0.0


def test_a_large_file_is_read_up_to_its_last_whole_line() -> None:
    line = b"Disallow: /desk/of/somebody\n"
    head = b"User-agent: *\nDisallow: /first\n"
    body = head + line * (LARGEST // len(line)) + b"Disallow: /last\n"
    kept = whole_lines(body)
    assert LARGEST - len(line) < len(kept) <= LARGEST
    assert kept == body[: len(kept)]
    assert kept.endswith(line)
    rules = parse(body, "wireroom")
    assert not rules.allows(f"{ROOT}/first")
    assert rules.allows(f"{ROOT}/last")
    assert rules.allows(f"{ROOT}/desk/of")


def test_a_cut_rule_would_forbid_more_than_was_meant() -> None:
    body = b"User-agent: *\nDisallow: /" + b"a" * LARGEST
    assert parse(body, "wireroom").allows(f"{ROOT}/" + "a" * LARGEST)
    assert not parse(body[:LARGEST], "wireroom").allows(f"{ROOT}/" + "a" * LARGEST)


@pytest.mark.parametrize("size", [0, 1, LARGEST - 1, LARGEST])
def test_what_is_small_enough_is_not_cut(size: int) -> None:
    assert whole_lines(b"x" * size) == b"x" * size


# An expression that backtracks would need minutes for each.
@pytest.mark.parametrize(
    "rubbish", [b"\n", b" ", b"\t\n", b"user-agent:", b"user-agent: a\n", b":", b"\xff", b"#"]
)
def test_rubbish_of_full_length_holds_no_rules(rubbish: bytes) -> None:
    assert parse(rubbish * (LARGEST // len(rubbish)), "wireroom") == Rules(None)
