"""Which hosts are remembered."""

from __future__ import annotations

from random import Random

from wireroom.web.breaker import Breaker
from wireroom.web.register import REMEMBERED, Register

HOUR = 3_600.0
DAY = 24 * HOUR


def filled(extra: int) -> Register[None]:
    register: Register[None] = Register(1.0, Random(1))
    for number in range(REMEMBERED + extra):
        register.host(f"host{number}.test", number / 100)
    return register


def test_hosts_without_a_history_are_forgotten_longest_unused_first() -> None:
    register = filled(0)
    register.host("host0.test", HOUR)
    for number in range(1_000):
        register.host(f"new{number}.test", HOUR)
    assert len(register.all()) == REMEMBERED
    assert register.find("host1.test") is None
    assert register.find("host0.test") is not None


def test_a_host_in_use_or_owed_a_pause_is_kept() -> None:
    register: Register[None] = Register(1.0, Random(1))
    register.host("flying.test", 0.0).began = 0.0
    register.host("waiting.test", 0.0).queue.append(None)
    register.host("paused.test", 0.0).not_before = 2 * HOUR
    register.host("promised.test", 0.0).reserved = 2 * HOUR
    down = register.host("down.test", 0.0)
    down.breaker, down.ended = Breaker(2, 600.0), 0.0
    warned = register.host("warned.test", 0.0)
    warned.pace.learnt, warned.ended = 8.0, 0.0
    kept = {host.name for host in register.all()}
    for number in range(2 * REMEMBERED):
        register.host(f"host{number}.test", HOUR)
    assert all(register.find(name) for name in kept)
    for number in range(2 * REMEMBERED):
        register.host(f"other{number}.test", 2 * DAY)
    left = {name for name in kept if register.find(name)}
    assert left == {"flying.test", "waiting.test"}, "bad memories fade in a day"


def test_the_first_moments_of_new_hosts_are_spread_over_a_second() -> None:
    register: Register[None] = Register(30.0, Random(1))
    first = [register.host(f"{n}.test", 5.0).ready_at() for n in range(1_000)]
    assert 5.0 <= min(first) < 5.01
    assert 5.99 < max(first) <= 6.0


def test_more_than_are_remembered_stay_while_they_are_owed_something() -> None:
    register: Register[None] = Register(0.0, Random(1))
    for number in range(REMEMBERED + 100):
        register.host(f"host{number}.test", 0.0).reserved = HOUR
    assert len(register.all()) == REMEMBERED + 100
    for number in range(200):
        register.host(f"new{number}.test", 2 * HOUR)
    assert len(register.all()) == REMEMBERED
