"""How much of a text is right: runs of four words, as multisets; the zyte benchmark's measure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

from tools.train_extractor.labels import RUN

_WORD = re.compile(r"\w+")


def marks(truth: Mapping[str, Any], text: str) -> tuple[float | None, float | None]:
    """Precision and recall of one page; of segments where the truth has no text."""
    if truth.get("text"):
        wanted, found = _runs(truth["text"]), _runs(text)
        common = (wanted & found).total()
        return common / found.total() if found else None, common / wanted.total()
    if "with" not in truth or "text" in truth:
        return None, None
    even = " ".join(text.split())
    right = sum(" ".join(part.split()) in even for part in truth["with"])
    wrong = sum(" ".join(part.split()) in even for part in truth["without"])
    share = right / len(truth["with"]) if truth["with"] else None
    return (right / (right + wrong) if right + wrong else None), share


def segments(found: Iterable[tuple[Mapping[str, Any], str]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all known segments of pages: truth and text of each."""
    right = wrong = wanted = 0
    for truth, text in found:
        even = " ".join(text.split())
        right += sum(" ".join(part.split()) in even for part in truth["with"])
        wrong += sum(" ".join(part.split()) in even for part in truth["without"])
        wanted += len(truth["with"])
    precision, recall = right / ((right + wrong) or 1), right / (wanted or 1)
    return precision, recall, 2 * right / ((right + wrong + wanted) or 1)


def f1(found: Iterable[tuple[float | None, float | None]]) -> tuple[float, float, float]:
    """Means over pages of precision and recall, and their harmonic mean."""
    pairs = list(found)
    precision = fmean([p for p, _ in pairs if p is not None] or [0.0])
    recall = fmean([r for _, r in pairs if r is not None] or [0.0])
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    if len(words) < RUN:
        return Counter([tuple(words)] if words else [])
    return Counter(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))
