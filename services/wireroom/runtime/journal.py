"""One small event for every hop and outcome: what happened to what, where, when, how long."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from wireroom.wire.event import Event
from wireroom.wire.headers import Envelope
from wireroom.wire.transport import Record

What: TypeAlias = Literal[
    "passed", "retried", "parked", "moved", "indexed", "duplicate", "revised", "unchanged",
    "dropped", "dead", "replayed",
]  # fmt: skip


MOST_DETAIL = 300  # characters; the whole of it is in the dead letter


@dataclass(frozen=True, slots=True)
class Hop:
    """One record in one stage, and when work on it began (wall clock, seconds).

    ``probe``: it goes the whole way and is counted apart.
    """

    record: Record
    envelope: Envelope
    subject: UUID | None
    began: float
    probe: bool = False


class Journal:
    """Writes entries of ``kind``, an event with the fields of ``articles.journal``."""

    def __init__(
        self, kind: type[Event], *, stage: str, instance: str, versions: Mapping[str, str]
    ) -> None:
        self.kind = kind
        self._stage = stage
        self._instance = instance
        self._versions = dict(versions)

    def entry(self, hop: Hop, event: What, *, reason: str | None = None, attempt: int = 1) -> Event:
        return self.kind.model_validate(self.fields(hop, event, reason=reason, attempt=attempt))

    def fields(
        self,
        hop: Hop,
        event: What,
        *,
        reason: str | None = None,
        detail: str = "",
        attempt: int = 1,
    ) -> dict[str, Any]:
        """The entry as its fields, ids as text: once per record and stage, an object is dear."""
        now, record = time.time(), hop.record
        submission = hop.envelope.submission.decode()
        subject = None if hop.subject is None else str(hop.subject)
        return {
            "subject_id": subject or submission,
            "article_id": subject,
            "submission_id": submission,
            "stage": self._stage,
            "event": event,
            "reason": reason,
            "detail": _sendable(detail[:MOST_DETAIL]) if detail else None,
            "attempt": attempt,
            "accepted_at": hop.envelope.accepted_at,
            "at": datetime.fromtimestamp(now, UTC),
            "waited_ms": max(0.0, hop.began * 1000 - record.timestamp),
            "worked_ms": (now - hop.began) * 1000,
            "record_topic": record.partition.topic,
            "record_partition": record.partition.number,
            "record_offset": record.offset,
            "instance": self._instance,
            "versions": self._versions,
        }


def _sendable(text: str) -> str:
    """An error's text may hold half of a surrogate pair, which no schema takes."""
    return text.encode(errors="backslashreplace").decode()
