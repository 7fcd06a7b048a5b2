"""Which blocks of a page belong to its known text: 1, 0, or -1 for what nobody can tell."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

RUN, DENSE_RUN = 4, 8  # words; characters where a script has no blanks
NEAR = 6  # blocks between a short line of the text and a long one
SHORTEST_PART = 25  # characters of a block that is a part of a known segment

_WORD = re.compile(r"\w+")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def of_text(blocks: Sequence[str], truth: str) -> list[int]:
    """A block is content when half of its runs of words are in ``truth``.

    A text that comes twice counts once, and the longest block first: a pull quote is none of
    the article. Blocks shorter than a run need a line of the truth, or content on both sides.
    """
    is_dense = len(_DENSE.findall(truth)) * 4 > len(truth)
    runs = [_runs(block, is_dense) for block in blocks]
    left = Counter(_runs(truth, is_dense))
    labels = [0] * len(blocks)
    for place in sorted(range(len(blocks)), key=lambda place: -len(runs[place])):
        mine = runs[place]
        if mine and sum(left[run] > 0 for run in mine) * 2 >= len(mine):
            labels[place] = 1
            left.subtract(mine)
    return _with_short(blocks, runs, labels, truth)


def of_segments(blocks: Sequence[str], wanted: Sequence[str], foreign: Sequence[str]) -> list[int]:
    """Labels of the blocks that hold a known segment, or are a part of one."""
    inside, outside = ([" ".join(part.split()) for part in parts] for parts in (wanted, foreign))

    def meets(block: str, parts: Sequence[str]) -> bool:
        return any(p in block or (len(block) >= SHORTEST_PART and block in p) for p in parts)

    return [1 if meets(b, inside) else 0 if meets(b, outside) else -1 for b in blocks]


def _runs(text: str, is_dense: bool) -> list[tuple[str, ...]]:
    units = [c for c in text if not c.isspace()] if is_dense else _WORD.findall(text)
    size = DENSE_RUN if is_dense else RUN
    return [tuple(units[at : at + size]) for at in range(len(units) - size + 1)]


def _with_short(
    blocks: Sequence[str], runs: Sequence[list[tuple[str, ...]]], labels: list[int], truth: str
) -> list[int]:
    lines = {_bare(line).casefold() for line in truth.split("\n")}
    flat = f" {_bare(truth)} "
    long = [place for place, mine in enumerate(runs) if mine]
    content = [place for place in long if labels[place]]
    found = list(labels)
    for place, block in enumerate(blocks):
        bare = _bare(block)
        if runs[place] or not bare:
            continue
        if _is_near(place, content) and bare.casefold() in lines:
            found[place] = 1
            continue
        after = bisect_left(long, place)
        beside = [labels[p] for p in long[max(0, after - 1) : after + 1]]
        if beside == [1, 1] and f" {bare} " in flat:
            found[place] = 1
    return found


def _is_near(place: int, content: Sequence[int]) -> bool:
    after = bisect_left(content, place)
    return any(abs(place - other) <= NEAR for other in content[max(0, after - 1) : after + 1])


def _bare(text: str) -> str:
    return " ".join(_WORD.findall(text))
