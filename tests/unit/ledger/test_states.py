"""One outcome per accepted record, whatever comes first, twice or together."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wireroom.ledger.states import (
    ACCEPTED,
    ENDS,
    INTAKE,
    STAGES,
    STATES,
    folded,
    merged,
    state,
    story,
)
from wireroom.storage.ledger_rows import Mark, State, Story

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = UUID(int=1)
ARTICLE = UUID(int=99)


class Said:
    """A line of the journal: ``Said("clean dead", 3, reason="bug")``, three seconds after the start."""

    def __init__(
        self,
        words: str,
        second: float,
        reason: str | None = None,
        until: float | None = None,
        submission: UUID = ONE,
    ) -> None:
        self.stage, self.event = words.split()
        self.at = START + timedelta(seconds=second)
        self.until = None if until is None else START + timedelta(seconds=until)
        self.reason, self.submission_id = reason, submission
        self.article_id: UUID | None = ARTICLE
        self.attempt, self.accepted_at = 1, START
        self.record_topic, self.record_partition, self.record_offset = (
            f"articles.{self.stage}",
            0,
            7,
        )


def intake(submission: UUID = ONE, offset: int = 0) -> Story:
    mark = Mark(START, INTAKE, ACCEPTED, "articles.intake", 3, offset)
    return Story(submission, START, intake=True, lane="live", source="news.example", hop=mark)


def told(*lines: Said) -> State:
    return state(reduce(merged, [intake(), *map(story, lines)]))


WAY = [Said("fetch passed", 1), Said("clean passed", 2), Said("classify passed", 3)]

CASES: list[tuple[str, list[Said], str, str | None, str | None]] = [
    ("nothing was heard of it", [], "in flight", "fetch", None),
    ("fetched", WAY[:1], "in flight", "clean", None),
    ("classified", WAY, "in flight", "index", None),
    ("moved", [Said("fetch moved", 1)], "in flight", "fetch", None),
    ("tried again", [Said("fetch retried", 1, "timeout")], "in flight", "fetch", None),
    ("indexed", [*WAY, Said("index indexed", 4)], "indexed", None, None),
    ("a copy", [*WAY, Said("index duplicate", 4)], "duplicate", None, None),
    ("the page says that nothing is new", [Said("fetch unchanged", 1, "not_modified")], "unchanged", None, None),
    ("dropped", [WAY[0], Said("clean dropped", 2, "too_short")], "dropped", None, "too_short"),
    ("dead", [WAY[0], Said("clean dead", 2, "bug")], "dead", "clean", "bug"),
    ("parked", [Said("fetch parked", 1, "host_busy", 60)], "parked", "fetch", "host_busy"),
    ("back from a tier", [Said("fetch parked", 1, "host_busy", 60), Said("fetch passed", 61)], "in flight", "clean", None),
    ("parked again", [Said("fetch parked", 1, "host_busy", 60), Said("fetch parked", 61, "host_down", 600)], "parked", "fetch", "host_down"),
    ("replayed", [Said("fetch dead", 1, "dns"), Said("fetch replayed", 9, "dns")], "in flight", "fetch", None),
    ("replayed and dead again", [Said("fetch dead", 1, "dns"), Said("fetch replayed", 9), Said("fetch dead", 10, "http_404")], "dead", "fetch", "http_404"),
    ("replayed and indexed", [Said("clean dead", 1, "bug"), Said("clean replayed", 9), *WAY[1:], Said("index indexed", 12)], "indexed", None, None),
    ("dead after a replay that was journalled before", [Said("fetch replayed", 1), Said("fetch dead", 2, "dns")], "dead", "fetch", "dns"),
    ("a dropped one is not opened by a replay", [Said("fetch dropped", 5, "robots"), Said("fetch replayed", 9)], "dropped", None, "robots"),
    ("work done twice passes after the end", [*WAY, Said("index indexed", 4), Said("clean passed", 9)], "indexed", None, None),
    ("work done twice dies where the first was written", [*WAY, Said("index indexed", 4), Said("clean dead", 9, "killed_cpu")], "indexed", None, None),
    ("written once, recognised the second time", [*WAY, Said("index unchanged", 3.5), Said("index indexed", 4)], "indexed", None, None),
    ("two deaths", [Said("fetch dead", 1, "dns"), Said("fetch dead", 2, "timeout")], "dead", "fetch", "timeout"),
    ("a later clock in an earlier stage", [Said("fetch passed", 9), Said("clean parked", 2, "pool", 60)], "parked", "clean", "pool"),
    ("parked before the broker's own time", [Said("fetch parked", -1, "host_busy", 60)], "parked", "fetch", "host_busy"),
    ("a stage that nobody knows yet", [Said("polish passed", 1)], "in flight", "fetch", None),
    ("the relay's dead letter", [Said("relay dead", 1, "not_parked")], "dead", "relay", "not_parked"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "name", "stage", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_became_of_it(
    lines: list[Said], name: str, stage: str | None, reason: str | None
) -> None:
    found = told(*lines)
    assert (found.name, found.stage, found.reason) == (name, stage, reason)
    assert (found.since is None) == (name in ENDS)


def test_a_parked_record_gives_no_sign_until_its_time() -> None:
    assert told(Said("fetch parked", 1, "host_busy", 60)).since == START + timedelta(seconds=60)


def test_the_last_sign_of_one_that_was_put_back_is_the_replay() -> None:
    dead = [Said("clean passed", 2), Said("fetch dead", 3, "dns"), Said("fetch replayed", 500)]
    assert told(*dead).since == START + timedelta(seconds=500)


events = st.sampled_from(["passed", "retried", "parked", "moved", "replayed", *ENDS])
lines = st.builds(
    lambda stage, event, second, reason, one, wait: story(
        Said(f"{stage} {event}", second, reason if event in ("dead", "dropped", "parked") else None,
             second + wait if event == "parked" else None, UUID(int=one))
    ),
    st.sampled_from([*STAGES, "relay"]), events, st.integers(0, 6),
    st.sampled_from(["dns", "bug"]), st.integers(1, 3), st.integers(1, 100),
)  # fmt: skip
stories = st.lists(
    st.one_of(lines, st.builds(intake, st.builds(UUID, int=st.integers(1, 3)), st.integers(0, 3))),
    max_size=14,
)


def deliver(
    told: Sequence[Story], chance: random.Random, merge: Callable[[Story, Story], Story] = merged
) -> dict[UUID, Story]:
    """In another order, some twice, in batches; a crash repeats a batch after it was written."""
    again = [*told, *chance.sample(told, len(told) // 2)]
    chance.shuffle(again)
    rows: dict[UUID, Story] = {}
    while again:
        size = chance.randint(1, len(again))
        batch, again = again[:size], again[size:]
        for _ in range(chance.choice((1, 1, 2))):
            for key, one in folded(batch).items():
                rows[key] = merge(rows[key], one) if key in rows else one
    return rows


@given(stories, st.randoms(use_true_random=False))
def test_any_order_any_repetition_and_any_batches_end_in_the_same_rows(
    told: list[Story], chance: random.Random
) -> None:
    assert deliver(told, chance) == folded(told)


def test_a_fold_that_takes_the_last_word_is_caught() -> None:
    """The control: without the order of ``merged`` the deliveries disagree."""

    def careless(a: Story, b: Story) -> Story:
        return replace(b, end=b.end or a.end, hop=b.hop or a.hop)

    told = [story(line) for line in [*WAY, Said("clean dead", 2, "bug"), Said("index indexed", 4)]]
    found = {str(deliver(told, random.Random(seed), careless)) for seed in range(20)}
    assert len(found) > 1


@given(stories)
def test_every_record_is_in_exactly_one_state(told: list[Story]) -> None:
    for one in folded(told).values():
        found = state(one)
        assert found.name in STATES
        assert (found.since is None) == (found.name in ENDS)
