"""The body of a page: blocks, the classifier, and what to do where it is not sure.

Uncertain pages, one in twenty-five, get trafilatura; where the page shows nearly nothing, the
text in its JSON-LD is taken; where there is none either, the body is missing, and is not guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trafilatura import extract

from wireroom.clean import blocks, forest, jsonld, measures, parts
from wireroom.clean.blocks import Block, Blocks
from wireroom.clean.extracted import LeftOut, Part
from wireroom.clean.metadata import Page
from wireroom.clean.paragraphs import paragraphs, words_of
from wireroom.clean.titles import without_tail

CONTENT = 0  # log-odds from which on a block is content: as likely as not
LINKS = -20_000  # log-odds of a block that is links alone
DOUBTFUL = range(-1_386, 848)  # log-odds of chances from 0.2 to 0.7
MOST_DOUBT = 0.6  # doubtful characters for each character that is kept
LEAST_OF_OTHER = 0.3  # of the kept text: of 29 pages where the other had less, 25 were worse
SHORTEST_ARTICLE = 250  # characters: of 1,761 news pages with a known text, 1 % have less
# Beyond this the other extractor may take seconds: it is quadratic in links and line breaks.
MOST_TEXT, MOST_HTML, MOST_NODES = 20_000, 3 * 2**20, 15_000
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


def read(html: str, parsed: Page, title: str | None, model: forest.Forest | None = None) -> Body:
    """The body of a page. ``model``: another one than the package's, for training."""
    page = blocks.read(parsed.tree)
    measured = measures.of(page, about(parsed, title))
    model = model or forest.model(measures.NAMES)
    scores = _everywhere(page, measured.places, model.scores(measured.columns))
    chosen, gone = _chosen(page, scores, title)
    found = parts.rows(chosen)
    source = "dom"
    size = sum(len(part.text) for part in found)
    if _is_doubtful(page, scores, size) and _is_affordable(page, html):
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
    return Body(tuple(found), gone, source if found else "none", page)


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


def _everywhere(page: Blocks, places: Sequence[int], scores: Sequence[int]) -> list[int | None]:
    """A score for each block; None for those that are links alone."""
    found: list[int | None] = [None] * len(page.found)
    for place, score in zip(places, scores, strict=True):
        found[place] = score
    return found


def _chosen(
    page: Blocks, scores: Sequence[int | None], title: str | None
) -> tuple[list[Block], tuple[LeftOut, ...]]:
    screen = parts.Screen(title)
    chosen, gone = [], []
    for block, score in zip(page.found, scores, strict=True):
        ruled = None
        if score is not None and score > CONTENT:
            ruled = screen.cause(block.text)
            if ruled is None:
                chosen.append(block)
                continue
        gone.append(parts.Gone(block, LINKS if score is None else score, ruled))
    return chosen, parts.left_out(gone)


def _is_doubtful(page: Blocks, scores: Sequence[int | None], size: int) -> bool:
    doubt = sum(
        len(block.text)
        for block, score in zip(page.found, scores, strict=True)
        if score is not None and score in DOUBTFUL
    )
    return size < SHORTEST_ARTICLE or doubt > MOST_DOUBT * size


def _is_affordable(page: Blocks, html: str) -> bool:
    if page.nodes > MOST_NODES or len(html) > MOST_HTML:
        return False
    if html.count("<") > 3 * MOST_NODES:  # tags out of place, which lxml keeps and lexbor drops
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
