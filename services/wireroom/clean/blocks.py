"""A page as blocks: runs of text, each in its element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

LONGEST_CELL = 300  # characters; a longer one is a column of a page that is laid out with tables


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
    """The blocks of a page, none of them blank, and the elements of each, parents before children.

    ``nodes``: how many elements were seen, inline ones and line breaks too.
    """

    found: tuple[Block, ...] = ()
    elements: tuple[Element, ...] = ()
    nodes: int = 0
