"""A page as blocks: one walk over its tree, in the order of the document.

Text belongs to the nearest block element. Inline elements are transparent; one line break is a
space, two begin a new block.
"""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.clean import signs

MOST_BLOCKS = 8_000  # of 1,761 pages the largest has 6,000; what comes later is not looked at
MOST_ELEMENTS = 200_000  # a million empty elements cost two seconds
LONGEST_TARGET = 200  # characters of a link's address that are looked at
DEEPEST = 400  # below that, elements are transparent: no page for people is so deep

_UNSEEN = frozenset(
    (
        *("script", "style", "noscript", "iframe", "template", "svg", "button", "select"),
        *("option", "textarea", "input", "video", "audio", "object", "embed", "canvas", "math"),
        *("link", "meta", "map", "area", "track", "param", "progress", "meter", "dialog", "img"),
        *("picture", "source", "frame", "frameset", "title", "head", "datalist", "-comment"),
    )
)
_INLINE = frozenset(
    (
        *("span", "b", "strong", "em", "i", "u", "s", "small", "sup", "sub", "font", "abbr"),
        *("time", "mark", "code", "cite", "q", "label", "ins", "del", "a", "acronym", "bdi"),
        *("bdo", "big", "data", "dfn", "kbd", "nobr", "rp", "rt", "ruby", "samp", "strike", "tt"),
        *("var", "wbr", "output", "blink"),
    )
)
_BREAKS = {"br": 1, "hr": 2}
_MARKS = {"a": 0, "b": 1, "strong": 1, "i": 2, "em": 2, "cite": 2}
_TEXTUAL = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "figcaption"))


class Element:
    """An element that holds blocks, with what is counted of them; ``parent`` of body: None.

    ``own``, ``signs``: bits of its signs, and of those of all that it stands in.
    ``signature``: alike in elements that a template made in a loop.
    """

    __slots__ = (
        *("tag", "parent", "depth", "own", "signs", "signature"),
        *("chars", "linked", "blocks", "score", "weight"),
    )

    def __init__(self, tag: str, parent: Element | None, own: int, name: str) -> None:
        self.tag, self.parent, self.own = tag, parent, own
        self.depth: int = 0
        self.signs: int = own
        self.signature = f"{tag}.{name}"
        if parent is not None:
            self.depth = parent.depth + 1
            self.signs |= parent.signs
            above = parent.signature[:400] if tag == "p" else parent.tag
            self.signature = f"{tag}.{name}<{above}"
        self.chars = self.linked = self.blocks = self.score = self.weight = 0


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text: what it says, and how many of its characters are linked, bold, italic.

    ``targets``: the addresses that its links lead to. ``rules``: lines drawn on the page before it.
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
        self.here = Element("body", None, signs.of_element("body", body.attributes), "")
        self.elements = [self.here]
        self.found: list[Block] = []
        # Nodes that are open; with a block element stands the one around it.
        self.open: list[tuple[LexborNode, Element | None, int]] = []
        self.seen = 0
        self.parts: list[str] = []
        self.breaks = self.links = self.inside = self.rules = 0
        self.targets: list[str] = []
        self.marks = [0, 0, 0]  # how many links, bold and italic elements are open
        self.marked = [0, 0, 0]  # characters of the block so far that are in one

    def over(self, body: LexborNode) -> Blocks:
        node = body.first_child
        parts = self.parts
        while True:
            if node is None:
                if not self.open:
                    break
                node = self.close()
                continue
            tag = node.tag or ""
            if tag == "-text":
                text = node.text_content or " "
                if not text.isspace():
                    if self.inside:
                        self.count(text)
                    self.breaks = 0
                    parts.append(text)
                elif parts:
                    parts.append(" ")
                node = node.next
            elif tag in _UNSEEN:
                node = node.next
            else:
                node = self.element(node, tag)
        self.flush()
        return Blocks(tuple(self.found), tuple(self.elements), self.seen)

    def element(self, node: LexborNode, tag: str) -> LexborNode | None:
        """Step into an element, or over it. The node that comes next."""
        self.seen += 1
        if self.seen > MOST_ELEMENTS or len(self.found) >= MOST_BLOCKS:
            return node.next
        if tag in _BREAKS:
            self.line_break(tag)
            return node.next
        child = node.first_child
        if tag in _INLINE or self.here.depth >= DEEPEST or _is_custom(tag, self.here):
            if child is None:
                return node.next
            mark = self.mark(node, tag)
            self.open.append((node, None, mark))
            return child
        if self.parts:
            self.flush()
        return node.next if child is None else self.block(node, tag, child)

    def line_break(self, tag: str) -> None:
        self.rules += tag == "hr"
        if self.parts:
            self.breaks += _BREAKS[tag]
            self.parts.append(" ")
            if self.breaks >= 2:
                self.flush()

    def mark(self, node: LexborNode, tag: str) -> int:
        """An inline element begins: place of its mark, or -1 where it has none."""
        mark = _MARKS.get(tag, -1)
        if mark >= 0:
            self.marks[mark] += 1
            self.inside += 1
        if mark == 0:
            self.links += 1
            target = node.attributes.get("href")
            if target:
                self.targets.append(target[:LONGEST_TARGET])
        return mark

    def block(self, node: LexborNode, tag: str, child: LexborNode) -> LexborNode | None:
        attributes = node.attributes
        style = attributes.get("style")
        if style and "display:none" in style[:1_000].replace(" ", "").lower():
            return node.next
        self.open.append((node, self.here, -1))
        name = (attributes.get("class") or "").strip()[:200]
        self.here = Element(tag, self.here, signs.of_element(tag, attributes), name)
        self.elements.append(self.here)
        return child

    def close(self) -> LexborNode | None:
        node, above, mark = self.open.pop()
        if above is not None:
            if self.parts:
                self.flush()
            self.here = above
        elif mark >= 0:
            self.marks[mark] -= 1
            self.inside -= 1
        return node.next

    def count(self, text: str) -> None:
        size = len(" ".join(text.split()))
        for mark in range(3):
            if self.marks[mark]:
                self.marked[mark] += size

    def flush(self) -> None:
        """End the block that is being read."""
        text = " ".join("".join(self.parts).split())
        self.parts.clear()
        self.breaks = 0
        if not text:
            return
        size = len(text)
        linked, bold, italic = self.marked
        if linked or bold or italic:
            linked, bold, italic = min(linked, size), min(bold, size), min(italic, size)
            self.marked = [0, 0, 0]
        links = self.links or (1 if self.marks[0] else 0)
        targets = tuple(self.targets)
        self.links = 0
        self.targets.clear()
        self.found.append(Block(text, self.here, linked, bold, italic, links, targets, self.rules))


def _is_custom(tag: str, here: Element) -> bool:
    """Whether an element of the site's own stands in a paragraph, and so is a part of it."""
    return "-" in tag and here.tag in _TEXTUAL
