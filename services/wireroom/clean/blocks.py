"""A page as blocks: one walk over its tree, in the order of the document.

Text belongs to the nearest block element. Inline elements are transparent; one line break is a
space, two begin a new block. Menus and the foot of a site are passed: a third of all blocks stand
there, and of 1,761 pages none had its text there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.clean import signs
from wireroom.clean.markup import (
    BLOCK,
    BOLD,
    BREAK,
    INLINE,
    ITALIC,
    LINK,
    OTHER,
    TAGS,
    TEXT,
    UNSEEN,
    Named,
    named,
)

MOST_BLOCKS = 8_000  # of 1,761 pages the largest has 6,000; what comes later is not looked at
MOST_TARGETS, LONGEST_TARGET = 100, 200  # links of a block; characters of an address
MOST_ELEMENTS = 200_000  # a million empty elements cost two seconds
DEEPEST = 400  # below that, elements are transparent: no page for people is so deep

_TEXTUAL = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "figcaption"))


class Element:
    """An element that holds blocks: those from ``start`` to before ``end``.

    ``place``: its own among the elements; ``parent`` of body: None. ``own``, ``signs``: bits of
    its signs, and of those of all that it stands in. ``alike``: a number that elements share that
    a template made in a loop.
    """

    __slots__ = ("alike", "depth", "end", "own", "parent", "place", "signs", "start", "tag")

    def __init__(self, tag: str, parent: Element | None, place: int, own: int) -> None:
        self.tag, self.parent, self.place, self.own = tag, parent, place, own
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.signs: int = own if parent is None else own | parent.signs
        self.alike = self.start = self.end = 0


class Block(NamedTuple):
    """A run of text: what it says, and how many of its characters are linked, bold, italic.

    ``targets``: the addresses that its links lead to. ``rules``: lines drawn on the page before it.
    A named tuple, since a page has hundreds, and they are made five times as fast.
    """

    text: str
    element: Element
    linked: int = 0
    bold: int = 0
    italic: int = 0
    links: int = 0
    targets: tuple[str, ...] = ()
    rules: int = 0


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a page, none of them blank, and all elements, parents before children.

    ``nodes``: how many elements were seen, inline ones and line breaks too.
    """

    found: tuple[Block, ...] = ()
    elements: tuple[Element, ...] = ()
    nodes: int = 0


def read(tree: LexborHTMLParser) -> Blocks:
    """The blocks of a page. Reads the tree and leaves it as it is."""
    body = tree.body
    return _Walk(body).over(body) if body is not None else Blocks()


class _Walk:
    """Depth first, without recursion: pages can be deeper than Python's stack."""

    def __init__(self, body: LexborNode) -> None:
        self.here = Element("body", None, 0, signs.of_element("body", body.attributes))
        self.elements = [self.here]
        self.found: list[Block] = []
        self.alike: dict[tuple[str, str, str | int], int] = {}
        # Two of three elements of a page are like another one of it in these.
        self.named: dict[tuple[object, ...], Named] = {}
        self.seen = 0
        self.parts: list[str] = []
        self.targets: list[str] = []
        self.breaks = self.links = self.rules = 0
        self.marks = [0, 0, 0]  # how many links, bold and italic elements are open
        self.inside = 0  # how many of all three
        self.marked = [0, 0, 0]  # characters of the block so far that are in one

    def over(self, body: LexborNode) -> Blocks:
        node, parts, kinds = body.first_child, self.parts, TAGS
        block, inline, leave = self.block, self.inline, self.leave
        opened: list[tuple[LexborNode | None, int]] = []  # what comes after each, and its kind
        while node is not None or opened:
            if node is None:
                node, kind = opened.pop()
                if kind != INLINE:
                    leave(kind)
                continue
            kind = kinds.get(node.tag, OTHER)
            if kind == TEXT:
                text = node.text_content or " "
                if not text.isspace():
                    parts.append(text)
                    self.breaks = 0
                    if self.inside:
                        self.count(text)
                elif parts:
                    parts.append(" ")
            elif kind != UNSEEN:
                kind = block(node) if kind == OTHER else inline(node, kind)
                if kind != UNSEEN:
                    opened.append((node.next, kind))
                    node = node.first_child
                    continue
            node = node.next
        leave(BLOCK)
        return Blocks(tuple(self.found), tuple(self.elements), self.seen)

    def inline(self, node: LexborNode, kind: int) -> int:
        """The kind that an element turns out to be: unseen too where there is nothing in it."""
        self.seen += 1
        if kind == BREAK:
            self.line_break(node.tag)
            return UNSEEN
        if self.seen > MOST_ELEMENTS:
            return UNSEEN
        if kind != INLINE:
            self.marks[kind] += 1
            self.inside += 1
            if kind == LINK:
                self.link(node)
        return kind

    def link(self, node: LexborNode) -> None:
        self.links += 1
        target = node.attributes.get("href")
        if target and len(self.targets) < MOST_TARGETS:
            self.targets.append(target[:LONGEST_TARGET])

    def line_break(self, tag: str | None) -> None:
        self.rules += tag == "hr"
        if self.parts:
            self.breaks += 2 if tag == "hr" else 1
            self.parts.append(" ")
            if self.breaks >= 2:
                self.flush()

    def block(self, node: LexborNode) -> int:
        """As ``inline``, for all other elements."""
        self.seen += 1
        tag, above = node.tag or "", self.here
        if above.depth >= DEEPEST or ("-" in tag and above.tag in _TEXTUAL):
            return INLINE  # an element of the site's own in a paragraph is a part of it
        if self.parts:
            self.flush()
        if tag == "footer" and not above.signs & signs.ARTICLE:
            return UNSEEN
        attributes = node.attributes
        told = (tag, *attributes.items())
        known = self.named.get(told)
        if known is None:
            known = self.named[told] = named(tag, attributes)
        if known.is_unseen or self.seen > MOST_ELEMENTS:
            return UNSEEN
        self.here = here = Element(tag, above, len(self.elements), known.own)
        key = (tag, known.name, above.alike if tag == "p" else above.tag)
        here.alike = self.alike.setdefault(key, len(self.alike) + 1)
        here.start = len(self.found)
        self.elements.append(here)
        return BLOCK

    def leave(self, kind: int) -> None:
        if kind != BLOCK:
            self.marks[kind] -= 1
            self.inside -= 1
            return
        if self.parts:
            self.flush()
        here = self.here
        here.end = len(self.found)
        if here.parent is not None:
            self.here = here.parent

    def count(self, text: str) -> None:
        size = len(" ".join(text.split()))
        for mark in (LINK, BOLD, ITALIC):
            if self.marks[mark]:
                self.marked[mark] += size

    def flush(self) -> None:
        """End the block that is being read."""
        parts = self.parts
        text = " ".join((parts[0] if len(parts) == 1 else "".join(parts)).split())
        parts.clear()
        self.breaks = 0
        if not text or len(self.found) >= MOST_BLOCKS:
            return
        linked, bold, italic = self.marked
        if linked or bold or italic:
            size = len(text)
            linked, bold, italic = min(linked, size), min(bold, size), min(italic, size)
            self.marked = [0, 0, 0]
        links = self.links or (1 if self.marks[LINK] else 0)
        targets = tuple(self.targets)
        self.links = 0
        self.targets.clear()
        self.found.append(Block(text, self.here, linked, bold, italic, links, targets, self.rules))
