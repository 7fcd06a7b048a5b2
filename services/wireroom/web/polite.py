"""A GET with manners: robots.txt first, then the host's turn, then the page. Each hop anew.

robots.txt is fetched under the host's own turns. A page of a host that is down or has a long queue
is told so before anybody asks for robots.txt.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from wireroom import urls
from wireroom.web.client import Client, Page, Report, Validators
from wireroom.web.errors import Failed
from wireroom.web.hosts import Hosts, Wait, patiently
from wireroom.web.manners import Manners
from wireroom.web.observer import Nobody, Observer
from wireroom.web.outlook import HostState
from wireroom.web.resolver import CachedLookup, Lookup, ThreadedLookup
from wireroom.web.robots import Robots
from wireroom.web.settings import Settings

_COME_AGAIN = frozenset(("host_busy", "host_down"))


class Polite:
    """Fetches pages as their hosts want it. ``robots`` None: not asked."""

    def __init__(
        self, client: Client, hosts: Hosts, robots: Robots | None, observer: Observer
    ) -> None:
        self._client = client
        self._hosts = hosts
        self._robots = robots
        self._observer = observer

    async def get(
        self, url: str, *, wait: Wait = patiently, validators: Validators | None = None
    ) -> Page:
        """The page at ``url``, whatever its status. Refused and Failed as in ``errors``.

        ``validators``: of the copy that we have; an unchanged page comes as status 304.

        Every wait for a turn goes through ``wait``; when that calls one off, or when the turn is
        too far away: Failed("host_busy") or "host_down", to be tried again after ``after`` seconds.
        """
        gate = partial(self._gate, wait=wait)
        return await self._client.get(url, gate=gate, validators=validators)

    def states(self) -> dict[str, int]:
        """How many hosts are active, waiting and down."""
        return self._hosts.states()

    def slowest(self, n: int) -> list[HostState]:
        """The ``n`` hosts that take longest for a page; those that are down come first."""
        return self._hosts.slowest(n)

    @asynccontextmanager
    async def _gate(self, url: str, *, wait: Wait) -> AsyncIterator[Report]:
        host = urls.host(url)
        delay = None
        if self._robots is not None:
            self._hosts.admit(host)
            delay = await self._crawl_delay(self._robots, url, wait)
        clock = asyncio.get_running_loop().time
        came = clock()
        async with self._hosts.turn(host, crawl_delay=delay, wait=wait) as report:
            self._observer.phase("queue", clock() - came)
            yield report

    async def _crawl_delay(self, robots: Robots, url: str, wait: Wait) -> float:
        """Seconds between pages. Failed("robots") and the like; or that the wait was called off."""
        delay = 0.0

        async def ask() -> None:
            nonlocal delay
            delay = await robots.check(url)

        asking = asyncio.create_task(ask())
        try:
            await asyncio.sleep(0)  # rules that are known are there at once: no wait to call off
            if not (asking.done() or await wait(asking) or asking.done()):
                raise self._hosts.sent_away(urls.host(url))
            asking.result()
        except Failed as error:
            # All who asked heard the same moment; each is to have one of its own.
            if error.reason in _COME_AGAIN and asking.done():
                raise self._hosts.sent_away(urls.host(url)) from error
            raise
        finally:
            asking.cancel()
        return delay


@asynccontextmanager
async def polite(
    settings: Settings, *, lookup: Lookup | None = None, observer: Observer | None = None
) -> AsyncIterator[Polite]:
    """Open everything that ``Polite`` needs. ValueError when the settings name no contact.

    ``lookup`` replaces the system's DNS. ``observer`` is told how it goes.
    """
    observer = observer or Nobody()
    clock = asyncio.get_running_loop().time
    own = ThreadedLookup(settings.connect_timeout)  # starts no thread before it is asked
    asked = CachedLookup(lookup or own, clock, observer)
    # Behind a proxy the names are the proxy's to look up, and the addresses its to spare.
    hosts = Hosts(manners(settings), lookup=None if settings.proxy else asked)
    try:
        async with Client(settings, lookup=asked, observer=observer) as client:
            without_robots = Polite(client, hosts, None, observer)
            if settings.robots == "ignore":
                yield without_robots
                return
            name, on_403 = settings.robots_name(), settings.robots_403
            robots = Robots(without_robots.get, name, clock, on_403, observer.robots)
            try:
                yield Polite(client, hosts, robots, observer)
            finally:
                await robots.close()
    finally:
        await hosts.close()
        own.close()


def manners(settings: Settings) -> Manners:
    """What the settings say about politeness."""
    return Manners(
        concurrency=settings.concurrency,
        address_concurrency=settings.address_concurrency,
        host_delay=settings.host_delay,
        park_after=settings.park_after,
        silences=settings.breaker,
        down_for=settings.down_for,
    )
