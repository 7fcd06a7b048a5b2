"""What became of a letter, by its submission's lines in any order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from wireroom.replay import BY_HAND, Fate, Letter, Standing, fate_of
from wireroom.replay.standing import standing_of, touches
from wireroom.wire.transport import Partition, Record

ONE, OTHER = uuid5(NAMESPACE_OID, "1"), uuid5(NAMESPACE_OID, "2")
FIRST, SECOND = ("articles.intake", 3, 7), ("articles.intake", 3, 90)
START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    event: str
    minute: int
    reason: str | None = None
    place: tuple[str, int, int] = FIRST
    stage: str = "fetch"
    article_id: UUID | None = ONE
    submission_id: UUID = ONE
    attempt: int = 1
    until: datetime | None = None
    accepted_at: datetime = START

    @property
    def at(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    @property
    def record_topic(self) -> str:
        return self.place[0]

    @property
    def record_partition(self) -> int:
        return self.place[1]

    @property
    def record_offset(self) -> int:
        return self.place[2]


def letter(place: tuple[str, int, int] = FIRST, article: UUID | None = ONE) -> Letter:
    topic, part, offset = place
    noted = {
        "dead-topic": topic.encode(), "dead-partition": b"%d" % part, "dead-offset": b"%d" % offset,
        "dead-article": b"" if article is None else str(article).encode(),
    }  # fmt: skip
    return Letter(Record(Partition("dead.fetch", 0), 1, 0, None, b"", noted))


DEAD = Line("dead", 1, "http_503")
REPLAYED = Line("replayed", 5, "http_503", ("dead.fetch", 0, 1))
AGAIN = Line("dead", 6, "http_503", SECOND)
DROPPED = Line("dropped", 7, BY_HAND, ("dead.fetch", 0, 1))

CASES = {
    "it only died": ([DEAD], Fate("open")),
    "on its way again": ([DEAD, REPLAYED], Fate("replayed", "in flight")),
    "passed a stage": ([DEAD, REPLAYED, Line("passed", 6)], Fate("replayed", "in flight")),
    "a row was written": (
        [DEAD, REPLAYED, Line("indexed", 9, stage="index")], Fate("replayed", "indexed"),
    ),
    "it was there": ([DEAD, REPLAYED, Line("unchanged", 9)], Fate("replayed", "unchanged")),
    "died again": ([DEAD, REPLAYED, AGAIN], Fate("replayed", "dead(fetch, http_503)")),
    "dropped by a stage": (
        [DEAD, REPLAYED, Line("dropped", 8, "no_article")],
        Fate("replayed", "dropped(no_article)"),
    ),
    "given up": ([DEAD, DROPPED], Fate("dropped", "dropped(by_hand)")),
    "given up after all": (
        [DEAD, REPLAYED, AGAIN, DROPPED], Fate("dropped", "dropped(by_hand)"),
    ),
    "a row that was written stays, whatever is replayed later": (
        [DEAD, REPLAYED, Line("indexed", 9), Line("replayed", 12), Line("dead", 13, place=SECOND)],
        Fate("replayed", "indexed"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_became_of_the_first_letter(name: str) -> None:
    lines, fate = CASES[name]
    for seed in range(5):
        shuffled = random.Random(seed).sample(lines, len(lines))
        assert fate_of(letter(), standing_of(shuffled)) == fate


def test_of_two_letters_of_one_submission_the_last_one_is_open() -> None:
    standing = standing_of([DEAD, REPLAYED, AGAIN])
    assert fate_of(letter(SECOND), standing).state == "open"
    assert fate_of(letter(FIRST), standing).state == "replayed"


def test_what_nobody_knows_of_is_open() -> None:
    assert fate_of(letter(), None) == Fate("open")


def test_a_ledger_that_is_behind_leaves_a_letter_open() -> None:
    assert fate_of(letter(), Standing("in flight", "fetch")) == Fate("open")
    assert fate_of(letter(), Standing("parked", "fetch")) == Fate("open")


def test_a_death_whose_place_nobody_noted_leaves_a_letter_open() -> None:
    assert fate_of(letter(), Standing("dead", "fetch", "http_503")) == Fate("open")


def test_a_submission_that_was_sent_with_two_articles_says_nothing_of_the_other() -> None:
    standing = standing_of([Line("indexed", 9, article_id=OTHER)])
    assert fate_of(letter(article=ONE), standing).state == "open"
    assert fate_of(letter(article=None), standing).state == "replayed"


@pytest.mark.parametrize(
    ("line", "counts"),
    [(REPLAYED, True), (DROPPED, True), (DEAD, False), (Line("dropped", 1, "no_article"), False)],
)
def test_what_says_that_somebody_has_dealt_with_a_letter(line: Line, counts: bool) -> None:
    assert touches(line) is counts
