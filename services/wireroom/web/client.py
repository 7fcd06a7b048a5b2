"""One safe, bounded GET.

No proxy or password from the environment, no cookies, certificates always verified, redirects
followed here and every hop checked anew. Nothing is read past ``max_body``, and nothing takes
longer than ``total_timeout``: a server that sends a byte now and then never trips a read timeout.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeAlias

import aiohttp
from yarl import URL

from wireroom.web.address import AddressRefused, Policy, parse, socket_factory
from wireroom.web.decode import Decoder
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.headers import location, retry_after
from wireroom.web.resolver import GuardedResolver, Lookup, ThreadedLookup
from wireroom.web.settings import Settings

REDIRECTS = frozenset((301, 302, 303, 307, 308))
GLIMPSE = 65_536
"""Bytes read of an answer whose status is an error: enough to know a bot wall."""

Report: TypeAlias = Callable[[int, float], None]
"""Told the status of an answer and the seconds that its Retry-After asks for."""
Gate: TypeAlias = Callable[[str], AbstractAsyncContextManager[Report]]
"""Entered before a URL is asked for and left when the answer is read: manners live there."""


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


@asynccontextmanager
async def open_gate(url: str) -> AsyncIterator[Report]:
    """Lets everything through at once."""
    yield lambda status, after: None


class Client:
    """An async context manager around the connections. ``lookup`` replaces the system's DNS."""

    def __init__(self, settings: Settings, *, lookup: Lookup | None = None) -> None:
        self._settings = settings
        self._agent = settings.agent()
        self._policy = Policy.of(settings)
        self._lookup = lookup
        self._own_lookup: ThreadedLookup | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Client:
        if self._lookup is None:
            self._own_lookup = ThreadedLookup(self._settings.connect_timeout)
        self._session = self._new_session(self._lookup or self._own_lookup)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
        if self._own_lookup is not None:
            self._own_lookup.close()

    async def get(self, url: str, *, gate: Gate = open_gate) -> Page:
        """The page at ``url``, redirects followed. Time spent in ``gate`` is not counted.

        Refused and Failed as in ``errors``; what ``gate`` raises passes through.
        """
        target = parse(url, self._policy)
        hops: list[str] = []
        left = self._settings.total_timeout
        clock = asyncio.get_running_loop().time
        while True:
            async with gate(str(target)) as report:
                started = clock()
                page = await self._hop(target, left)
                left -= clock() - started
                report(page.status, page.retry_after)
            if page.status not in REDIRECTS:
                return Page(
                    page.url, page.status, page.headers, page.body, tuple(hops), page.retry_after
                )
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

    async def _hop(self, url: URL, limit: float) -> Page:
        assert self._session is not None, "used outside of its context"
        with _translated(url):
            async with (
                asyncio.timeout(limit),
                self._session.get(url, allow_redirects=False) as answer,
            ):
                if answer.status < 200:
                    raise Failed("protocol", f"status {answer.status}")
                headers: dict[str, str] = {}
                for name, value in answer.headers.items():
                    headers.setdefault(name.lower(), value)
                body = await self._content(answer)
        wait = retry_after(headers, datetime.now(UTC))
        return Page(str(url), answer.status, headers, body, (), wait)

    async def _content(self, answer: aiohttp.ClientResponse) -> bytes:
        if answer.status in REDIRECTS:
            return b""
        if answer.status < 400:
            return await _body(answer, self._settings.max_body)
        # The status says it all; a broken or huge error page must not hide it.
        return await _beginning(answer)

    def _new_session(self, lookup: Lookup | None) -> aiohttp.ClientSession:
        assert lookup is not None
        settings = self._settings
        connector = aiohttp.TCPConnector(
            limit=0,  # the gate limits; a wait for a place here would count as connecting
            ttl_dns_cache=60,
            dns_cache_max_size=20_000,
            keepalive_timeout=15,
            resolver=GuardedResolver(lookup, self._policy),
            socket_factory=socket_factory(self._policy),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            requote_redirect_url=False,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=settings.connect_timeout, sock_read=settings.read_timeout
            ),
            max_line_size=8_190,
            max_field_size=16_384,
            max_headers=128,
            headers={
                "User-Agent": self._agent,
                "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
                "Accept-Encoding": "gzip, deflate, br, zstd",
            },
        )


async def _body(answer: aiohttp.ClientResponse, cap: int) -> bytes:
    """The whole body, decoded; at most ``cap`` bytes before and after decoding."""
    if (answer.content_length or 0) > cap:
        raise Failed("too_large", f"{answer.content_length} bytes announced")
    decoder = _decoder(answer, cap)
    body = bytearray()
    async for chunk in answer.content.iter_any():
        for out in decoder.feed(chunk):
            body += out
    decoder.end()
    return bytes(body)


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    """Up to 64 KB of a body, as far as it can be read."""
    body = bytearray()
    with suppress(Failed, aiohttp.ClientPayloadError):
        decoder = _decoder(answer, GLIMPSE)
        async for chunk in answer.content.iter_any():
            for out in decoder.feed(chunk):
                body += out
    return bytes(body)


def _decoder(answer: aiohttp.ClientResponse, cap: int) -> Decoder:
    return Decoder(",".join(answer.headers.getall("Content-Encoding", ())), cap)


@contextmanager
def _translated(url: URL) -> Iterator[None]:
    """The client library's errors as ours. The order matters: several are also OSErrors."""
    try:
        yield
    except aiohttp.SocketTimeoutError as error:
        raise Failed("timeout_read", str(url)) from error
    except aiohttp.ConnectionTimeoutError as error:
        raise Failed("timeout_connect", str(url)) from error
    except TimeoutError as error:
        raise Failed("timeout_total", str(url)) from error
    except aiohttp.ClientPayloadError as error:
        raise Failed("body_broken", str(error)) from error
    except (aiohttp.InvalidURL, UnicodeError) as error:
        raise Refused("url_invalid", str(url)) from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise Failed("tls_verify", str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise _unconnected(error) from error
    except (aiohttp.ClientError, OSError) as error:
        raise Failed("protocol", f"{type(error).__name__}: {error}") from error


def _unconnected(error: aiohttp.ClientConnectorError) -> WebError:
    if isinstance(error.os_error, AddressRefused):
        return Refused("address_refused", f"{error.host}: {error.os_error}")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Failed("dns", str(error))
    if isinstance(error, aiohttp.ClientSSLError):
        return Failed("tls_handshake", str(error))
    return Failed("connect", str(error))
