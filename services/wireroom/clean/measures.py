"""A block in numbers, for the classifier: itself, where it stands, what is around it.

All numbers are integers, shares in thousandths, none beyond 30,000: the same page gives the same
numbers on every machine. ``NAMES`` names the columns; the model refers to them by place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wireroom.clean import around, signs, titles
from wireroom.clean.around import Around
from wireroom.clean.blocks import Block, Blocks, Element
from wireroom.clean.counts import CLASSES, HEADINGS, LARGEST, Counts

NEVER = 900  # thousandths of a block in links, from which on it is one and no paragraph

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
_OF_PAGE = ("page_blocks", "page_chars", "page_score", "in_best")
NAMES = (*_OF_TEXT, *_OF_ELEMENT, *around.NAMES, *_OF_PAGE)
_NO_TARGETS = [0] * len(signs.TARGETS)


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


def of(page: Blocks, about: About) -> Measured:
    """Every block that may be content, in numbers."""
    return _Rows(page, about).measured() if page.found else Measured([], [])


class _Rows:
    def __init__(self, page: Blocks, about: About) -> None:
        self.counts = Counts(page)
        self.around = Around(self.counts)
        self.titles = {bare for title in about.titles if (bare := titles.bare(title))}
        self.title_starts = {title[0] for title in self.titles}
        self.description = titles.bare(about.description[:400])
        self.above: dict[Element, list[int]] = {}
        self.bits: dict[tuple[int, int], list[int]] = {}

    def measured(self) -> Measured:
        seen: dict[str, int] = {}
        since_title = -50
        places, rows = [], []
        for place, block in enumerate(self.counts.found):
            start = block.text[:200]
            doubles = seen.get(start, 0)
            seen[start] = doubles + 1
            if self._is_title(block.text) or (block.element.tag == "h1" and since_title < 0):
                since_title = 0
            elif since_title >= 0:
                since_title += 1
            if self.counts.linked[place] >= NEVER and self.counts.tags[place] not in HEADINGS:
                continue
            places.append(place)
            row = self._of_text(place, block)
            row += self._of_element(block.element)
            row += self.around.of(place, block.element, doubles, since_title)
            row += self.counts.of_page
            rows.append(row)
        return Measured(places, rows)

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
        if self.counts.width > 1:
            words = max(words, size // 2)
            commas, stops = commas + count("、") + count("，"), stops + count("。") + count("！")
        elif not text.isascii():
            commas, stops = commas + count("،"), stops + count("…") + count("؟") + count("।")
        head = text[:60]
        return [
            min(self.counts.sizes[place], 3_000),
            min(words, LARGEST),
            self.counts.linked[place],
            min(commas, 50),
            min(stops, 50),
            1 if _END.search(text[-8:]) else 2 if text[-1] in ":：" else 0,
            1000 * sum(map(str.isupper, head)) // len(head),
            1000 * block.bold // size,
            1000 * block.italic // size,
            min(block.links, 50),
            *self.counts.cues(place),
            min(count('"') + count("“") + count("”") + count("„") + count("«"), 20),
            self._in_description(text),
            *_targets(block.targets),
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
        while at not in self.counts.path and at.parent is not None:
            at = at.parent
            steps += 1
        held = (e.signs, e.own | p.own)
        bits = self.bits.get(held)
        if bits is None:
            bits = self.bits[held] = _bits(*held)
        return [
            CLASSES.get(e.tag, 0),
            e.depth,
            1000 * e.score // self.counts.total,
            *above,
            steps,
            self.counts.path.get(at, 99),
            min(self.counts.alike[e.signature], LARGEST),
            1000 * self.counts.alike_score[e.signature] // self.counts.total,
            *bits,
        ]

    def _of_parent(self, p: Element) -> list[int]:
        g = p.parent or p
        g2 = g.parent or g
        g3 = g2.parent or g2
        return [
            CLASSES.get(p.tag, 0),
            *(1000 * x.score // self.counts.total for x in (p, g, g2, g3)),
            *(1000 * x.linked // (x.chars or 1) for x in (p, g, g2)),
            min(p.blocks, LARGEST),
            min(p.chars // (p.blocks or 1), LARGEST),
            min(g2.chars // (g2.blocks or 1), LARGEST),
        ]


def _targets(addresses: tuple[str, ...]) -> list[int]:
    if not addresses:
        return _NO_TARGETS
    held = 0
    for address in addresses:
        held |= signs.of_target(address)
    return [held >> bit & 1 for bit in range(len(signs.TARGETS))]


def _bits(held: int, own: int) -> list[int]:
    return [
        *[held >> bit & 1 for bit in range(len(signs.ALL))],
        *[own >> bit & 1 for bit in range(len(signs.NAMES))],
    ]
