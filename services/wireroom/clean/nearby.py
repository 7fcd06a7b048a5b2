"""Lines of text by an element: where bylines and dates stand, near the title."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

REACH = 6_000  # characters behind the title in which its lines are looked for
LONGEST_LINE = 300  # characters
MOST_ABOVE = 4  # elements upwards from the heading whose neighbour above is looked at

_UNSEEN = frozenset(
    ("script", "style", "noscript", "template", "svg", "select", "figure", "figcaption")
)


def behind(node: LexborNode) -> Iterator[str]:
    """The pieces of text behind an element, within ``REACH`` characters."""
    length = 0
    at: LexborNode | None = node
    while at is not None and at.tag != "body":
        beside = at.next
        while beside is not None:
            for text in _texts(beside):
                yield text
                length += len(text)
                if length >= REACH:
                    return
            beside = beside.next
        at = at.parent


def above(node: LexborNode) -> Iterator[str]:
    """The last line of what stands above an element, and above those that it is in."""
    at: LexborNode | None = node
    for _ in range(MOST_ABOVE):
        if at is None or at.tag == "body":
            return
        beside = at.prev
        while beside is not None and (beside.tag in _UNSEEN or not beside.text().strip()):
            beside = beside.prev
        if beside is not None:
            yield from deque(lines(beside.text(deep=True, separator="\n")[-REACH:]), maxlen=1)
        at = at.parent


def _texts(node: LexborNode) -> Iterator[str]:
    """The pieces of text in an element, without scripts, styles and captions."""
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if at is not node and at.next is not None:
            waiting.append(at.next)
        if at.tag == "-text":
            if text := (at.text_content or "").strip():
                yield text
        elif at.tag not in _UNSEEN and at.child is not None:
            waiting.append(at.child)


def lines(text: str) -> Iterator[str]:
    """Those that are not blank, each cut at ``LONGEST_LINE``."""
    even = (" ".join(line.split()) for line in text.split("\n"))
    return (line[:LONGEST_LINE] for line in even if line)
