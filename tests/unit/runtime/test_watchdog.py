from __future__ import annotations

import time

import pytest

from wireroom.runtime import watchdog
from wireroom.runtime.watchdog import Stalled, Watchdog


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_it_bites_when_records_wait_and_nothing_was_finished(clock: list[float]) -> None:
    dog = Watchdog(45)
    dog.fed()
    clock[0] += 45
    dog.check(3)
    clock[0] += 1
    with pytest.raises(Stalled, match="3 records wait and none was finished for 46 s"):
        dog.check(3)


def test_it_is_quiet_while_something_is_finished_or_nothing_waits(clock: list[float]) -> None:
    dog = Watchdog(45)
    for _ in range(10):
        clock[0] += 40
        dog.fed()
        dog.check(3)
    for _ in range(10):
        clock[0] += 40
        dog.check(0)
    clock[0] += 40
    dog.check(1)


def test_a_stage_whose_try_takes_long_has_a_longer_limit() -> None:
    assert watchdog.limit_for(10) == watchdog.LIMIT
    assert watchdog.limit_for(60) > 60
