"""The envelope: what travels beside an event rather than in it.

Ids are derived, not drawn: handling the same record again gives the events that
follow the same ids, so work done twice can be recognised anywhere.

    event-id        of this event
    caused-by       event id of the one that it follows from
    submission-id   of the intake record that it goes back to; a publisher may set its own
    accepted-at     the broker's time of that record, milliseconds since 1970
    traceparent, tracestate   W3C trace context, carried on
    avro-fp         CRC-64-AVRO fingerprint of the writer's schema
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from wireroom.wire.transport import Headers, Record

EVENT_ID = "event-id"
CAUSED_BY = "caused-by"
SUBMISSION_ID = "submission-id"
ACCEPTED_AT = "accepted-at"
FINGERPRINT = "avro-fp"
DIGITS = 14  # of milliseconds: the year 5138; one digit more and no datetime can hold it
TRACE = ("traceparent", "tracestate")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a record's headers say; derived from its place in the log where they say nothing."""

    event_id: UUID
    submission_id: UUID
    accepted_ms: int
    trace: tuple[tuple[str, bytes], ...] = ()

    @property
    def accepted_at(self) -> datetime:
        return datetime.fromtimestamp(self.accepted_ms / 1000, UTC)

    def headers(self) -> dict[str, bytes]:
        """For a copy of the record itself: a dead letter, a retry."""
        return {
            EVENT_ID: str(self.event_id).encode(),
            SUBMISSION_ID: str(self.submission_id).encode(),
            ACCEPTED_AT: b"%d" % self.accepted_ms,
            **dict(self.trace),
        }

    def following(self, topic: str, position: int) -> dict[str, bytes]:
        """For the ``position``-th event on ``topic`` that follows from this one."""
        event_id = uuid5(NAMESPACE_OID, f"{self.event_id}/{topic}/{position}")
        return {
            **self.headers(),
            EVENT_ID: str(event_id).encode(),
            CAUSED_BY: str(self.event_id).encode(),
        }


def read(record: Record) -> Envelope:
    """Never raises: a header that is no UUID or no number counts as missing."""
    sent = record.headers
    place: UUID | None = None
    event_id, submission_id = _uuid(sent.get(EVENT_ID)), _uuid(sent.get(SUBMISSION_ID))
    if event_id is None or submission_id is None:
        topic, number = record.partition
        place = uuid5(NAMESPACE_OID, f"{topic}/{number}/{record.offset}")
    accepted = sent.get(ACCEPTED_AT, b"")
    return Envelope(
        event_id or place or uuid4(),
        submission_id or place or uuid4(),
        int(accepted) if accepted.isdigit() and len(accepted) <= DIGITS else record.timestamp,
        tuple((name, sent[name]) for name in TRACE if name in sent),
    )


def first(submission_id: UUID | None = None) -> Headers:
    """For an event with no cause: published by us, from outside the pipeline."""
    new = str(submission_id or uuid4()).encode()
    return {EVENT_ID: new, SUBMISSION_ID: new}


def _uuid(value: bytes | None) -> UUID | None:
    if value is None or len(value) != 36:
        return None
    try:
        return UUID(value.decode())
    except ValueError:
        return None
