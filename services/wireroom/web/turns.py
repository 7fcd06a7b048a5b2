"""Whose turn it is, for thousands of hosts: one heap of hosts, one queue of pages per host. Pure.

The heap holds ``(ready_at, n, host)``, at most one entry per host: of a host that has pages waiting
and none in flight. No timer, task or lock per host; a page costs O(log hosts). Hosts come in the
order in which they became ready, however many pages one of them has.

Two limits stand across hosts: pages in flight altogether, and per address (thousands of hosts may
share a CDN's). A host that finds its address full waits in the address's lane and takes no seat.

Times are seconds of whatever clock the caller uses.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from wireroom.web.breaker import Breaker
from wireroom.web.pace import Pace

T = TypeVar("T")


@dataclass(slots=True, eq=False, weakref_slot=True)
class Lane(Generic[T]):
    """One address: how many pages it serves, and the hosts that wait for one of them to end."""

    flying: int = 0
    waiting: deque[Host[T]] = field(default_factory=deque)


@dataclass(slots=True, eq=False)
class Host(Generic[T]):
    """What is known of one host.

    ``not_before``: its first slot, later what Retry-After said. ``ended``: when its last page did.
    ``pause``: seconds after that, jitter included. ``began``: when the page in flight did; None
    without one. ``reserved``: up to when its time is promised to pages that were told to come
    again. ``held``: not to be taken for now. ``last``: its last status or reason, for people.
    """

    name: str
    pace: Pace
    not_before: float
    breaker: Breaker = field(default_factory=Breaker)
    queue: deque[T] = field(default_factory=deque)
    lane: Lane[T] | None = None
    lane_until: float = 0.0
    began: float | None = None
    ended: float = float("-inf")
    pause: float = 0.0
    reserved: float = 0.0
    held: bool = False
    armed: bool = False
    last: str = ""

    def asks_for(self, delay: float) -> None:
        """Its Crawl-delay, in seconds; it holds for the pause that is going on, too."""
        self.pace.asked = delay
        self.pause = max(self.pause, delay)

    def rest(self, now: float, factor: float) -> None:
        """The last page has just ended; ``factor``: of the pause, for jitter."""
        self.ended = now
        self.pause = self.pace.jittered(factor)

    def ready_at(self) -> float:
        """When the pause is over, of a host that has no page in flight."""
        return max(self.ended + self.pause, self.not_before, self.breaker.until)

    def wait(self, now: float) -> float:
        """Seconds until the pause is over; of a page in flight its usual length is assumed."""
        if self.began is None:
            return max(self.ready_at() - now, 0.0)
        ends_in = max(self.began + self.pace.mean - now, 0.0)
        return max(ends_in + self.pace.delay(), self.breaker.until - now)

    def eta(self, now: float) -> float:
        """Seconds until a page that joins now can start, as far as the host decides that."""
        ahead = len(self.queue) * self.pace.spacing() if self.queue else 0.0
        return self.wait(now) + ahead

    def room(self, now: float, horizon: float) -> int:
        """How many of the waiting pages can start within ``horizon`` seconds."""
        left = horizon - self.wait(now)
        if left < 0:
            return 0
        spacing = self.pace.spacing()
        return len(self.queue) if spacing <= 0 else int(left / spacing) + 1

    def idle(self) -> bool:
        return self.began is None and not (self.queue or self.armed or self.held)


class Turns(Generic[T]):
    """``limit``: most pages in flight. ``per_address``: most of them at one address."""

    def __init__(self, limit: int, per_address: int) -> None:
        self._limit = limit
        self._per_address = per_address
        self._heap: list[tuple[float, int, Host[T]]] = []
        self._n = 0
        self.flying = 0

    def join(self, host: Host[T], page: T) -> None:
        host.queue.append(page)
        self.arm(host)

    def leave(self, host: Host[T], page: T) -> None:
        """``page`` waits no longer. The host's entry stays and finds the queue as it is."""
        host.queue.remove(page)

    def arm(self, host: Host[T]) -> None:
        """Let the host be taken, if it has pages, none in flight, and no entry yet."""
        if host.queue and host.began is None and not host.armed and not host.held:
            host.armed = True
            self._n += 1
            heapq.heappush(self._heap, (host.ready_at(), self._n, host))

    def take(self, now: float) -> tuple[Host[T], T] | None:
        """The next page that may start now. It is in flight until its host is ``release``\\ d."""
        heap = self._heap
        while self.flying < self._limit and heap and heap[0][0] <= now:
            host = heapq.heappop(heap)[2]
            host.armed = False
            lane = host.lane
            if not host.queue:
                self._pass_on(lane)
            elif host.ready_at() > now:  # it has asked for a longer pause since
                self.arm(host)
                self._pass_on(lane)
            elif lane is not None and lane.flying >= self._per_address:
                host.armed = True
                lane.waiting.append(host)
            else:
                return host, self._start(host, now)
        return None

    def release(self, host: Host[T]) -> None:
        """The host's page is over."""
        self.flying -= 1
        host.began = None
        if host.lane is not None:
            host.lane.flying -= 1
            self._pass_on(host.lane)
        self.arm(host)

    def next_at(self) -> float | None:
        """When to ``take`` again, unless a release comes first; None: only then."""
        return self._heap[0][0] if self._heap and self.flying < self._limit else None

    def _start(self, host: Host[T], now: float) -> T:
        host.began = now
        self.flying += 1
        if host.lane is not None:
            host.lane.flying += 1
        return host.queue.popleft()

    def _pass_on(self, lane: Lane[T] | None) -> None:
        """A place in the lane is free, or not needed by who was next: let the next one try."""
        if lane is None or lane.flying >= self._per_address:
            return
        while lane.waiting:
            host = lane.waiting.popleft()
            host.armed = False
            self.arm(host)
            if host.armed:
                return
