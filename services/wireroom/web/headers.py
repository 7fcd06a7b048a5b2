"""Reading response headers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

DAY = 86_400.0


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds that Retry-After asks for, at most a day; 0 where it is missing or unreadable.

    ``headers``: lower-case names. A date is read against the response's own Date, so that a
    server whose clock is wrong still means the same span.
    """
    value = headers.get("retry-after", "").strip()
    if not value:  # as nearly always: reading no date costs more than all the rest
        return 0.0
    if value.isascii() and value.isdigit():
        return min(float(value), DAY)
    until = _date(value)
    if until is None:
        return 0.0
    sent = _date(headers.get("date", "")) or now
    return min(max((until - sent).total_seconds(), 0.0), DAY)


def charset(content_type: str) -> str | None:
    """The charset parameter of a Content-Type, as it stands there."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None


def location(value: str) -> str:
    """A Location header with the bytes that were no UTF-8 escaped, as browsers do."""
    return "".join(
        f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char for char in value
    )


def sendable(value: str) -> bool:
    """Whether a value that a server sent can be sent back as the same bytes.

    False for bytes that were no UTF-8, which the client library drops, and for control characters,
    which would end the line.
    """
    return not any(char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in value)


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
