"""The body of an article in parts, and what was left out of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wireroom.clean import cues, signs, titles
from wireroom.clean.blocks import LONGEST_CELL, Block, Element
from wireroom.clean.consent import is_consent
from wireroom.clean.extracted import LeftOut, Part
from wireroom.clean.forest import UNIT
from wireroom.clean.headlines import is_page_date

SHORTEST_DOUBLE = 40  # characters; shorter lines, such as "Ja" in an interview, may come twice
SHORTEST_DATA = 500  # characters without blanks, in a script that has them
MOST_LEFT_OUT, LONGEST_START = 60, 80  # entries of a page; characters of each
SHORTEST_LEFT_OUT = 20  # characters; shorter ones are buttons and labels
REACH = 4  # elements upwards that decide what kind of part a block is

_KINDS = {
    **dict.fromkeys(("figcaption", "figure"), "caption"),
    **dict.fromkeys(("li", "dd", "dt"), "list_item"),
    **dict.fromkeys(("tr", "td", "th"), "table_row"),
    "caption": "caption",
    "blockquote": "quote",
    "pre": "preformatted",
}
# What a sign says of a block that is not content, the surest first.
_CAUSES = (
    *("comment", "related", "subscribe", "share", "ad", "menu", "bio", "tags", "hidden"),
    *("disclosure", "caption", "meta", "<aside>", "<footer>", "<nav>", "<header>", "<form>"),
)
_BITS = tuple((1 << signs.ALL.index(name), name.strip("<>")) for name in _CAUSES)
_CAUSE_BITS = sum(bit for bit, _ in _BITS)


def of_block(block: Block) -> Part:
    """The block with its kind."""
    at: Element | None = block.element
    for _ in range(REACH):
        if at is None:
            break
        if len(at.tag) == 2 and at.tag[0] == "h" and at.tag[1].isdigit():
            return Part("heading", block.text, int(at.tag[1]))
        if kind := _KINDS.get(at.tag):
            is_column = kind == "table_row" and at.tag != "tr" and len(block.text) > LONGEST_CELL
            return Part("paragraph" if is_column else kind, block.text)
        at = at.parent
    return Part("paragraph", block.text)


def table_around(row: Element) -> Element:
    """The table of a row; the row itself where it has none."""
    at: Element | None = row
    for _ in range(REACH):
        if at is not None and at.tag != "table":
            at = at.parent
    return at if at is not None and at.tag == "table" else row


def text_of(parts: Iterable[Part]) -> str:
    """The plain text: one line for each part."""
    return "\n".join(part.text for part in parts)


class Screen:
    """Rules that come after the classifier: each tells why a text is not wanted, or None."""

    def __init__(self, title: str | None) -> None:
        self.title = titles.bare(title or "")
        self.seen: set[str] = set()
        self.is_start = True

    def cause(self, text: str) -> str | None:
        key = text.casefold()
        if len(text) >= SHORTEST_DOUBLE and key in self.seen:
            return "double"
        if self.is_start and self.title and titles.bare(text) == self.title:
            return "title"
        if self.is_start and is_page_date(text):
            return "page_date"
        if _is_data(text):
            return "data"
        if is_consent(text):
            return "consent"
        self.seen.add(key)
        self.is_start = False
        return None


def tidy(lines: Iterable[str], title: str | None) -> list[str]:
    """Lines without blank ones, consent texts, doubles and the title at the beginning."""
    screen = Screen(title)
    bare = (" ".join(line.split()) for line in lines)
    return [line for line in bare if line and screen.cause(line) is None]


class Gone(NamedTuple):
    """A block that is not content. ``cue``: the number of its own, or 0.

    ``ruled``: the rule that took it out, if one did.
    """

    block: Block
    score: int
    cue: int
    ruled: str | None


def left_out(found: Sequence[Gone]) -> tuple[LeftOut, ...]:
    """Why the largest of them are not in the article, in the order of the page."""
    worth = [one for one in found if len(one.block.text) >= SHORTEST_LEFT_OUT]
    if len(worth) > MOST_LEFT_OUT:
        least = sorted([len(one.block.text) for one in worth])[-MOST_LEFT_OUT]
        worth = [one for one in worth if len(one.block.text) >= least][:MOST_LEFT_OUT]
    return tuple(map(_left_out, worth))


def _left_out(gone: Gone) -> LeftOut:
    text, most = gone.block.text, 20 * UNIT
    chance = 1 / (1 + math.exp(-max(-most, min(most, gone.score)) / UNIT))
    cause = gone.ruled or _cause(gone.block, gone.cue)
    return LeftOut(cause, text[:LONGEST_START], len(text), round(chance, 2))


def _cause(block: Block, cue: int) -> str:
    if block.linked * 10 >= 9 * len(block.text):
        return "links"
    if cue:
        return cues.KINDS[cue - 1]
    element = block.element
    own = element.own | (element.parent.own if element.parent else 0)
    for held in (own, element.signs):
        if held & _CAUSE_BITS:
            return next(name for bit, name in _BITS if held & bit)
    return "unlikely"


def _is_data(text: str) -> bool:
    """Whether a text has no words: a picture or a state of the page, written as letters."""
    return len(text) >= SHORTEST_DATA and text.isascii() and text.count(" ") * 100 < len(text)
