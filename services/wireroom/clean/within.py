"""What the blocks of a page stand in, in numbers: their elements, and those around these."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wireroom.clean import signs
from wireroom.clean.counts import Counts, Elements, Ints, sums

NAMES = (
    *("tag", "depth", "under_self", "parent_tag", "under_parent", "under_2", "under_3"),
    *("under_4", "linked_parent", "linked_2", "linked_3", "blocks_parent", "mean_parent"),
    *("mean_3", "ours_parent", "ours_3", "steps_to_path", "meets_above"),
    *("alike", "alike_score"),
    *(f"in_{name}" for name in signs.ALL),
    *(f"apart_{name}" for name in signs.ALL),
    "to_title",
)


def columns(counts: Counts, title: int, ours: Ints) -> Iterator[Ints]:
    """The columns ``NAMES`` of every element, some of them together. ``title``: the block of it.

    ``ours``: how much each block speaks of the paper.
    """
    held = counts.elements
    scores, chars = held.under(counts.score_sums), held.under(counts.char_sums)
    shares = 1000 * scores // counts.total
    linked = 1000 * held.under(counts.link_sums) // chars.clip(1)
    blocks = held.ends - held.starts
    means = chars // blocks.clip(1)
    p = held.parents
    g = p[p]
    g2 = p[g]
    yield held.tags
    yield held.depths
    yield shares
    yield held.tags[p]
    yield from (shares[above] for above in (p, g, g2, p[g2]))
    yield from (linked[above] for above in (p, g, g2))
    yield blocks[p]
    yield means[p]
    yield means[g2]
    # A box that speaks of its paper does so in all that it says.
    own = 100 * held.under(sums(ours)) // blocks.clip(1)
    yield from (own[above] for above in (p, g2))
    yield from _to_path(held, counts.best)
    kinds = held.alike[counts.at]
    most = int(held.alike.max()) + 1
    yield np.bincount(kinds, minlength=most)[held.alike]
    scores = np.bincount(kinds, counts.scores, most).astype(np.int64)
    yield 1000 * scores[held.alike] // counts.total
    yield _bits(held.signs, len(signs.ALL))
    apart, steps = _apart(held, title)
    yield _bits(apart, len(signs.ALL))
    yield steps


def _apart(elements: Elements, title: int) -> tuple[Ints, Ints]:
    """Signs of what an element stands in, up to where the title stands too; and how far that is."""
    holds = (elements.starts <= title) & (title < elements.ends)
    apart: list[int] = []
    steps: list[int] = []
    told = zip(elements.parents.tolist(), elements.own.tolist(), holds.tolist(), strict=True)
    for parent, own, is_above in told:
        apart.append(0 if is_above else own | apart[parent])
        steps.append(0 if is_above else steps[parent] + 1)
    return np.array(apart), np.array(steps)


def _to_path(elements: Elements, best: int) -> Iterator[Ints]:
    """Steps up to the path from the best container to body, and how far above it they meet."""
    parents = elements.parents.tolist()
    path = {best: 0}
    while best:
        best = parents[best]
        path[best] = len(path)
    steps: list[int] = []
    meets: list[int] = []
    for place, parent in enumerate(parents):
        at = path.get(place)
        steps.append(0 if at is not None else steps[parent] + 1)
        meets.append(at if at is not None else meets[parent])
    yield np.array(steps)
    yield np.array(meets)


def _bits(held: Ints, count: int) -> Ints:
    bits: Ints = held >> np.arange(count)[:, np.newaxis] & 1
    return bits
