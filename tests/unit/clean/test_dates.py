from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wireroom.clean.dates import read


@pytest.mark.parametrize(
    ("written", "day", "offset"),
    [
        ("2025-02-08T23:20:00+01:00", datetime(2025, 2, 8, 22, 20), 60),
        ("2025-02-08T23:20:00Z", datetime(2025, 2, 8, 23, 20), 0),
        ("2025-02-08 10:20:00", datetime(2025, 2, 8, 10, 20), None),
        ("2025-02-08", datetime(2025, 2, 8), None),
        ("Sat, 08 Feb 2025 10:20:00 -0500", datetime(2025, 2, 8, 15, 20), -300),
        ("1739010000", datetime(2025, 2, 8, 10, 20), 0),
        ("February 8, 2025 5:20 pm EST", datetime(2025, 2, 8, 22, 20), -300),
        ("8 février 2025 à 10h20", datetime(2025, 2, 8, 10, 20), None),
        ("08.02.2025, 10:20 Uhr", datetime(2025, 2, 8, 10, 20), None),
        ("8 de febrero de 2025", datetime(2025, 2, 8), None),
        ("8 февраля 2025, 13:20 MSK", datetime(2025, 2, 8, 10, 20), 180),
        ("2025年2月8日 10:20", datetime(2025, 2, 8, 10, 20), None),
        ("8 Şubat 2025", datetime(2025, 2, 8), None),
        ("٨ فبراير ٢٠٢٥", datetime(2025, 2, 8), None),
        ("25/02/2025", datetime(2025, 2, 25), None),
        ("20250208", datetime(2025, 2, 8), None),
    ],
)
def test_times_are_read_as_they_are_written(
    written: str, day: datetime, offset: int | None
) -> None:
    moment = read(written)
    assert moment is not None
    assert moment.at == day.replace(tzinfo=UTC)
    assert moment.offset == offset
    assert moment.zone_assumed is (offset is None)


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "02/03/2025", "2025-13-45", "1066-10-14", "2999-01-01", "9" * 50, "x" * 5000),
        "¹ March 2025",
    ],
)
def test_what_is_no_time_or_could_be_two_is_none(written: str) -> None:
    assert read(written) is None
