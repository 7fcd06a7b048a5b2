"""Whether two texts that a link already joins are the same text.

A syndicated copy is cut, gets a dateline or a credit line; a wrong link ("read more", a
``rel=canonical`` that every page of a site shares) leads to another text altogether. The share
of the shorter text's three-word shingles that the longer one has, tells them apart: 0.75 gave
precision 1.0 and recall 0.98 on 110 labelled pairs of agency copies within three days.
"""

from __future__ import annotations

import re

from wireroom.urls import normalised

CONTAINED = 0.75
# Thai to Lao, Burmese, Khmer, kana, Chinese: without blanks, every character stands for a word.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def words(text: str) -> list[str]:
    """Words, casefolded; single characters where the script has no blanks."""
    return _WORD.findall(normalised(text))


def alike(one: str, other: str) -> bool:
    """Whether the shorter text is mostly contained in the longer one."""
    first, second = _shingles(one), _shingles(other)
    least = min(len(first), len(second))
    return least > 0 and len(first & second) >= CONTAINED * least


def _shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return set(zip(found, found[1:], found[2:], strict=False))
