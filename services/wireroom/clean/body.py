"""The body of a page: blocks, the classifier, and what to do where it is not sure.

Uncertain pages, one in twenty-five, get trafilatura; where the page shows nearly nothing, the
text in its JSON-LD is taken; where there is none either, the body is missing, and is not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from trafilatura import extract

from wireroom.clean import forest, jsonld, measures, parts, signs, walk
from wireroom.clean.blocks import Block, Blocks, Element
from wireroom.clean.extracted import LeftOut, Part
from wireroom.clean.markup import UNSCRIPTED
from wireroom.clean.metadata import Page
from wireroom.clean.paragraphs import paragraphs, words_of
from wireroom.clean.titles import without_tail

CONTENT = 0  # log-odds from which on a block is content: as likely as not
AMONG_COMMENTS = 1_500  # the same where readers write: eight in ten
LINKS = -20_000  # log-odds of a block that is links alone
CUE = measures.NAMES.index("cue")
DOUBTFUL = range(-1_386, 848)  # log-odds of chances from 0.2 to 0.7
MOST_DOUBT = 0.4  # doubtful characters for each character that is kept
LEAST_OF_OTHER = 0.3  # of the kept text: of 29 pages where the other had less, 25 were worse
SHORTEST_ARTICLE = 250  # characters: of 1,761 news pages with a known text, 1 % have less
# Beyond this the other extractor may take 100 ms and more, and is right no more often.
MOST_TEXT, MOST_HTML, MOST_NODES = 20_000, 2**20, 1_000
MOST_TAGS = 15_000  # and their ends; those out of place are kept by lxml and dropped by lexbor
ARTICLE_BODY_FACTOR = 3  # JSON-LD is worse than the DOM wherever both have the text


@dataclass(frozen=True, slots=True)
class Body:
    """``source``: dom, fallback, jsonld or none."""

    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    source: str
    page: Blocks

    @property
    def text(self) -> str:
        return parts.text_of(self.parts)


class _Judged(NamedTuple):
    """Blocks, the score of each, and what that makes of them."""

    page: Blocks
    scores: Sequence[int]
    chosen: tuple[Block, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def size(self) -> int:
        return sum([len(block.text) for block in self.chosen])

    def is_doubtful(self) -> bool:
        told = zip(self.page.found, self.scores, strict=True)
        doubt = sum([len(block.text) for block, score in told if score in DOUBTFUL])
        size = self.size
        return size < SHORTEST_ARTICLE or doubt > MOST_DOUBT * size


def read(html: str, parsed: Page, title: str | None, model: forest.Forest | None = None) -> Body:
    """The body of a page. ``model``: another one than the package's, for training."""
    said = about(parsed, title)
    judge = partial(_judge, said, title, model or forest.model(measures.NAMES))
    judged = judge(walk.blocks(parsed.tree))
    if judged.size < SHORTEST_ARTICLE and parsed.tree.css_first("noscript") is not None:
        # Some pages show everything there, or have forgotten to close it.
        judged = max(judged, judge(walk.blocks(parsed.tree, UNSCRIPTED)), key=lambda one: one.size)
    page, size = judged.page, judged.size
    found, source = [parts.of_block(block) for block in judged.chosen], "dom"
    if judged.is_doubtful() and _is_affordable(page, html):
        other = parts.tidy(_other(html, parsed.url).split("\n"), title)
        length = sum(map(len, other))
        # Where the classifier sees nothing, a few words are the menu; much less is a part of it.
        is_text = length >= SHORTEST_ARTICLE or length > size > 0
        if is_text and length > LEAST_OF_OTHER * size:
            found, source = _with_kinds(other, page), "fallback"
    text = parts.text_of(found)
    told = jsonld.body_of(parsed.data)
    if len(told) > ARTICLE_BODY_FACTOR * len(text) or _is_same(told, text):
        found = [Part("paragraph", line) for line in _lines(told, title)]
        source = "jsonld"
    return Body(tuple(found), judged.left_out, source if found else "none", page)


def _judge(said: measures.About, title: str | None, model: forest.Forest, page: Blocks) -> _Judged:
    measured = measures.of(page, said)
    count, places = len(page.found), measured.places
    scores = _with_whole_tables(page, _spread(model.scores(measured.columns), places, count, LINKS))
    cues = _spread(measured.columns[CUE].tolist(), places, count, 0)
    screen = parts.Screen(title)
    chosen, gone = [], []
    for block, score, cue in zip(page.found, scores, cues, strict=True):
        is_content = score > (AMONG_COMMENTS if block.element.signs & signs.COMMENT else CONTENT)
        ruled = screen.cause(block.text) if is_content else None
        if is_content and ruled is None:
            chosen.append(block)
        else:
            gone.append(parts.Gone(block, score, cue, ruled))
    return _Judged(page, scores, tuple(chosen), parts.left_out(gone))


def _with_whole_tables(page: Blocks, scores: list[int]) -> list[int]:
    """The same, but for the rows of a table, which have the mean of them: half a table misleads."""
    tables: dict[Element, list[int]] = {}
    for place, block in enumerate(page.found):
        if block.element.tag == "tr" and scores[place] > LINKS:
            tables.setdefault(parts.table_around(block.element), []).append(place)
    for rows in tables.values():
        sizes = [len(page.found[place].text) for place in rows]
        held = sum(size * scores[place] for size, place in zip(sizes, rows, strict=True))
        for place in rows:
            scores[place] = held // sum(sizes)
    return scores


def _spread(values: Sequence[int], places: Sequence[int], count: int, missing: int) -> list[int]:
    """A value for each block; ``missing`` for those that are links alone."""
    found = [missing] * count
    for place, value in zip(places, values, strict=True):
        found[place] = value
    return found


def about(parsed: Page, title: str | None) -> measures.About:
    """What a page calls itself."""
    meta = parsed.meta
    head = parsed.tree.css_first("title")
    named = [title, meta.get("og:title"), meta.get("twitter:title")]
    if head is not None:
        named.append(head.text(deep=True)[:1_000])
    known = [name for name in named if name]
    described = meta.get("og:description") or meta.get("description") or ""
    site = " ".join((meta.get("og:site_name") or "").split())
    return measures.About((*known, *map(without_tail, known)), described, site)


def _is_affordable(page: Blocks, html: str) -> bool:
    if page.nodes > MOST_NODES or len(html) > MOST_HTML:
        return False
    if html.count("<") > MOST_TAGS:
        return False
    return sum(len(block.text) for block in page.found) <= MOST_TEXT


def _other(html: str, url: str) -> str:
    return extract(html, url=url or None, fast=True, include_comments=False) or ""


def _with_kinds(lines: Sequence[str], page: Blocks) -> list[Part]:
    known = {block.text: block for block in page.found}
    found = []
    for line in lines:
        block = known.get(line) or known.get(line.removeprefix("- "))
        found.append(parts.of_block(block) if block is not None else Part("paragraph", line))
    return found


def _lines(told: str, title: str | None) -> list[str]:
    lines = told.split("\n")
    vocabulary = words_of(lines)
    return parts.tidy([p for line in lines for p in paragraphs(line.strip(), vocabulary)], title)


def _is_same(told: str, text: str) -> bool:
    """The other extractor has fallen back on JSON-LD itself, and has lost its line breaks."""
    return bool(told) and "\n" not in text and "".join(told.split()) == "".join(text.split())
