"""Where records go that could not be handled, and what is noted about them.

A dead letter is the original key and bytes, untouched, so a replay is a copy.
Everything that was learned is in headers that begin with ``dead-``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from traceback import extract_tb, format_exception

from wireroom.runtime import parking
from wireroom.runtime.errors import StageError, reason_of
from wireroom.wire.headers import ACCEPTED_AT, EVENT_ID, SUBMISSION_ID, Envelope
from wireroom.wire.transport import Headers, Record

PREFIX = "dead-"
IDENTITY = (EVENT_ID, SUBMISSION_ID, ACCEPTED_AT)
MAX_DETAIL = 500  # an exception's text may hold a whole body
MAX_TRACEBACK = 4096


def headers_for(
    record: Record, envelope: Envelope, error: BaseException, notes: Mapping[str, object]
) -> Headers:
    """``notes``: what else is to be known, such as stage and attempt, by name without prefix."""
    known: dict[str, object] = {
        "reason": reason_of(error),
        "detail": str(error)[:MAX_DETAIL],
        "class": type(error).__name__,
        "hash": hash_of(error),
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "topic": record.partition.topic,
        "partition": record.partition.number,
        "offset": record.offset,
        **notes,
    }
    if not isinstance(error, StageError):
        known["traceback"] = "".join(format_exception(error))[-MAX_TRACEBACK:]
    written = {
        PREFIX + name: str(value).encode(errors="backslashreplace") for name, value in known.items()
    }
    return {**restored(record.headers), **envelope.headers(), **written}


def hash_of(error: BaseException) -> str:
    """Groups what failed in the same way: class, reason, and the place in the code."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].line}" if frames else ""
    return sha256(f"{type(error).__name__}/{reason_of(error)}/{place}".encode()).hexdigest()[:12]


def without_body(headers: Headers, size: int) -> Headers:
    """For a dead letter whose body of ``size`` bytes fits in no topic, noted as ``cut``.

    It lies where topic, partition and offset point, as long as that topic keeps it; a replay has
    to take it from there. Foreign headers are left out: they may be what is too large.
    """
    kept = {n: v for n, v in headers.items() if n.startswith(PREFIX) or n in IDENTITY}
    return {**kept, PREFIX + "cut": b"%d" % size}


def restored(headers: Headers) -> Headers:
    """The headers that the record had before it died, and before it was first parked."""
    kept = parking.restored(headers)
    return {name: value for name, value in kept.items() if not name.startswith(PREFIX)}


def notes(headers: Headers) -> dict[str, str]:
    """What was noted on a dead letter, by name without prefix."""
    return {
        name.removeprefix(PREFIX): value.decode(errors="replace")
        for name, value in headers.items()
        if name.startswith(PREFIX)
    }
