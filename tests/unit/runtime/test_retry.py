from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wireroom.runtime.retry import Backoff


def test_the_last_try_is_followed_by_none() -> None:
    assert Backoff(attempts=1).delay(1) is None
    assert Backoff(attempts=3).delay(2) is not None
    assert Backoff(attempts=3).delay(3) is None


@given(st.integers(1, 50), st.floats(0, 30))
def test_a_wait_is_never_shorter_than_asked_nor_longer_than_the_cap(
    attempt: int, at_least: float
) -> None:
    delay = Backoff(attempts=100, cap=8.0).delay(attempt, at_least)
    assert delay is not None
    assert at_least <= delay <= max(8.0, at_least)


def test_waits_double() -> None:
    backoff = Backoff(attempts=10, first=1.0, cap=4.0)
    for attempt, most in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 4.0)):
        waits = [backoff.delay(attempt) or 0.0 for _ in range(500)]
        assert most * 0.9 < max(waits) <= most


def test_a_wait_longer_than_the_limit_is_given_up() -> None:
    backoff = Backoff(limit=30.0)
    assert backoff.delay(1, 30.0) == 30.0
    assert backoff.delay(1, 30.1) is None
