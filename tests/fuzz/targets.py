"""What is fed, and what has to hold whatever the input is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from tests.fuzz import grammar

from wireroom.clean import charset, gate, metadata, page, syndicated
from wireroom.clean.authors import MOST_AUTHORS
from wireroom.clean.evidence import LONGEST_SHOWN, MOST_LOSERS, Claim
from wireroom.clean.extracted import Extracted
from wireroom.clean.metadata import Metadata
from wireroom.clean.reasons import Refused
from wireroom.clean.said import LONGEST_VALUE

LONGEST_NAME = 60  # characters
_UNSEEN = "\u200b\ufeff\u2028\u2029\x85"


@dataclass(frozen=True, slots=True)
class Target:
    """``budget``: seconds of CPU that an input may take; the longest inputs have 200,000 characters.

    ``check``: what of an answer has to hold; AssertionError where it does not.
    """

    inputs: st.SearchStrategy[Any]
    run: Callable[[Any], object]
    check: Callable[[Any, Any], None]
    budget: float


def _admitted(html: bytes) -> str | None:
    """None, or why it is refused; any other exception is a finding."""
    try:
        gate.admit(html)
    except Refused as refused:
        return refused.reason
    return None


def _decoded(given: tuple[bytes, str | None]) -> str:
    return gate.printable(charset.decode(*given))[0]


def _facts(given: tuple[str, str]) -> Metadata | None:
    _, html = gate.printable(given[0])
    if _admitted(html) is not None:
        return None
    return metadata.read(metadata.page(LexborHTMLParser(html), given[1]))


def _extracted(given: tuple[bytes, str, str | None]) -> Extracted | str:
    try:
        return page.extract(*given)
    except Refused as refused:
        return refused.reason


def _is_known(_: bytes, reason: str | None) -> None:
    known = (None, "empty_page", "not_html", "page_too_large", "tag_too_long", "too_deep")
    assert reason in known, reason


def _is_text(_: object, text: str) -> None:
    text.encode()
    assert "\x00" not in text


def _are_facts(_: object, facts: Metadata | None) -> None:
    if facts is None:
        return
    _bounded(facts.title, facts.authors, facts.claims)
    assert len(facts.tags) <= metadata.MOST_TAGS


def _is_article(_: object, found: Extracted | str) -> None:
    if isinstance(found, str):
        return
    _bounded(found.title, found.authors, found.claims)
    _is_text(None, found.text)
    assert "\n".join(part.text for part in found.blocks) == found.text


def _bounded(title: str | None, authors: tuple[str, ...], claims: tuple[Claim, ...]) -> None:
    assert title is None or 0 < len(title) <= LONGEST_VALUE
    assert len(authors) <= MOST_AUTHORS
    assert all(0 < len(name) < LONGEST_NAME for name in authors)
    assert all(len(one.value) <= LONGEST_SHOWN and 0 <= one.confidence <= 1 for one in claims)
    for field in {one.field for one in claims}:
        chosen = [one.chosen for one in claims if one.field == field]
        assert chosen.count(True) <= 1
        assert chosen.count(False) <= MOST_LOSERS
    for value in (title or "", *authors, *(one.value for one in claims)):
        value.encode()


def covers(text: str, article: Extracted) -> None:
    """What is not removed is the text; spans are in order and inside."""
    kept, at = [], 0
    for removed in article.removed:
        assert at <= removed.at < removed.at + removed.length <= len(text)
        kept.append(text[at : removed.at])
        at = removed.at + removed.length
    kept.append(text[at:])
    assert ink("".join(kept)) == ink(article.text)


def ink(text: str) -> str:
    """What a reader sees; blanks and what cannot be printed do not count."""
    return "".join(c for c in text if c.isprintable() and not c.isspace() and c not in _UNSEEN)


def _is_covered(text: str, article: Extracted) -> None:
    covers(text, article)
    assert len(article.authors) <= MOST_AUTHORS
    assert "\n".join(part.text for part in article.blocks) == article.text


TARGETS = {
    "gate": Target(grammar.bodies, _admitted, _is_known, 0.2),
    "charset": Target(st.tuples(grammar.bodies, grammar.declared), _decoded, _is_text, 0.5),
    "metadata": Target(st.tuples(grammar.pages, grammar.urls), _facts, _are_facts, 1.0),
    "page": Target(
        st.tuples(grammar.bodies, grammar.urls, grammar.declared), _extracted, _is_article, 2.0
    ),
    "syndicated": Target(grammar.texts, syndicated.parse, _is_covered, 1.0),
}
