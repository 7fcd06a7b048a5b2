"""Headers as servers write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wireroom.web.headers import DAY, charset, location, retry_after, sendable

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "120"}, 120),
        ({"retry-after": "9" * 400}, DAY),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "Tue, 24 Nov 2026 12:01:00 GMT"}, 60),
        ({"retry-after": "Tue, 24 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "Tue, 24 Nov 2026 12:01:00 GMT", "date": "rubbish"}, 60),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, NOW) == seconds


def test_a_wrong_clock_of_the_server_does_not_matter() -> None:
    headers = {
        "date": "Tue, 24 Nov 2020 12:00:00 GMT",
        "retry-after": "Tue, 24 Nov 2020 12:00:30 GMT",
    }
    assert retry_after(headers, NOW) == 30


def test_a_charset_is_found_with_and_without_quotes() -> None:
    assert charset("text/html; charset=ISO-8859-1") == "ISO-8859-1"
    assert charset('text/plain; format=flowed; Charset="utf-8"') == "utf-8"
    assert charset("text/html") is None


def test_bytes_in_a_location_that_are_no_utf8_are_escaped() -> None:
    assert location(b"/caf\xe9".decode("utf-8", "surrogateescape")) == "/caf%E9"


def test_what_was_no_utf8_or_would_end_the_line_is_not_sent_back() -> None:
    assert sendable('W/"é-1"')
    for value in ('"\udce9"', "a\r\nX: y", "a\x7f"):
        assert not sendable(value)
