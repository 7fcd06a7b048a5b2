"""What became of an accepted record: a fold over its lines. Pure.

The lines come at least once, in no certain order, and work that was done twice has written them
twice. So a record's story is a merge that gives the same whatever comes first, again or together:
each part of it is the greatest, in a fixed order, of what was ever said.

The outcome that counts:

1. `indexed`, `duplicate`, `revised`: the row was written. The first one; nothing takes it back.
2. `unchanged`: the row was there. The first one.
3. `dropped` and `dead`: the last one. After `dead`, a later `replayed` opens the record again.

Without one, the record is in flight. Where: the furthest stage that it has reached, and in that
the last line; where that is `parked`, it is parked. Lines are compared by stage before time, and
the intake's comes before all of them, so that clocks of two machines may differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from wireroom.storage.ledger_rows import Mark, State, Story

STAGES = ("fetch", "clean", "classify", "index")
WROTE = ("indexed", "duplicate", "revised")
ENDS = (*WROTE, "unchanged", "dropped", "dead")
IN_FLIGHT, PARKED = "in flight", "parked"
STATES = (*ENDS, IN_FLIGHT, PARKED)
"""In the order in which they are printed."""

INTAKE, ACCEPTED = "intake", "accepted"
_NEVER = datetime.min.replace(tzinfo=UTC)
_SETTLED = 2

T = TypeVar("T", datetime, str, UUID)


class Line(Protocol):
    """What is read of a journal's entry."""

    @property
    def submission_id(self) -> UUID: ...
    @property
    def article_id(self) -> UUID | None: ...
    @property
    def stage(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def attempt(self) -> int: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def accepted_at(self) -> datetime: ...
    @property
    def at(self) -> datetime: ...
    @property
    def record_topic(self) -> str: ...
    @property
    def record_partition(self) -> int: ...
    @property
    def record_offset(self) -> int: ...


def story(line: Line) -> Story:
    """What one line of the journal says."""
    mark = Mark(
        line.at,
        line.stage,
        line.event,
        line.record_topic,
        line.record_partition,
        line.record_offset,
        line.reason,
        line.until,
    )
    ended = line.event in ENDS
    return Story(
        submission=line.submission_id,
        accepted_at=line.accepted_at,
        article=line.article_id,
        attempts=line.attempt,
        hop=None if ended else mark,
        end=mark if ended else None,
        replayed=line.at if line.event == "replayed" else None,
    )


def merged(a: Story, b: Story) -> Story:
    """Both, of one submission. Commutative, associative, idempotent."""
    end = _end(a.end, b.end)
    settled = end is not None and _level(end) >= _SETTLED  # for good: the way there is in the hops
    return Story(
        submission=a.submission,
        accepted_at=min(a.accepted_at, b.accepted_at),
        article=_greater(a.article, b.article),
        intake=a.intake or b.intake,
        probe=a.probe or b.probe,
        lane=_greater(a.lane, b.lane),
        source=_greater(a.source, b.source),
        submitted_by=_greater(a.submitted_by, b.submitted_by),
        attempts=max(a.attempts, b.attempts),
        hop=None if settled else _better(a.hop, b.hop, _progress),
        end=end,
        replayed=None if settled else _greater(a.replayed, b.replayed),
    )


def folded(stories: Iterable[Story]) -> dict[UUID, Story]:
    """One story per submission."""
    found: dict[UUID, Story] = {}
    for one in stories:
        known = found.get(one.submission)
        found[one.submission] = one if known is None else merged(known, one)
    return found


def state(story: Story) -> State:
    """Where the submission is."""
    end, replayed = story.end, story.replayed
    reopened = end is not None and end.event == "dead" and replayed and replayed > end.at
    if end is not None and not reopened:
        died, told = end.event == "dead", end.event in ("dead", "dropped")
        return State(end.event, end.stage if died else None, end.reason if told else None, None)
    hop = story.hop
    if hop is None:
        return State(IN_FLIGHT, STAGES[0], None, story.accepted_at)
    stage = STAGES[_reached(hop)]
    if hop.event == PARKED:
        return State(PARKED, stage, hop.reason, hop.until or hop.at)
    return State(IN_FLIGHT, stage, None, max(hop.at, replayed or hop.at))


def _reached(mark: Mark) -> int:
    """The stage, by number, that has the record after this line."""
    if mark.stage not in STAGES:
        return 0
    return min(STAGES.index(mark.stage) + (mark.event == "passed"), len(STAGES) - 1)


def _level(end: Mark) -> int:
    return 3 if end.event in WROTE else 2 if end.event == "unchanged" else 1


def _end(a: Mark | None, b: Mark | None) -> Mark | None:
    if a is None or b is None:
        return a or b
    if _level(a) != _level(b):
        return max(a, b, key=_level)
    return max(a, b, key=_order) if _level(a) < _SETTLED else min(a, b, key=_order)


def _order(mark: Mark) -> tuple[object, ...]:
    """By time; the rest makes it total."""
    return (
        mark.at,
        mark.stage,
        mark.event,
        mark.topic,
        mark.part,
        mark.offset,
        mark.reason or "",
        mark.until or _NEVER,
    )


def _progress(mark: Mark) -> tuple[object, ...]:
    return (mark.event != ACCEPTED, _reached(mark), mark.event != "passed", *_order(mark))


def _better(
    a: Mark | None, b: Mark | None, key: Callable[[Mark], tuple[object, ...]]
) -> Mark | None:
    if a is None or b is None:
        return a or b
    return a if key(a) >= key(b) else b


def _greater(a: T | None, b: T | None) -> T | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b)
