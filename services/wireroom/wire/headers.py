"""The envelope: what travels beside an event rather than in it.

Ids are derived, not drawn: handling the same record again gives the events that
follow the same ids, so work done twice can be recognised anywhere.

    event-id        of this event
    caused-by       event id of the one that it follows from
    submission-id   of the intake record that it goes back to; a publisher may set its own
    accepted-at     the broker's time of that record, milliseconds since 1970
    moved-from      topic/partition/offset where it lay before it was put into the right partition
    traceparent, tracestate   W3C trace context, carried on
    avro-fp         CRC-64-AVRO fingerprint of the writer's schema
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from uuid import NAMESPACE_OID, UUID, uuid4

from wireroom.wire.transport import Headers, Record

EVENT_ID = "event-id"
CAUSED_BY = "caused-by"
SUBMISSION_ID = "submission-id"
ACCEPTED_AT = "accepted-at"
FINGERPRINT = "avro-fp"
MOVED_FROM = "moved-from"
DIGITS = 14  # of milliseconds: the year 5138; one digit more and no datetime can hold it
UUID_TEXT = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TRACE = ("traceparent", "tracestate")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a record's headers say; derived from its place in the log where they say nothing.

    ``event`` and ``submission`` are ids as they travel, 36 characters: most records are
    handled without ever needing more of them.
    """

    event: bytes
    submission: bytes
    accepted_ms: int
    trace: tuple[tuple[str, bytes], ...] = ()

    @property
    def event_id(self) -> UUID:
        return UUID(self.event.decode())

    @property
    def submission_id(self) -> UUID:
        return UUID(self.submission.decode())

    @property
    def accepted_at(self) -> datetime:
        return datetime.fromtimestamp(self.accepted_ms / 1000, UTC)

    def headers(self) -> dict[str, bytes]:
        """For a copy of the record itself: a dead letter, a retry."""
        return {
            EVENT_ID: self.event,
            SUBMISSION_ID: self.submission,
            ACCEPTED_AT: b"%d" % self.accepted_ms,
            **dict(self.trace),
        }

    def following(self, topic: str, position: int) -> dict[str, bytes]:
        """For the ``position``-th event on ``topic`` that follows from this one."""
        return {
            EVENT_ID: _derived(b"%b/%b/%d" % (self.event, topic.encode(), position)),
            CAUSED_BY: self.event,
            SUBMISSION_ID: self.submission,
            ACCEPTED_AT: b"%d" % self.accepted_ms,
            **dict(self.trace),
        }


def read(record: Record) -> Envelope:
    """Never raises: a header that is no UUID or no number counts as missing."""
    sent = record.headers
    event, submission = _id(sent.get(EVENT_ID)), _id(sent.get(SUBMISSION_ID))
    if event is None or submission is None:
        topic, number = record.partition
        place = _derived(b"%b/%d/%d" % (topic.encode(), number, record.offset))
        event, submission = event or place, submission or place
    accepted = sent.get(ACCEPTED_AT, b"")
    return Envelope(
        event,
        submission,
        int(accepted) if accepted.isdigit() and len(accepted) <= DIGITS else record.timestamp,
        tuple((name, sent[name]) for name in TRACE if name in sent),
    )


def first(submission_id: UUID | None = None) -> Headers:
    """For an event with no cause: published by us, from outside the pipeline."""
    new = str(submission_id or uuid4()).encode()
    return {EVENT_ID: new, SUBMISSION_ID: new}


def _derived(name: bytes) -> bytes:
    """UUIDv5 of ``name`` (RFC 9562), as text; without a UUID object a fifth of the time."""
    digest = bytearray(sha1(NAMESPACE_OID.bytes + name, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()


def _id(value: bytes | None) -> bytes | None:
    return value if value is not None and UUID_TEXT.fullmatch(value) else None
