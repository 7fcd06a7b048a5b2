"""Thousands of hosts of which some hang: nobody else waits for them. With what happens otherwise."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import inf

from wireroom.web.errors import Failed
from wireroom.web.hosts import Hosts
from wireroom.web.turns import Host

from .fleet import Result, steady
from .virtual import run

PAGES = 12_000
REST = 240.0
BAR = 2.0
"""Seconds that 99 of 100 pages of small healthy hosts may wait beyond their own time."""


class Unreserving(Hosts):
    """Tells everybody the same moment."""

    def _come_again(self, host: Host, now: float) -> Failed:  # type: ignore[type-arg]  # its own
        host.reserved = 0.0
        return super()._come_again(host, now)


@cache
def as_it_is() -> Result:
    return run(steady(PAGES, rest=REST))


def test_small_hosts_do_not_wait_for_hanging_and_busy_ones() -> None:
    assert as_it_is().small(0.99) <= BAR


def test_control_a_narrow_window_without_calling_off_holds_everybody_up() -> None:
    assert run(steady(PAGES, rest=60.0, window=200, head_wait=None)).small(0.99) > 10 * BAR


def test_control_without_reserved_moments_pages_are_sent_away_again_and_again() -> None:
    unreserved = run(steady(PAGES, rest=REST, kind=Unreserving))
    assert unreserved.told["host_busy"] > 3 * as_it_is().told["host_busy"]


def test_a_page_is_sent_away_less_than_once() -> None:
    told = as_it_is().told
    assert told["host_busy"] + told["host_down"] < PAGES * 0.6


def test_a_host_that_hangs_is_asked_twice_and_then_left_alone() -> None:
    hanging = [site for site in as_it_is().sites if site.kind == "hanging" and site.log]
    assert len(hanging) >= 10
    assert max(len(site.log) for site in hanging) == 2


def test_every_hosts_own_log_shows_the_pause() -> None:
    pauses = [
        later[0] - earlier[1] for site in as_it_is().sites for earlier, later in pairwise(site.log)
    ]
    assert len(pauses) > 4_000
    assert min(pauses, default=inf) >= 0.9
