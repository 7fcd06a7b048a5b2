"""Which address a host stands at: thousands of hosts may be one server.

A host is looked up before its first page and then now and again while it is idle; its pages wait
for that in their queue, so a slow DNS holds no seat. A look-up that fails is the request's to
report: here it only means that no limit per address is known.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from wireroom.web.resolver import Lookup
from wireroom.web.turns import Host, Lane

T = TypeVar("T")

FRESH = 300.0
"""Seconds for which a host is taken to stay where it is. Only a limit hangs on it."""


class Lanes(Generic[T]):
    """``found`` is told of each host whose look-up has ended, well or not."""

    def __init__(self, lookup: Lookup, found: Callable[[Host[T]], None]) -> None:
        self._lookup = lookup
        self._found = found
        # A lane lives as long as a host stands in it.
        self._lanes: WeakValueDictionary[str, Lane[T]] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, host: Host[T], now: float) -> None:
        """Hold the host until its address is known, unless it is known or in use."""
        if host.lane_until > now or not host.idle():
            return
        host.held = True
        host.lane_until = now + FRESH
        task = asyncio.create_task(self._find(host))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End the look-ups that are under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _find(self, host: Host[T]) -> None:
        try:
            addresses = await self._lookup(host.name)
            host.lane = self._lane(min(addresses)) if addresses else None
        except (OSError, UnicodeError):
            host.lane = None
        finally:
            host.held = False
            self._found(host)

    def _lane(self, address: str) -> Lane[T]:
        """The least of a host's addresses stands for all: answers come in any order."""
        lane = self._lanes.get(address)
        if lane is None:
            lane = self._lanes[address] = Lane()
        return lane
