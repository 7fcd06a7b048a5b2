from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.runtime.offsets import MOST, Offsets, finished_in, note_of
from wireroom.wire.transport import Mark, Partition, Record

PARTITIONS = [Partition("t", n) for n in range(3)]


def record(partition: Partition, offset: int) -> Record:
    return Record(partition, offset, offset * 10, None, b"", {})


def marks(*partitions: Partition) -> dict[Partition, Mark]:
    return dict.fromkeys(partitions, Mark(0))


def moved(offsets: Offsets) -> dict[int, int]:
    return {partition.number: mark.offset for partition, mark in offsets.take_committable().items()}


def begun(*numbers: int) -> Offsets:
    offsets = Offsets()
    for n in numbers:
        assert offsets.begin(record(PARTITIONS[0], n))
    return offsets


def test_only_the_longest_finished_prefix_is_committed() -> None:
    offsets = begun(0, 1, 2, 3)
    offsets.finish(PARTITIONS[0], 1)
    offsets.finish(PARTITIONS[0], 3)
    assert moved(offsets) == {0: 0}
    assert offsets.oldest(PARTITIONS[0]) == 0
    offsets.finish(PARTITIONS[0], 0)
    assert moved(offsets) == {0: 2}
    assert offsets.above(PARTITIONS[0]) == 2
    offsets.finish(PARTITIONS[0], 2)
    assert moved(offsets) == {0: 4}
    assert offsets.take_committable() == {}
    assert offsets.oldest(PARTITIONS[0]) is None


def test_gaps_in_the_log_do_not_hold_anything_up() -> None:
    offsets = begun(5, 9, 12)
    for n in (12, 5, 9):
        offsets.finish(PARTITIONS[0], n)
    assert moved(offsets) == {0: 13}


def test_a_delivery_repeated_is_not_begun() -> None:
    offsets = begun(0, 1)
    assert not offsets.begin(record(PARTITIONS[0], 0))
    offsets.finish(PARTITIONS[0], 0)
    assert not offsets.begin(record(PARTITIONS[0], 0))
    assert offsets.begin(record(PARTITIONS[1], 0))


def test_what_comes_back_after_a_rebalance_goes_on_and_is_committed_once_more() -> None:
    offsets = begun(0, 1)
    offsets.finish(PARTITIONS[0], 0)
    assert moved(offsets) == {0: 1}
    offsets.keep(marks(*PARTITIONS[:2]))
    assert not offsets.begin(record(PARTITIONS[0], 1))
    assert moved(offsets) == {0: 1}


def test_what_has_left_is_forgotten() -> None:
    offsets = begun(0)
    offsets.keep(marks(*PARTITIONS[1:]))
    offsets.finish(PARTITIONS[0], 0)
    assert offsets.take_committable() == {}
    assert offsets.reached(PARTITIONS[0]) is None
    assert offsets.begin(record(PARTITIONS[0], 0))


def test_what_was_finished_past_the_prefix_is_not_begun_by_the_next_owner() -> None:
    offsets = begun(0, 1, 2, 3, 4)
    for n in (1, 3):
        offsets.finish(PARTITIONS[0], n)
    committed = offsets.take_committable()

    heir = Offsets()
    heir.keep(committed)
    assert [n for n in range(5) if heir.begin(record(PARTITIONS[0], n))] == [0, 2, 4]
    for n in (0, 2, 4):
        heir.finish(PARTITIONS[0], n)
    assert heir.take_committable() == {PARTITIONS[0]: Mark(5)}


def test_an_heir_hands_on_what_it_has_not_come_to_yet() -> None:
    heir = Offsets()
    heir.keep({PARTITIONS[0]: Mark(10, note_of(10, {12, 40}))})
    heir.begin(record(PARTITIONS[0], 10))
    (mark,) = heir.take_committable().values()
    assert mark.offset == 10
    assert finished_in(mark) == {12, 40}


