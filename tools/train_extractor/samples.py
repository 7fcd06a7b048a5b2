"""Pages as rows, labels and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from selectolax.lexbor import LexborHTMLParser

from tools.train_extractor import labels
from tools.train_extractor.pages import Page
from wireroom.clean import body, charset, gate, measures, metadata, walk

FOLDS = 5
LEAST_WORDS = 50  # of a page: below, its blocks would weigh more than those of others
SEGMENT_WEIGHT = 0.5  # of pages of which only segments are known


@dataclass(frozen=True, slots=True)
class Sample:
    """The blocks of one page that a model may see. ``labels``: 1, 0, -1 for unknown."""

    page: str
    set: str
    fold: int
    rows: npt.NDArray[np.int16]
    labels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float32]


def of(page: Page) -> Sample:
    """The page as the product sees it."""
    _, html = gate.printable(charset.decode(page.html))
    parsed = metadata.page(LexborHTMLParser(html), "")
    read = walk.blocks(parsed.tree)
    about = body.about(parsed, metadata.read(parsed).title)
    measured = measures.of(read, about)
    texts = [read.found[place].text for place in measured.places]
    known = _labels(page, texts)
    rows = np.ascontiguousarray(measured.columns.T)
    words = rows[:, measures.NAMES.index("words")].astype(np.float32)
    return Sample(page.id, page.set, fold(page.domain), rows, known, _weights(page, words, known))


def fold(domain: str) -> int:
    """By the registered domain alone: no site is in training and in the test of the same fold."""
    return int(hashlib.sha1(domain.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def _labels(page: Page, texts: Sequence[str]) -> npt.NDArray[np.int8]:
    truth = page.truth
    if truth.get("text"):
        return np.array(labels.of_text(texts, truth["text"]), dtype=np.int8)
    if "text" not in truth:
        known = labels.of_segments(texts, truth["with"], truth["without"])
        return np.array(known, dtype=np.int8)
    return np.full(len(texts), -1, dtype=np.int8)


def _weights(
    page: Page, words: npt.NDArray[np.float32], known: npt.NDArray[np.int8]
) -> npt.NDArray[np.float32]:
    """Words of a block for each word of content: every page counts alike."""
    content = max(float(words[known == 1].sum()), LEAST_WORDS)
    share = np.where(known < 0, 0, np.minimum(words / content, 1))
    factor = 1.0 if page.truth.get("text") else SEGMENT_WEIGHT
    return (share * factor).astype(np.float32)
