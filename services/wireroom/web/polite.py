"""A GET with manners: robots.txt first, then the host's turn, then the page. Each hop anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wireroom import urls
from wireroom.web.client import Client, Page, Report
from wireroom.web.hosts import Hosts
from wireroom.web.resolver import Lookup
from wireroom.web.robots import Robots
from wireroom.web.settings import Settings


class Polite:
    """Fetches pages as their hosts want it. ``robots`` None: not asked."""

    def __init__(self, client: Client, hosts: Hosts, robots: Robots | None) -> None:
        self._client = client
        self._hosts = hosts
        self._robots = robots

    async def get(self, url: str) -> Page:
        """The page at ``url``, whatever its status. Refused and Failed as in ``errors``."""
        return await self._client.get(url, gate=self._gate)

    @asynccontextmanager
    async def _gate(self, url: str) -> AsyncIterator[Report]:
        delay = await self._robots.check(url) if self._robots else 0.0
        async with self._hosts.turn(urls.host(url), delay) as report:
            yield report


@asynccontextmanager
async def polite(settings: Settings, *, lookup: Lookup | None = None) -> AsyncIterator[Polite]:
    """Open everything that ``Polite`` needs. ValueError when the settings name no contact.

    ``lookup`` replaces the system's DNS.
    """
    async with Client(settings, lookup=lookup) as client:
        hosts = Hosts(settings.host_delay, settings.park_after)
        if settings.robots == "ignore":
            yield Polite(client, hosts, None)
            return
        without_robots = Polite(client, hosts, None)
        clock = asyncio.get_running_loop().time
        robots = Robots(without_robots.get, settings.robots_name(), clock)
        try:
            yield Polite(client, hosts, robots)
        finally:
            await robots.close()
