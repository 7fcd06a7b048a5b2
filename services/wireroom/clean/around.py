"""Where the blocks of a page stand, and what is around them, in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wireroom.clean.counts import Counts, Ints, sums

FAR = 99  # blocks; what is farther is as far
_SHORT_HEADING = 80  # characters of a bold line that is a heading
_BOLD = 900  # thousandths of its characters

NAMES = (
    *("index", "index_share", "before_share", "score", "near_5", "near_12", "score_before"),
    *("to_previous", "to_next", "same_parent_previous", "same_parent_next", "same_above"),
    *("chars_-1", "linked_-1", "tag_-1", "cue_-1", "chars_1", "linked_1", "tag_1", "cue_1"),
    *("chars_-2", "chars_2", "ours_5"),
    *("since_heading", "heading_cue", "since_rule"),
)


def columns(counts: Counts, cues: Ints, ours: Ints) -> Iterator[Ints]:
    """The columns ``NAMES`` of every block. ``cues``: the first numbers of ``cues.of`` them.

    ``ours``: how much each speaks of the paper.
    """
    places = np.arange(len(counts.found))
    yield places
    yield 1000 * places // len(places)
    yield 1000 * counts.char_sums[:-1] // counts.char_sums[-1]
    yield counts.scores
    yield _mean(counts, places, 5)
    yield _mean(counts, places, 12)
    yield 1000 * counts.score_sums[:-1] // counts.total
    yield from _to_others(counts, places)
    sizes = np.minimum(counts.sizes, 3_000)
    for step in (-1, 1):
        for values in (sizes, counts.linked, counts.tags, cues):
            yield _beside(values, step, -1)
    yield _beside(sizes, -2, -1)
    yield _beside(sizes, 2, -1)
    yield _near(sums(ours), places, 5)[0]
    yield from _since(counts, cues, places)


def is_heading(counts: Counts) -> Ints:
    """Places of the headings, and of the bold lines that are."""
    bold = (counts.bold >= _BOLD) & (counts.sizes < _SHORT_HEADING * counts.width)
    return np.flatnonzero(bold | counts.is_heading)


def _near(sums: Ints, places: Ints, reach: int) -> tuple[Ints, Ints]:
    """Of what ``sums`` adds up: as much as is within ``reach`` of each block, and in how many."""
    starts, ends = np.maximum(places - reach, 0), np.minimum(places + reach + 1, len(places))
    return sums[ends] - sums[starts], ends - starts


def _mean(counts: Counts, places: Ints, reach: int) -> Ints:
    held, blocks = _near(counts.score_sums, places, reach)
    mean: Ints = held // blocks
    return mean


def _beside(values: Ints, step: int, missing: int) -> Ints:
    """The value of the block that comes ``step`` later."""
    found = np.full(len(values), missing)
    if abs(step) >= len(values):
        return found
    if step > 0:
        found[:-step] = values[step:]
    else:
        found[-step:] = values[:step]
    return found


def _to_others(counts: Counts, places: Ints) -> Iterator[Ints]:
    """How far it is to the next blocks that are like paragraphs, and how near in the tree."""
    scored = np.concatenate(([-1], np.flatnonzero(counts.scores), [-1]))
    inner = scored[1:-1]
    before = scored[np.searchsorted(inner, places, "left")]
    after = scored[np.searchsorted(inner, places, "right") + 1]
    yield np.where(before < 0, FAR, np.minimum(places - before, FAR))
    yield np.where(after < 0, FAR, np.minimum(after - places, FAR))
    for one, other in ((places, before), (places, after), (before, after)):
        known = (one >= 0) & (other >= 0)
        yield known * _kinship(counts, counts.at[one], counts.at[other])


def _kinship(counts: Counts, one: Ints, other: Ints) -> Ints:
    """3: the same element; 2: the same parent; 1: the same grandparent; 0: nothing so near."""
    parents = counts.elements.parents
    p, q = parents[one], parents[other]
    above, beyond = parents[p], parents[q]
    near = (p == q) | (p == other) | (one == q)
    far = (above == q) | (p == beyond) | (above == beyond)
    return np.where(one == other, 3, np.where(near, 2, far.astype(np.int64)))


def _since(counts: Counts, cues: Ints, places: Ints) -> Iterator[Ints]:
    """Blocks since the last heading, its cue, blocks since the last line that was drawn."""
    headings = is_heading(counts)
    last = np.searchsorted(headings, places, "left") - 1
    if len(headings):
        yield np.where(last < 0, FAR, np.minimum(places - headings[last] - 1, FAR))
        yield np.where(last < 0, 0, cues[headings[last]])
    else:
        yield np.full(len(places), FAR)
        yield np.zeros(len(places), dtype=np.int64)
    drawn = np.flatnonzero(np.diff(counts.rules, prepend=0))
    last = np.searchsorted(drawn, places, "right") - 1
    since = places - drawn[last] if len(drawn) else places
    yield np.where(last < 0, FAR, np.minimum(since, FAR))
