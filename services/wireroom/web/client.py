"""One safe, bounded GET.

No proxy or password from the environment, no cookies, certificates always verified, redirects
followed here and every hop checked anew. Nothing is read past ``max_body``, and nothing takes
longer than ``total_timeout``: a server that sends a byte now and then never trips a read timeout.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeAlias

from aiohttp import ClientResponse, ClientSession
from yarl import URL

from wireroom.web import body
from wireroom.web.address import Policy, parse
from wireroom.web.budget import Budget
from wireroom.web.errors import Failed, Refused
from wireroom.web.headers import location, retry_after, sendable
from wireroom.web.observer import Nobody, Observer
from wireroom.web.resolver import CachedLookup, Lookup, ThreadedLookup
from wireroom.web.session import STEPS, Steps, new_session, translated
from wireroom.web.settings import Settings

REDIRECTS = frozenset((301, 302, 303, 307, 308))

Report: TypeAlias = Callable[[int, float], None]
"""Told the status of an answer and the seconds that its Retry-After asks for."""
Gate: TypeAlias = Callable[[str], AbstractAsyncContextManager[Report]]
"""Entered before a URL is asked for and left when the answer is read: manners live there."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the copy that we have: sent back byte for byte, both.

    On every hop: a page that has moved answers 304 behind its redirect. What cannot be sent as it
    came (bytes that are no UTF-8) is left out, and the page comes whole.
    """

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """As request headers."""
        wanted = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in wanted.items() if value and sendable(value)}


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, whatever its status.

    ``url``: the final one. ``hops``: the URLs that redirected, first to last. ``headers``:
    lower-case names, the first of equal ones. ``body``: decoded bytes. ``retry_after``: seconds.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    hops: tuple[str, ...] = ()
    retry_after: float = 0.0

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def validators(self) -> Validators:
        """To be kept once the page is understood, and to be sent with the next request."""
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@asynccontextmanager
async def open_gate(url: str) -> AsyncIterator[Report]:
    """Lets everything through at once."""
    yield lambda status, after: None


class Client:
    """An async context manager around the connections.

    ``lookup`` replaces the system's DNS, ``tls`` the system's certificate authorities.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        lookup: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
        observer: Observer | None = None,
    ) -> None:
        settings.agent()  # nobody opens connections without saying who they are
        self._settings = settings
        self._policy = Policy.of(settings)
        self._lookup = lookup
        self._tls = tls
        self._observer = observer or Nobody()
        self._budget = Budget(settings.body_budget, settings.max_body)
        self._own_lookup: ThreadedLookup | None = None
        self._cached_lookup: CachedLookup | None = None
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Client:
        if self._lookup is None:
            self._own_lookup = ThreadedLookup(self._settings.connect_timeout)
        lookup = self._lookup or self._own_lookup
        assert lookup is not None
        clock = asyncio.get_running_loop().time
        self._cached_lookup = (
            lookup
            if isinstance(lookup, CachedLookup)
            else CachedLookup(lookup, clock, self._observer)
        )
        self._session = new_session(
            self._settings, self._policy, self._cached_lookup, self._observer, self._tls
        )
        if self._settings.proxy:  # opened networks open the way to the proxy, no URL
            self._policy = replace(self._policy, networks=())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._cached_lookup is not None:
            self._cached_lookup.close()
        if self._own_lookup is not None:
            self._own_lookup.close()

    async def get(
        self, url: str, *, gate: Gate = open_gate, validators: Validators | None = None
    ) -> Page:
        """The page at ``url``, redirects followed. Time spent in ``gate`` is not counted.

        With ``validators`` the page may be one of status 304 and no body: unchanged. Refused and
        Failed as in ``errors``; what ``gate`` raises passes through.
        """
        try:
            return await self._get(url, gate, validators.headers() if validators else None)
        except Refused as error:
            if error.reason == "address_refused":
                self._observer.address_refused()
            raise

    async def _get(self, url: str, gate: Gate, headers: Mapping[str, str] | None) -> Page:
        target = parse(url, self._policy)
        hops: list[str] = []
        left = self._settings.total_timeout
        clock = asyncio.get_running_loop().time
        while True:
            async with gate(str(target)) as report:
                started = clock()
                page = await self._hop(target, left, headers)
                left -= clock() - started
                report(page.status, page.retry_after)
            if page.status not in REDIRECTS:
                return replace(page, hops=tuple(hops)) if hops else page
            hops.append(page.url)
            target = self._next(page, hops)

    def _next(self, page: Page, hops: list[str]) -> URL:
        place = page.headers.get("location")
        if not place:
            raise Failed("redirect_no_location", page.url)
        target = parse(location(place), self._policy, base=page.url)
        if str(target) in hops:
            raise Failed("redirect_loop", str(target))
        if len(hops) > self._settings.max_redirects:
            raise Failed("too_many_redirects", page.url)
        return target

    async def _hop(self, url: URL, limit: float, headers: Mapping[str, str] | None) -> Page:
        self._observer.in_flight(1)
        try:
            with translated(url):
                async with asyncio.timeout(limit):
                    return await self._exchange(url, headers)
        finally:
            self._observer.in_flight(-1)

    async def _exchange(self, url: URL, headers: Mapping[str, str] | None) -> Page:
        """One request and its answer."""
        assert self._session is not None, "used outside of its context"
        clock = asyncio.get_running_loop().time
        steps = Steps(clock())
        STEPS.set(steps)
        async with self._session.get(url, allow_redirects=False, headers=headers) as answer:
            if answer.status < 200:
                raise Failed("protocol", f"status {answer.status}")
            head_read = clock()
            self._observer.phase("first_byte", head_read - steps.connected)
            content = await self._content(answer)
            self._observer.phase("body", clock() - head_read)
            said: dict[str, str] = {}
            for name, value in answer.headers.items():
                said.setdefault(name.lower(), value)
        wait = retry_after(said, datetime.now(UTC))
        return Page(str(url), answer.status, said, content, (), wait)

    async def _content(self, answer: ClientResponse) -> bytes:
        if answer.status in REDIRECTS:
            return b""
        if answer.status < 400:
            return await body.whole(answer, self._settings.max_body, self._budget, self._observer)
        # The status says it all; a broken or huge error page must not hide it.
        return await body.beginning(answer)
