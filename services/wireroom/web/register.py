"""The hosts that are remembered. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from random import Random
from typing import Generic, TypeVar

from wireroom.web.pace import Pace
from wireroom.web.turns import Host

T = TypeVar("T")

REMEMBERED = 20_000
"""Hosts that are kept although nothing waits for them."""

_DAY = 86_400.0
_LONGEST_FIRST_WAIT = 1.0


class Register(Generic[T]):
    """Hosts by name, each made when first asked for. ``delay``: pause of a new one, in seconds."""

    def __init__(self, delay: float, random: Random) -> None:
        self._delay = delay
        self._random = random
        self._hosts: OrderedDict[str, Host[T]] = OrderedDict()

    def all(self) -> Collection[Host[T]]:
        return self._hosts.values()

    def find(self, name: str) -> Host[T] | None:
        return self._hosts.get(name)

    def host(self, name: str, now: float) -> Host[T]:
        """The host called ``name``, known or new. Keep it no longer than there is use for it."""
        host = self._hosts.get(name)
        if host is not None:
            self._hosts.move_to_end(name)
            return host
        # Not all in the same instant: 300 at once held the event loop up for 0.2 s.
        first = self._random.uniform(0, min(self._delay, _LONGEST_FIRST_WAIT))
        host = self._hosts[name] = Host(name, Pace(self._delay), now + first)
        self._forget(now)
        return host

    def _forget(self, now: float) -> None:
        """Of too many hosts the two that nobody asked for longest; who is needed stays."""
        for _ in range(min(2, len(self._hosts) - REMEMBERED)):
            name, host = self._hosts.popitem(last=False)
            if memorable(host, now):
                self._hosts[name] = host


def memorable(host: Host[T], now: float) -> bool:
    """Whether the host is in use or owed a pause; bad memories fade in a day."""
    if not host.idle() or max(host.ready_at(), host.reserved) > now:
        return True
    troubled = host.pace.learnt > 0 or host.breaker.silences > 0
    return troubled and now - host.ended < _DAY
