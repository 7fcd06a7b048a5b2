"""From a tree to blocks: one walk, in the order of the document.

Text belongs to the nearest block element. Inline elements are transparent; one line break is a
space, two begin a new block; a row of a table of data is one. Menus and the foot of a site are
passed: a third of all blocks stand there, and of 1,761 pages none had its text there.
"""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.clean import signs
from wireroom.clean.blocks import LONGEST_CELL, Block, Blocks, Element
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
MOST_CELLS = 100  # of a row; tables in tables would be read once for each that they are in
BETWEEN_CELLS = " | "

_TEXTUAL = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "figcaption"))


def blocks(tree: LexborHTMLParser, kinds: Mapping[str | None, int] = TAGS) -> Blocks:
    """The blocks of a page. Reads the tree and leaves it as it is."""
    body = tree.body
    return _Walk(body).over(body, kinds) if body is not None else Blocks()


class _Walk:
    """Depth first, without recursion: pages can be deeper than Python's stack.

    ``open``: tags and nodes of the elements around; ``entered``: those of them that have been
    looked at, which is done at the first text in them, as half of them hold none; None is hidden.
    """

    def __init__(self, body: LexborNode) -> None:
        whole = Element("body", None, 0, signs.of_element("body", body.attributes))
        self.open = [("body", body)]
        self.entered: list[Element | None] = [whole]
        self.elements = [whole]
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

    def over(self, body: LexborNode, kinds: Mapping[str | None, int]) -> Blocks:
        node, parts = body.first_child, self.parts
        block, inline, leave = self.block, self.inline, self.leave
        opened: list[tuple[LexborNode | None, int]] = []  # what comes after each, and its kind
        while node is not None or opened:
            if node is None:
                node, kind = opened.pop()
                if kind != INLINE:
                    leave(kind)
                continue
            tag = node.tag
            kind = kinds.get(tag, OTHER)
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
                kind = block(node, tag or "") if kind == OTHER else inline(node, kind)
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

    def block(self, node: LexborNode, tag: str) -> int:
        """As ``inline``, for all other elements."""
        self.seen += 1
        if len(self.open) > DEEPEST or ("-" in tag and self.open[-1][0] in _TEXTUAL):
            return INLINE  # an element of the site's own in a paragraph is a part of it
        if self.parts:
            self.flush()
        if self.seen > MOST_ELEMENTS:
            return UNSEEN
        if tag == "footer" and not ((above := self.here()) and above.signs & signs.ARTICLE):
            return UNSEEN
        self.open.append((tag, node))
        return BLOCK

    def here(self) -> Element | None:
        """The innermost element that is open; None where one of them is hidden."""
        above, entered = self.entered[-1], self.entered
        for tag, node in self.open[len(entered) :]:
            if above is None:
                return None
            above = self.enter(tag, node.attributes, above)
            entered.append(above)
        return above

    def enter(
        self, tag: str, attributes: Mapping[str, str | None], above: Element
    ) -> Element | None:
        told = (tag, *attributes.items())
        known = self.named.get(told)
        if known is None:
            known = self.named[told] = named(tag, attributes)
        if known.is_unseen:
            return None
        here = Element(tag, above, len(self.elements), known.own)
        key = (tag, known.name, above.alike if tag == "p" else above.tag)
        here.alike = self.alike.setdefault(key, len(self.alike) + 1)
        here.start = len(self.found)
        self.elements.append(here)
        return here

    def leave(self, kind: int) -> None:
        if kind != BLOCK:
            self.marks[kind] -= 1
            self.inside -= 1
            return
        if self.parts:
            self.flush()
        if len(self.entered) == len(self.open):
            here = self.entered.pop()
            if here is not None:
                if here.tag == "tr" and 1 < len(self.found) - here.start <= MOST_CELLS:
                    self.row(here)
                here.end = len(self.found)
        self.open.pop()

    def row(self, row: Element) -> None:
        """Make one block of the cells of a row, if each of them is a text of its own."""
        cells = self.found[row.start :]
        at = [cell.element if cell.element.parent is row else cell.element.parent for cell in cells]
        if len(set(at)) < len(at) or any(one is None or one.parent is not row for one in at):
            return
        if any(len(cell.text) > LONGEST_CELL for cell in cells):
            return
        one = Block(
            BETWEEN_CELLS.join([cell.text for cell in cells]),
            row,
            sum(cell.linked for cell in cells),
            sum(cell.bold for cell in cells),
            sum(cell.italic for cell in cells),
            sum(cell.links for cell in cells),
            tuple(target for cell in cells for target in cell.targets)[:MOST_TARGETS],
            cells[0].rules,
        )
        del self.found[row.start :], self.elements[row.place + 1 :]
        self.found.append(one)

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
        here = self.here()
        if here is not None:
            told = (linked, bold, italic, links, targets, self.rules)
            self.found.append(Block(text, here, *told))
