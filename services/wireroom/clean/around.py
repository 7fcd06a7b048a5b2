"""Where a block stands on its page, and what is around it, in numbers."""

from __future__ import annotations

from bisect import bisect_left

from wireroom.clean.blocks import Element
from wireroom.clean.counts import HEADINGS, LARGEST, Counts

NAMES = (
    *("index", "index_share", "before_share", "doubles", "since_title", "score", "near_5"),
    *("near_12", "score_before", "to_previous", "to_next", "same_parent_previous"),
    *("same_parent_next", "same_above", "chars_-1", "linked_-1", "tag_-1", "cue_-1", "chars_1"),
    *("linked_1", "tag_1", "cue_1", "chars_-2", "chars_2", "own_words_-1", "own_words_1"),
    *("since_heading", "heading_cue", "since_rule"),
)


class Around:
    """The columns ``NAMES`` of every block of a page."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.headed = self._headed()

    def of(self, place: int, e: Element, doubles: int, since_title: int) -> list[int]:
        """The columns of the block at ``place``; ``e`` is its element."""
        left = bisect_left(self.counts.scored, place)
        right = left + (left < len(self.counts.scored) and self.counts.scored[left] == place)
        previous = self.counts.scored[left - 1] if left else None
        following = self.counts.scored[right] if right < len(self.counts.scored) else None
        before = self.counts.found[previous].element if previous is not None else None
        after = self.counts.found[following].element if following is not None else None
        return [
            min(place, LARGEST),
            1000 * place // len(self.counts.found),
            1000 * self.counts.char_sums[place] // self.counts.char_sums[-1],
            min(doubles, 99),
            min(since_title, LARGEST),
            self.counts.scores[place],
            self._mean(place, 5),
            self._mean(place, 12),
            1000 * self.counts.score_sums[place] // self.counts.total,
            min(place - previous, 99) if previous is not None else 99,
            min(following - place, 99) if following is not None else 99,
            _kinship(e, before),
            _kinship(e, after),
            _kinship(before, after),
            *self._neighbour(place - 1),
            *self._neighbour(place + 1),
            min(self.counts.sizes[place - 2], 3_000) if place >= 2 else -1,
            min(self.counts.sizes[place + 2], 3_000) if place + 2 < len(self.counts.found) else -1,
            self.counts.cues(place - 1)[1] if place else 0,
            self.counts.cues(place + 1)[1] if place + 1 < len(self.counts.found) else 0,
            *self.headed[place],
        ]

    def _headed(self) -> list[tuple[int, int, int]]:
        """Of each block: blocks since the last heading, its cue, blocks since the last rule."""
        since, cue, rule, rules = 99, 0, 99, 0
        told = []
        for place, block in enumerate(self.counts.found):
            rule = 0 if block.rules != rules else min(rule + 1, 99)
            rules = block.rules
            told.append((since, cue, rule))
            since = min(since + 1, 99)
            size = len(block.text)
            if self.counts.tags[place] in HEADINGS or (size < 80 and 10 * block.bold >= 9 * size):
                since, cue = 0, self.counts.cues(place)[0]
        return told

    def _mean(self, place: int, reach: int) -> int:
        start, end = max(0, place - reach), min(len(self.counts.found), place + reach + 1)
        return (self.counts.score_sums[end] - self.counts.score_sums[start]) // (end - start)

    def _neighbour(self, place: int) -> tuple[int, int, int, int]:
        if not 0 <= place < len(self.counts.found):
            return (-1, -1, -1, -1)
        size = min(self.counts.sizes[place], 3_000)
        return (
            size,
            self.counts.linked[place],
            self.counts.tags[place],
            self.counts.cues(place)[0],
        )


def _kinship(one: Element | None, other: Element | None) -> int:
    """3: the same element; 2: the same parent; 1: the same grandparent; 0: nothing so near."""
    if one is None or other is None:
        return 0
    if one is other:
        return 3
    p, q = one.parent, other.parent
    if p is q or p is other or one is q:
        return 2
    above, beyond = p and p.parent, q and q.parent
    if p is None or q is None:
        return 0
    return int(above is q or p is beyond or (above is beyond and above is not None))
