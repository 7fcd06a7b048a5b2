"""Hosts as people want to see them: how many are in which state, and which are slow. Pure."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from wireroom.web.turns import Host

State: TypeAlias = Literal["active", "waiting", "down", "idle"]
SHOWN: tuple[State, ...] = ("active", "waiting", "down")


@dataclass(frozen=True, slots=True)
class HostState:
    """One host. ``mean``: seconds for an answer. ``delay``: seconds between two pages.

    ``waiting``: pages in its queue. ``last``: its last status or reason, empty before the first.
    ``down_for``: seconds until somebody goes and sees.
    """

    host: str
    state: State
    mean: float
    delay: float
    waiting: int
    last: str
    down_for: float


def states(hosts: Iterable[Host[Any]], now: float) -> dict[str, int]:
    """How many hosts are active (a page in flight), waiting, and down; idle ones don't count."""
    counts = Counter(_state(host, now) for host in hosts)
    return {state: counts[state] for state in SHOWN}


def slowest(hosts: Iterable[Host[Any]], now: float, n: int) -> list[HostState]:
    """The ``n`` hosts with the longest time for a page, pause included; down ones first."""
    found = heapq.nlargest(n, hosts, key=lambda h: (h.breaker.down(now), h.pace.spacing()))
    return [_seen(host, now) for host in found]


def _seen(host: Host[Any], now: float) -> HostState:
    return HostState(
        host=host.name,
        state=_state(host, now),
        mean=host.pace.mean,
        delay=host.pace.delay(),
        waiting=len(host.queue),
        last=host.last,
        down_for=max(host.breaker.until - now, 0.0),
    )


def _state(host: Host[Any], now: float) -> State:
    if host.breaker.down(now):
        return "down"
    if host.began is not None:
        return "active"
    return "waiting" if host.queue else "idle"
