"""What the ledger keeps of one accepted record. Values; their sense is ``wireroom.ledger``'s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the journal, or the intake record itself: what, where, when."""

    at: datetime
    stage: str
    event: str
    topic: str
    part: int
    offset: int
    reason: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one submission.

    ``intake``: its record was read there; else the journal alone knows it. ``hop``: the furthest
    that it has come; ``end``: the outcome that counts; ``replayed``: when it was last put back.
    ``attempts``: the most that one stage needed.
    """

    submission: UUID
    accepted_at: datetime
    article: UUID | None = None
    intake: bool = False
    probe: bool = False
    lane: str | None = None
    source: str | None = None
    submitted_by: str | None = None
    attempts: int = 0
    hop: Mark | None = None
    end: Mark | None = None
    replayed: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a submission is. ``since``: its last sign, or when it comes back; None: at its end."""

    name: str
    stage: str | None
    reason: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Hop:
    """A line of the journal in full; times in milliseconds."""

    submission: UUID
    mark: Mark
    attempt: int
    waited_ms: float
    worked_ms: float
    instance: str
    versions: str
    detail: str | None = None
