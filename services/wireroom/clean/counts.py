"""What is counted once for all blocks of a page, before each of them is put into numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from wireroom.clean import cues
from wireroom.clean.blocks import Block, Blocks, Element

SHORTEST_SCORED, LONGEST_SCORED = 40, 1_200  # characters
MOST_LINKED = 400  # thousandths of a block's characters; with more it has no score
LARGEST = 30_000  # of any number, so that it fits into 16 bits
HEADINGS = (2, 3, 4)

CLASSES = {
    tag: number
    for number, tags in enumerate(
        (
            *("p", "h1", "h2", "h3 h4 h5 h6", "li dd dt", "td th", "blockquote", "pre"),
            *("div section center", "article main", "figure figcaption", "header", "footer"),
            *("aside", "address", "body"),
        ),
        start=1,
    )
    for tag in tags.split()
}
"""Tags by their kind; ``HEADINGS`` are three of them, 0 is any other tag."""
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Counts:
    """Sizes, links and scores of the blocks, their sums, and the container that has most of them.

    ``width`` is the number of characters of a European language that one of the page stands for.
    """

    def __init__(self, page: Blocks) -> None:
        self.found = found = page.found
        self.width = width = _width(found)
        self.sizes = [len(block.text) * width for block in found]
        self.linked = [1000 * b.linked // len(b.text) for b in found]
        pairs = zip(self.sizes, self.linked, strict=True)
        self.scores = [_score(size, linked) for size, linked in pairs]
        self.score_sums, self.char_sums = _sums(self.scores), _sums(self.sizes)
        self.tags = [CLASSES.get(block.element.tag, 0) for block in found]
        self.read: dict[int, tuple[int, int, int]] = {}
        self.scored = [place for place, score in enumerate(self.scores) if score]
        self.alike: defaultdict[str, int] = defaultdict(int)
        self.alike_score: defaultdict[str, int] = defaultdict(int)
        for block, score in zip(found, self.scores, strict=True):
            self.alike[block.element.signature] += 1
            self.alike_score[block.element.signature] += score
        self._count(page.elements)
        self.best = max(page.elements, key=lambda element: element.weight)
        self.path = _path(self.best)
        self.total = page.elements[0].score or 1
        self.of_page = (
            min(len(found), LARGEST),
            min(self.char_sums[-1], LARGEST),
            min(self.score_sums[-1], LARGEST),
            1000 * self.best.score // self.total,
        )

    def cues(self, place: int) -> tuple[int, int, int]:
        """``cues.of`` the block; only blocks that a row speaks of are read."""
        known = self.read.get(place)
        if known is None:
            known = self.read[place] = cues.of(self.found[place].text)
        return known

    def _count(self, elements: Sequence[Element]) -> None:
        """Sums of each element: its own blocks, then those of its children, from the leaves up."""
        for place, block in enumerate(self.found):
            e, score = block.element, self.scores[place]
            e.chars += self.sizes[place]
            e.linked += block.linked * self.width
            e.score += score
            e.blocks += 1
            to = e.parent if e.tag == "p" and e.parent is not None else e
            to.weight += 2 * score
            if to.parent is not None:
                to.parent.weight += score
        for e in reversed(elements):
            if (above := e.parent) is not None:
                above.chars += e.chars
                above.linked += e.linked
                above.score += e.score
                above.blocks += e.blocks


def _width(found: Sequence[Block]) -> int:
    """3 where a page is Chinese, Japanese or Korean: a character says there what three say."""
    sample = "".join([block.text[:100] for block in found[:400]])
    if sample.isascii():
        return 1
    return 3 if len(_DENSE.findall(sample)) * 3 > len(sample) else 1


def _score(size: int, linked: int) -> int:
    if size < SHORTEST_SCORED or linked >= MOST_LINKED:
        return 0
    return min(size, LONGEST_SCORED) * (1000 - linked) // 1000


def _path(element: Element | None) -> dict[Element, int]:
    path: dict[Element, int] = {}
    while element is not None:
        path[element] = len(path)
        element = element.parent
    return path


def _sums(values: Sequence[int]) -> list[int]:
    total, sums = 0, [0]
    for value in values:
        total += value
        sums.append(total)
    return sums
