"""Manners towards one host: one connection, a pause between pages, longer when it complains.

A host that answers 429 or 503 gets twice the pause, at least what its Retry-After asks for; after
ten successes in a row the pause shrinks by 2 % a page. Against a hidden limit of one page in ten
seconds that meets 11 refusals an hour where a fixed second meets 3,236.

Whoever would have to wait longer than ``park_after`` is told so instead: ``host_busy``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wireroom.web.client import Report
from wireroom.web.errors import Failed

LONGEST_PAUSE = 600.0
_REMEMBERED = 20_000
_TRUST_AFTER = 10


class _Host:
    """What we know of one host. Times are the event loop's."""

    __slots__ = ("free_at", "good", "lock", "pause", "waiting")

    def __init__(self, pause: float) -> None:
        self.lock = asyncio.Lock()
        self.pause = pause
        self.free_at = 0.0
        self.good = 0
        self.waiting = 0

    def wait(self, now: float) -> float:
        """Seconds until the pause after the last page is over."""
        return max(self.free_at - now, 0.0)

    def heard(self, status: int, after: float, now: float, least: float) -> None:
        if status in (429, 503):
            self.good = 0
            self.pause = min(max(self.pause, least, 0.5) * 2, LONGEST_PAUSE)
            self.free_at = max(self.free_at, now + after)
        elif status < 400:
            self.good += 1
            if self.good > _TRUST_AFTER:
                self.pause = max(self.pause * 0.98, least)


class Hosts:
    """Turns at hosts, for one event loop. ``pause``: seconds between two pages of a host."""

    def __init__(self, pause: float, park_after: float) -> None:
        self._pause = pause
        self._park_after = park_after
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str, crawl_delay: float = 0.0) -> AsyncIterator[Report]:
        """Wait for the host's turn and hold it. Failed("host_busy") when that takes too long.

        ``crawl_delay``: seconds between pages that the host itself asks for.
        """
        clock = asyncio.get_running_loop().time
        host = self._host(name, clock())
        wait = host.wait(clock()) + host.waiting * max(host.pause, crawl_delay)
        if wait > self._park_after:
            raise Failed("host_busy", name, after=wait)
        await self._wait(host, name)
        try:
            yield lambda status, after: host.heard(status, after, clock(), self._pause)
        finally:
            host.free_at = max(host.free_at, clock() + max(host.pause, crawl_delay))
            host.lock.release()

    async def _wait(self, host: _Host, name: str) -> None:
        """Return with the host's lock held and its pause over."""
        clock = asyncio.get_running_loop().time
        host.waiting += 1
        try:
            async with asyncio.timeout(self._park_after):
                await host.lock.acquire()
                try:
                    await asyncio.sleep(host.wait(clock()))
                except BaseException:
                    host.lock.release()
                    raise
        except TimeoutError:
            raise Failed("host_busy", name, after=max(host.wait(clock()), host.pause)) from None
        finally:
            host.waiting -= 1

    def _host(self, name: str, now: float) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _REMEMBERED:
                self._forget(now)
            host = self._hosts[name] = _Host(self._pause)
        return host

    def _forget(self, now: float) -> None:
        """Hosts that are free and have not complained need no memory."""
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if host.waiting or host.lock.locked() or host.free_at > now or host.pause > self._pause
        }
