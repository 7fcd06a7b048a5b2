"""A block in numbers, for the classifier: itself, where it stands, what is around it.

All numbers are integers, shares in thousandths, none beyond 30,000: the same page gives the same
numbers on every machine. ``NAMES`` names the columns; the model refers to them by place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from wireroom.clean import cues, signs, titles
from wireroom.clean.blocks import Block, Blocks, Element

SHORTEST_SCORED, LONGEST_SCORED = 40, 1_200  # characters
MOST_LINKED = 400  # thousandths of a block's characters; with more it has no score
LARGEST = 30_000  # of any number, so that it fits into 16 bits
NEVER = 900  # thousandths of a block in links, from which on it is one and no paragraph

_CLASSES = {
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
_HEADINGS = (2, 3, 4)
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_END = re.compile(r"[.!?…。！？؟।۔][\"'”’»“)\]」』]*$|[\"”»」』]$")

_OF_TEXT = (
    *("chars", "words", "linked", "commas", "stops", "last", "upper", "bold", "italic", "links"),
    *("cue", "own_words", "our_words", "quotes", "in_description"),
    *(f"to_{name}" for name in signs.TARGETS),
)
_OF_ELEMENT = (
    *("tag", "depth", "under_self", "parent_tag", "under_parent", "under_2", "under_3"),
    *("under_4", "linked_parent", "linked_2", "linked_3", "blocks_parent", "mean_parent"),
    *("mean_3", "steps_to_path", "meets_above", "alike", "alike_score"),
    *(f"in_{name}" for name in signs.ALL),
    *(f"at_{name}" for name in signs.NAMES),
)
_OF_PLACE = (
    *("index", "index_share", "before_share", "doubles", "since_title", "score", "near_5"),
    *("near_12", "score_before", "to_previous", "to_next", "same_parent_previous"),
    *("same_parent_next", "same_above", "chars_-1", "linked_-1", "tag_-1", "cue_-1", "chars_1"),
    *("linked_1", "tag_1", "cue_1", "chars_-2", "chars_2", "own_words_-1", "own_words_1"),
    *("since_heading", "heading_cue", "since_rule"),
)
_OF_PAGE = ("page_blocks", "page_chars", "page_score", "in_best")
NAMES = (*_OF_TEXT, *_OF_ELEMENT, *_OF_PLACE, *_OF_PAGE)


@dataclass(frozen=True, slots=True)
class About:
    """What a page says of itself: its titles and its description, which blocks may repeat."""

    titles: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """``rows``: the columns of the blocks at ``places``; all other blocks are links alone."""

    places: list[int]
    rows: list[list[int]]
    cues: list[int]


def of(page: Blocks, about: About) -> Measured:
    """Every block that may be content, in numbers."""
    return _Page(page, about).measured() if page.found else Measured([], [], [])


class _Page:
    """What is counted once for all blocks of a page."""

    def __init__(self, page: Blocks, about: About) -> None:
        self.found = found = page.found
        self.width = width = _width(found)
        self.sizes = [len(block.text) * width for block in found]
        self.linked = [1000 * b.linked // len(b.text) for b in found]
        pairs = zip(self.sizes, self.linked, strict=True)
        self.scores = [_score(size, linked) for size, linked in pairs]
        self.score_sums, self.char_sums = _sums(self.scores), _sums(self.sizes)
        self.tags = [_CLASSES.get(block.element.tag, 0) for block in found]
        self.read = [cues.of(block.text) for block in found]
        self.cues = [cue for cue, _, _ in self.read]
        self.headed = self._headed()
        self.scored = [place for place, score in enumerate(self.scores) if score]
        self.titles = {bare for title in about.titles if (bare := titles.bare(title))}
        self.title_starts = {title[0] for title in self.titles}
        self.description = titles.bare(about.description[:400])
        self.alike: defaultdict[str, int] = defaultdict(int)
        self.alike_score: defaultdict[str, int] = defaultdict(int)
        for block, score in zip(found, self.scores, strict=True):
            self.alike[block.element.signature] += 1
            self.alike_score[block.element.signature] += score
        self._count(page.elements)
        self.best = max(page.elements, key=lambda element: element.weight)
        self.path = _path(self.best)
        self.total = page.elements[0].score or 1
        self.above: dict[Element, list[int]] = {}
        self.bits: dict[tuple[int, int], list[int]] = {}
        self.of_page = (
            min(len(found), LARGEST),
            min(self.char_sums[-1], LARGEST),
            min(self.score_sums[-1], LARGEST),
            1000 * self.best.score // self.total,
        )

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

    def _headed(self) -> list[tuple[int, int, int]]:
        """Of each block: blocks since the last heading, its cue, blocks since the last rule."""
        since, cue, rule, rules = 99, 0, 99, 0
        told = []
        for place, block in enumerate(self.found):
            rule = 0 if block.rules != rules else min(rule + 1, 99)
            rules = block.rules
            told.append((since, cue, rule))
            since = min(since + 1, 99)
            size = len(block.text)
            if self.tags[place] in _HEADINGS or (size < 80 and 10 * block.bold >= 9 * size):
                since, cue = 0, self.cues[place]
        return told

    def measured(self) -> Measured:
        seen: dict[str, int] = {}
        since_title = -50
        places, rows = [], []
        for place, block in enumerate(self.found):
            start = block.text[:200]
            doubles = seen.get(start, 0)
            seen[start] = doubles + 1
            if self._is_title(block.text) or (block.element.tag == "h1" and since_title < 0):
                since_title = 0
            elif since_title >= 0:
                since_title += 1
            if self.linked[place] >= NEVER and self.tags[place] not in _HEADINGS:
                continue
            places.append(place)
            row = self._of_text(place, block)
            row += self._of_element(block.element)
            row += self._of_place(place, block.element, doubles, since_title)
            row += self.of_page
            rows.append(row)
        return Measured(places, rows, self.cues)

    def _is_title(self, text: str) -> bool:
        if not 8 <= len(text) <= 300:
            return False
        start = text[0].casefold()
        if start.isalnum() and start not in self.title_starts:
            return False
        return titles.bare(text) in self.titles

    def _of_text(self, place: int, block: Block) -> list[int]:
        text, size = block.text, len(block.text)
        count = text.count
        words = count(" ") + 1
        commas, stops = count(",") + count(";"), count(".") + count("!") + count("?")
        if self.width > 1:
            words = max(words, size // 2)
            commas, stops = commas + count("、") + count("，"), stops + count("。") + count("！")
        elif not text.isascii():
            commas, stops = commas + count("،"), stops + count("…") + count("؟") + count("।")
        head = text[:60]
        return [
            min(self.sizes[place], 3_000),
            min(words, LARGEST),
            self.linked[place],
            min(commas, 50),
            min(stops, 50),
            1 if _END.search(text[-8:]) else 2 if text[-1] in ":：" else 0,
            1000 * sum(map(str.isupper, head)) // len(head),
            1000 * block.bold // size,
            1000 * block.italic // size,
            min(block.links, 50),
            *self.read[place],
            min(count('"') + count("“") + count("”") + count("„") + count("«"), 20),
            self._in_description(text),
            *[block.targets >> bit & 1 for bit in range(len(signs.TARGETS))],
        ]

    def _in_description(self, text: str) -> int:
        """2: the block begins as the description does; 1: it is a part of it; 0: no."""
        if len(self.description) < 30 or len(text) < 30:
            return 0
        start = text[:5].casefold()
        if start.isalnum() and start not in self.description:
            return 0
        bare = titles.bare(text[:120])
        return 2 if bare[:50] == self.description[:50] else int(bare[:80] in self.description)

    def _of_element(self, e: Element) -> list[int]:
        p = e.parent or e
        above = self.above.get(p)
        if above is None:
            above = self.above[p] = self._of_parent(p)
        steps, at = 0, e
        while at not in self.path and at.parent is not None:
            at = at.parent
            steps += 1
        held = (e.signs, e.own | p.own)
        bits = self.bits.get(held)
        if bits is None:
            bits = self.bits[held] = _bits(*held)
        return [
            _CLASSES.get(e.tag, 0),
            e.depth,
            1000 * e.score // self.total,
            *above,
            steps,
            self.path.get(at, 99),
            min(self.alike[e.signature], LARGEST),
            1000 * self.alike_score[e.signature] // self.total,
            *bits,
        ]

    def _of_parent(self, p: Element) -> list[int]:
        g = p.parent or p
        g2 = g.parent or g
        g3 = g2.parent or g2
        return [
            _CLASSES.get(p.tag, 0),
            *(1000 * x.score // self.total for x in (p, g, g2, g3)),
            *(1000 * x.linked // (x.chars or 1) for x in (p, g, g2)),
            min(p.blocks, LARGEST),
            min(p.chars // (p.blocks or 1), LARGEST),
            min(g2.chars // (g2.blocks or 1), LARGEST),
        ]

    def _of_place(self, place: int, e: Element, doubles: int, since_title: int) -> list[int]:
        left = bisect_left(self.scored, place)
        right = left + (left < len(self.scored) and self.scored[left] == place)
        previous = self.scored[left - 1] if left else None
        following = self.scored[right] if right < len(self.scored) else None
        before = self.found[previous].element if previous is not None else None
        after = self.found[following].element if following is not None else None
        return [
            min(place, LARGEST),
            1000 * place // len(self.found),
            1000 * self.char_sums[place] // self.char_sums[-1],
            min(doubles, 99),
            min(since_title, LARGEST),
            self.scores[place],
            self._mean(place, 5),
            self._mean(place, 12),
            1000 * self.score_sums[place] // self.total,
            min(place - previous, 99) if previous is not None else 99,
            min(following - place, 99) if following is not None else 99,
            _kinship(e, before),
            _kinship(e, after),
            _kinship(before, after),
            *self._neighbour(place - 1),
            *self._neighbour(place + 1),
            min(self.sizes[place - 2], 3_000) if place >= 2 else -1,
            min(self.sizes[place + 2], 3_000) if place + 2 < len(self.found) else -1,
            self.read[place - 1][1] if place else 0,
            self.read[place + 1][1] if place + 1 < len(self.found) else 0,
            *self.headed[place],
        ]

    def _mean(self, place: int, reach: int) -> int:
        start, end = max(0, place - reach), min(len(self.found), place + reach + 1)
        return (self.score_sums[end] - self.score_sums[start]) // (end - start)

    def _neighbour(self, place: int) -> tuple[int, int, int, int]:
        if not 0 <= place < len(self.found):
            return (-1, -1, -1, -1)
        size = min(self.sizes[place], 3_000)
        return (size, self.linked[place], self.tags[place], self.cues[place])


def _bits(held: int, own: int) -> list[int]:
    return [
        *[held >> bit & 1 for bit in range(len(signs.ALL))],
        *[own >> bit & 1 for bit in range(len(signs.NAMES))],
    ]


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


def _kinship(one: Element | None, other: Element | None) -> int:
    """3: the same element; 2: the same parent; 1: the same grandparent; 0: nothing so near."""
    if one is None or other is None:
        return 0
    if one is other:
        return 3
    p, q = one.parent, other.parent
    if p is q or p is other or one is q:
        return 2
    above, beyond = p and p.parent, q and q.parent
    if p is None or q is None:
        return 0
    return int(above is q or p is beyond or (above is beyond and above is not None))


def _sums(values: Sequence[int]) -> list[int]:
    total, sums = 0, [0]
    for value in values:
        total += value
        sums.append(total)
    return sums
