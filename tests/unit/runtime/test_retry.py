from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wireroom.runtime.retry import DAY, Backoff


def test_the_last_try_is_followed_by_none() -> None:
    assert Backoff(waits=()).delay(1) is None
    assert Backoff(waits=(1.0, 60.0)).delay(2) == 60.0
    assert Backoff(waits=(1.0, 60.0)).delay(3) is None


def test_there_are_six_tries_and_the_last_three_come_from_the_tiers() -> None:
    waits = [Backoff().delay(attempt) for attempt in range(1, 7)]
    assert waits[2:] == [60.0, 600.0, 7200.0, None]
    assert all(wait is not None and wait <= Backoff().limit for wait in waits[:2])


def test_short_waits_are_spread_and_long_ones_are_the_tiers() -> None:
    waits = [Backoff(waits=(8.0,)).delay(1) or 0.0 for _ in range(500)]
    assert 4.0 <= min(waits) < 4.4
    assert 7.6 < max(waits) <= 8.0


@given(st.integers(1, 5), st.floats(0, DAY))
def test_a_wait_is_never_shorter_than_asked(attempt: int, at_least: float) -> None:
    delay = Backoff().delay(attempt, at_least)
    assert delay is not None
    assert delay >= at_least


def test_nothing_is_tried_later_than_a_day_after_its_first_failure() -> None:
    assert Backoff().delay(1, failing_for=DAY - 1) is not None
    assert Backoff().delay(1, failing_for=DAY) is None
    assert Backoff().patience(10.0, failing_for=DAY - 1) == 10.0
    assert Backoff().patience(10.0, failing_for=DAY) is None


def test_nobody_waits_longer_than_a_day_whatever_is_asked() -> None:
    assert Backoff().delay(1, 10 * DAY) == DAY
    assert Backoff().patience(10 * DAY) == DAY
