"""Lost breaks where no stop stood: behind a heading, an item of a list, a caption.

They show as a capital in the midst of a word. Names have these as well, but names begin with a
capital (YouTube) or with one or two small letters (iPhone): behind three small letters, of 950
such seams in 900 news articles all but 21 were breaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

SHORTEST_HEAD = 3  # small letters before the capital
LONGEST_WORD = 40
MOST_CAPITALS, MOST_SEAMS = 100_000, 10_000  # in a line; more are no text

# Not before another capital: words in capitals have no seams.
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ſЀ-Я](?<=[\w)”»:].)(?![A-ZÀ-ÖØ-ÞĀĂĄ])")
_HEAD = re.compile(r"(?P<before>[\W_]?)(?P<head>[^\W_]+)$")
_TAIL = re.compile(r"[^\W_]+")
_NO_TEXT = frozenset("/@#_.\\&=?")  # before a word of an address, a tag, a name in a program
_FIGURES = re.compile(r"(?:\d{4}|\d[:.,/]\d{1,3})$")
_SHOUTED = re.compile(r"[^\W\d_]{2,} [^\W\d_]{3,}$")


def seams(line: str, vocabulary: Counter[str]) -> Iterator[int]:
    """Where something begins in the midst of a word. ``vocabulary``: words of the whole text."""
    found = islice(_CAPITAL.finditer(line), MOST_CAPITALS)
    places = (capital.start() for capital in found)
    capitals = (at for at in places if line[at].isupper() and line[at + 1 : at + 2].islower())
    for at in islice(capitals, MOST_SEAMS):
        if _is_seam(line, at) and not (line[at - 1].isalpha() and _is_name(line, at, vocabulary)):
            yield at


def _is_seam(line: str, at: int) -> bool:
    before, two_before = line[at - 1], line[at - 2 : at - 1]
    if before in ")”»":
        return two_before.isalnum()  # else a stop stood there, which is judged elsewhere
    if before == ":":
        return two_before.isalpha()
    shown = line[max(0, at - LONGEST_WORD) : at]
    if before.isdecimal():
        return _FIGURES.search(shown) is not None
    if before.isupper():
        shouted = _SHOUTED.search(shown)
        return shouted is not None and shouted.group().isupper()
    found = _HEAD.search(shown)
    if found is None or found["before"] in _NO_TEXT:
        return False
    head = found["head"]
    return len(head) >= SHORTEST_HEAD and all(map(str.islower, head))


def _is_name(line: str, at: int, vocabulary: Counter[str]) -> bool:
    """A name comes back, a lost break does not."""
    head = _HEAD.search(line[max(0, at - LONGEST_WORD) : at])
    tail = _TAIL.match(line, at, at + LONGEST_WORD)
    if head is None or tail is None:
        return False
    return vocabulary[head["head"] + tail.group()] > 1
