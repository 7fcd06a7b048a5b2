"""A host that does not answer is left alone, and one page goes and sees."""

from __future__ import annotations

import pytest

from wireroom.web.breaker import LONGEST, Breaker


def test_two_silences_in_a_row_close_a_host_for_ten_minutes() -> None:
    breaker = Breaker()
    breaker.silent(10.0, 2, 600.0)
    assert not breaker.down(10.0)
    breaker.silent(20.0, 2, 600.0)
    assert breaker.down(20.0)
    assert breaker.down(619.9)
    assert not breaker.down(620.0)


def test_an_answer_between_two_silences_keeps_a_host_open() -> None:
    breaker = Breaker()
    for now in range(100):
        breaker.silent(float(now), 2, 600.0)
        breaker.answered()
    assert not breaker.down(100.0)


def test_each_probe_in_vain_doubles_the_time_up_to_two_hours() -> None:
    breaker, now, spans = Breaker(silences=1), 0.0, []
    for _ in range(40):
        breaker.silent(now, 2, 600.0)
        spans.append(breaker.until - now)
        now = breaker.until
    assert spans[:5] == [600.0, 1_200.0, 2_400.0, 4_800.0, LONGEST]
    assert set(spans[4:]) == {LONGEST}


def test_after_success_it_begins_anew() -> None:
    breaker = Breaker(silences=7, until=99.0)
    breaker.answered()
    breaker.silent(100.0, 2, 600.0)
    assert not breaker.down(100.0)


@pytest.mark.parametrize("first", [5.0, 10_000.0])
def test_a_setting_longer_than_two_hours_counts(first: float) -> None:
    breaker = Breaker()
    breaker.silent(0.0, 1, first)
    assert breaker.until == first
