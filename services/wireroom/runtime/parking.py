"""Long waits: a record that can't go on soon lies in a retry tier until it may.

It lies there with its original bytes; where it belongs, when it is due and what is known of its
failures are in headers that begin with ``retry-``. They come back with it, so that tries and the
day that they may take are counted over all its trips.
"""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.runtime.errors import Later, Permanent, Transient, reason_of
from wireroom.runtime.retry import Backoff
from wireroom.wire.headers import DIGITS
from wireroom.wire.transport import Headers

PREFIX = "retry-"
TOPIC, DUE, REASON = PREFIX + "topic", PREFIX + "due", PREFIX + "reason"
ATTEMPTS, FAILED_AT = PREFIX + "attempts", PREFIX + "first-failed-at"


@dataclass(frozen=True, slots=True)
class History:
    """``attempts`` that failed so far; ``failed_at``: the first of them, seconds since 1970."""

    attempts: int = 0
    failed_at: float | None = None

    def failing_for(self, now: float) -> float:
        return 0.0 if self.failed_at is None else max(0.0, now - self.failed_at)

    def failed(self, attempts: int, now: float) -> History:
        return History(attempts, now if self.failed_at is None else self.failed_at)


@dataclass(frozen=True, slots=True)
class Parked:
    """A record to be tried again in ``wait`` seconds, and why not now."""

    error: Exception
    wait: float
    history: History


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that can't be handled, and why."""

    error: Exception
    history: History


@dataclass(frozen=True, slots=True)
class Ticket:
    """What lies in a tier: the ``topic`` to go back to, and when; milliseconds since 1970."""

    topic: str
    due: int


def judged(
    error: Exception, before: History, backoff: Backoff, now: float
) -> tuple[History, float | None]:
    """What is known after ``error``, and in how many seconds to try again; None: never."""
    if isinstance(error, Later):
        return before, error.after
    if isinstance(error, Transient) and not error.counts:
        history = before.failed(before.attempts, now)
        return history, backoff.patience(error.after, history.failing_for(now))
    history = before.failed(before.attempts + 1, now)
    if isinstance(error, Permanent):
        return history, None
    after = error.after if isinstance(error, Transient) else 0.0
    return history, backoff.delay(history.attempts, after, history.failing_for(now))


def is_failure(error: Exception) -> bool:
    """Whether it says anything about how we are: a wait that was asked for does not."""
    return not isinstance(error, Later) and not (isinstance(error, Transient) and not error.counts)


def history_of(headers: Headers) -> History:
    """Never raises: what no number is counts as none, for a foreign client may have written it."""
    attempts, failed_at = _number(headers.get(ATTEMPTS)), _number(headers.get(FAILED_AT))
    return History(attempts or 0, None if failed_at is None else failed_at / 1000)


def ticket_of(headers: Headers) -> Ticket | None:
    """None for a record that was not parked by us."""
    topic, due = headers.get(TOPIC), _number(headers.get(DUE))
    return None if topic is None or due is None else Ticket(topic.decode(errors="replace"), due)


def headers_for(topic: str, parked: Parked, now: float) -> dict[str, bytes]:
    """What is written beside a record of ``topic`` that is parked ``now``."""
    written = {
        TOPIC: topic.encode(),
        DUE: b"%d" % round((now + parked.wait) * 1000),
        REASON: reason_of(parked.error).encode(errors="backslashreplace"),
        ATTEMPTS: b"%d" % parked.history.attempts,
    }
    if parked.history.failed_at is not None:
        written[FAILED_AT] = b"%d" % round(parked.history.failed_at * 1000)
    return written


def back(headers: Headers) -> dict[str, bytes]:
    """What a record takes back to its topic: what is known of its failures."""
    kept = (ATTEMPTS, FAILED_AT)
    return {n: v for n, v in headers.items() if n in kept or not n.startswith(PREFIX)}


def restored(headers: Headers) -> dict[str, bytes]:
    """The headers that the record had before it was first parked."""
    return {name: value for name, value in headers.items() if not name.startswith(PREFIX)}


def _number(value: bytes | None) -> int | None:
    return int(value) if value and value.isdigit() and len(value) <= DIGITS else None