def test_a_log_that_begins_anew_owes_nothing_to_an_old_note() -> None:
    heir = Offsets()
    heir.keep({PARTITIONS[0]: Mark(10, note_of(10, {12}))})
    assert all(heir.begin(record(PARTITIONS[0], n)) for n in range(13))


@given(st.integers(0, 10**9), st.sets(st.integers(1, 3_000)))
def test_a_note_tells_what_was_finished(reached: int, past: set[int]) -> None:
    finished = {reached + n for n in past}
    assert finished_in(Mark(reached, note_of(reached, finished))) == finished


def test_a_note_never_outgrows_what_the_broker_takes() -> None:
    note = note_of(0, range(1, 100_000))
    assert len(note) < 4_000
    assert finished_in(Mark(0, note)) == set(range(1, MOST + 1))


@pytest.mark.parametrize("note", ["", "somebody else's", "finished:%%%", "finished:é"])
def test_a_note_that_is_not_ours_says_nothing(note: str) -> None:
    assert finished_in(Mark(5, note)) == frozenset()


class Log:
    """The broker's side of one partition, and what was truly done, by whomever."""

    def __init__(self) -> None:
        self.position = 0
        self.committed = Mark(0)
        self.in_hand: set[int] = set()
        self.done: set[int] = set()


class Group:
    """One member of a group, to which anything may happen in any order."""

    def __init__(self) -> None:
        self.offsets = Offsets()
        self.logs = {p: Log() for p in PARTITIONS}

    def take(self, partition: Partition, many: int) -> None:
        log = self.logs[partition]
        for offset in range(log.position, log.position + many):
            new = self.offsets.begin(record(partition, offset))
            # Refused is only what is in hand or done: nothing is skipped.
            assert new or offset in log.in_hand | log.done
            if new:
                log.in_hand.add(offset)
        log.position += many

    def finish(self, partition: Partition, which: int) -> None:
        log = self.logs[partition]
        if log.in_hand:
            offset = sorted(log.in_hand)[which % len(log.in_hand)]
            log.in_hand.remove(offset)
            log.done.add(offset)
            self.offsets.finish(partition, offset)

    def commit(self, partition: Partition, _: int) -> None:
        for moved, reached in self.offsets.take_committable().items():
            self.logs[moved].committed = reached

    def repeat(self, partition: Partition, _: int) -> None:
        """The broker goes back to the committed place."""
        self.logs[partition].position = self.logs[partition].committed.offset

    def rebalance(self, gone: Partition, _: int) -> None:
        """One partition leaves, and comes back with the next rebalance."""
        self.offsets.keep({p: log.committed for p, log in self.logs.items() if p != gone})
        self.logs[gone].in_hand.clear()
        self.offsets.keep({p: log.committed for p, log in self.logs.items()})
        for log in self.logs.values():
            log.position = log.committed.offset

    def kill(self, *_: object) -> None:
        """A new process knows what was committed, and nothing else."""
        self.offsets = Offsets()
        self.offsets.keep({p: log.committed for p, log in self.logs.items()})
        for log in self.logs.values():
            log.in_hand.clear()
            log.position = log.committed.offset

    def check(self) -> None:
        for partition, log in self.logs.items():
            assert set(range(log.committed.offset)) <= log.done
            assert self.offsets.above(partition) >= len(log.in_hand)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [Group.take, Group.take, Group.finish, Group.finish, Group.commit, Group.repeat,
             Group.rebalance, Group.kill]
        ),
        st.sampled_from(PARTITIONS),
        st.integers(0, 5),
    ),
    max_size=120,
)  # fmt: skip


@given(STEPS)
@settings(max_examples=max(500, settings().max_examples), deadline=None)
def test_no_order_of_events_commits_past_what_is_unfinished(
    steps: list[tuple[Callable[[Group, Partition, int], None], Partition, int]],
) -> None:
    group = Group()
    for step, partition, number in steps:
        step(group, partition, number)
        group.check()
    for partition, log in group.logs.items():  # and once all is finished nothing is held back
        while log.in_hand:
            group.finish(partition, 0)
        assert group.offsets.above(partition) == 0
