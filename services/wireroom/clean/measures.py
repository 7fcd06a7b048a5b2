"""The blocks of a page in numbers, for the classifier: what each is, where, and what is around.

All numbers are integers, shares in thousandths, none beyond 30,000: the same page gives the same
numbers on every machine. ``NAMES`` names the columns; the model refers to them by place. What can
be counted for a whole page at once is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wireroom.clean import around, cues, punctuation, titles, within
from wireroom.clean.blocks import Blocks
from wireroom.clean.counts import CLASSES, LARGEST, Counts, Ints, table_of

SHORTEST_DESCRIPTION = 30  # characters, of it and of a block that is compared with it
SHORTEST_SITE = 3  # characters of a name that is looked for in texts
NEVER = 900  # thousandths of a block in links, from which on it is one and no paragraph

_H1, _ARTICLE = CLASSES["h1"], CLASSES["article"]
_STOPS, _COLONS = frozenset('.!?…。！？؟।۔"”»」』'), frozenset(":：")
_CLOSING = "'’“)]"

_OF_TEXT = (
    *("words", "commas", "stops", "quotes", "last", "in_description", "names_site"),
    *("doubles", "since_title", "cue", "own_words", "our_words"),
)
_OF_BLOCK = ("chars", "linked", "bold", "italic", "links", "h1s", "articles")
_OF_PAGE = ("page_blocks", "page_chars", "page_score", "in_best")
NAMES = (*_OF_TEXT, *_OF_BLOCK, *around.NAMES, *within.NAMES, *_OF_PAGE)

Columns = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class About:
    """What a page says of itself: titles and a description, which blocks may repeat; its site."""

    titles: tuple[str, ...] = ()
    description: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """``columns[c, n]``: column c of the block at ``places[n]``; other blocks are links alone."""

    places: list[int] = field(default_factory=list)
    columns: Columns = field(default_factory=lambda: np.zeros((len(NAMES), 0), dtype=np.int16))


def of(page: Blocks, about: About) -> Measured:
    """Every block that may be content, in numbers."""
    if not page.found:
        return Measured()
    counts = Counts(page)
    worth = np.flatnonzero((counts.linked < NEVER) | counts.is_heading)
    if not len(worth):
        return Measured()
    read, texts = _cues(counts, worth), _Texts(counts, about)
    ours = np.minimum(read[1], 3) * (1 + np.minimum(read[2], 2))
    blocks = np.vstack([*_of_blocks(counts), *around.columns(counts, read[0], ours)])
    elements = np.vstack(list(within.columns(counts, texts.title, ours)))
    parts = (
        texts.columns(worth),
        read[:, worth],
        blocks[:, worth],
        elements[:, counts.at[worth]],
        np.broadcast_to(_of_page(counts)[:, np.newaxis], (len(_OF_PAGE), len(worth))),
    )
    table = np.minimum(np.concatenate(parts), LARGEST).astype(np.int16)
    return Measured(worth.tolist(), table)


def _cues(counts: Counts, worth: Ints) -> Ints:
    """``cues.of`` the blocks, by column; 0 for those that are links alone."""
    told = np.zeros((3, len(counts.found)), dtype=np.int64)
    told[:, worth] = table_of(cues.of([counts.found[n].text for n in worth.tolist()]))
    return told


class _Texts:
    """The columns that are read from the texts, but for cues."""

    def __init__(self, counts: Counts, about: About) -> None:
        self.found, self.width = counts.found, counts.width
        self.titles = {bare for title in about.titles if (bare := titles.bare(title))}
        self.starts = {title[0] for title in self.titles}
        self.description = titles.bare(about.description[:400])
        self.site = about.site if len(about.site) >= SHORTEST_SITE else ""
        self.title = -1
        self.since = self._since_title()
        if self.title < 0:
            self.title = int(counts.scores.argmax())

    def columns(self, worth: Ints) -> Ints:
        seen: dict[str, int] = {}
        doubles = []
        for block in self.found:
            start = block.text[:200]
            doubles.append(min(seen.get(start, 0), 99))
            seen[start] = doubles[-1] + 1
        texts = [self.found[place].text for place in worth.tolist()]
        told = [list(map(_last, texts)), self._in_description(texts), self._names_site(texts)]
        blanks, commas, stops, quotes = punctuation.of(texts)
        words = blanks + 1
        if self.width > 1:
            words = np.maximum(words, [len(text) // 2 for text in texts])
        counted = (words, np.minimum(commas, 50), np.minimum(stops, 50), np.minimum(quotes, 20))
        around = np.array([doubles, self.since])[:, worth]
        return np.vstack((*counted, *told, np.minimum(around, LARGEST)))

    def _since_title(self) -> list[int]:
        """Blocks since the title was seen; -50 before it."""
        since, told = -50, []
        for place, block in enumerate(self.found):
            if self._is_title(block.text) or (block.element.tag == "h1" and since < 0):
                since = 0
                if self.title < 0 or self.found[self.title].element.tag != "h1":
                    self.title = place
            elif since >= 0:
                since += 1
            told.append(since)
        return told

    def _is_title(self, text: str) -> bool:
        if not 8 <= len(text) <= 300:
            return False
        start = text[0].casefold()
        if start.isalnum() and start not in self.starts:
            return False
        return titles.bare(text) in self.titles

    def _in_description(self, texts: Sequence[str]) -> list[int]:
        """2: the block begins as the description does; 1: it is a part of it; 0: no."""
        if len(self.description) < SHORTEST_DESCRIPTION:
            return [0] * len(texts)
        return [self._is_described(t) if len(t) >= SHORTEST_DESCRIPTION else 0 for t in texts]

    def _is_described(self, text: str) -> int:
        start = text[:8].casefold()
        if start.replace(" ", "").isalnum() and start not in self.description:
            return 0
        bare = titles.bare(text[:50])[:40]
        return 2 if self.description.startswith(bare) else int(bare in self.description)

    def _names_site(self, texts: Sequence[str]) -> list[int]:
        site = self.site
        return [int(site in text) for text in texts] if site else [0] * len(texts)


def _last(text: str) -> int:
    """1: a text ends like a sentence or a quotation; 2: it announces something; 0: else."""
    end = text[-1]
    if end in _CLOSING:
        end = text.rstrip(_CLOSING)[-1:]
    return 1 if end in _STOPS else 2 if end in _COLONS else 0


def _of_blocks(counts: Counts) -> Iterator[Ints]:
    yield np.minimum(counts.sizes, 3_000)
    yield counts.linked
    yield counts.bold
    yield counts.italic
    yield np.minimum(counts.links, 50)
    yield np.minimum((counts.tags == _H1).cumsum(), 9)
    held = counts.elements
    large = 20 * held.under(counts.score_sums) >= counts.total
    ends = held.ends[(held.tags == _ARTICLE) & large]
    yield np.minimum(np.searchsorted(np.sort(ends), np.arange(len(counts.found)), "right"), 9)


def _of_page(counts: Counts) -> Ints:
    best = counts.best
    start, end = counts.elements.starts[best], counts.elements.ends[best]
    held = counts.score_sums[end] - counts.score_sums[start]
    sizes = (len(counts.found), counts.char_sums[-1], counts.score_sums[-1])
    return np.array([*sizes, 1000 * held // counts.total])
