"""The connections: how the client library is set up, and its errors as ours."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

import aiohttp
from yarl import URL

from wireroom.web.address import AddressInfo, AddressRefused, Policy, socket_factory
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.observer import Observer
from wireroom.web.resolver import GuardedResolver, Lookup
from wireroom.web.settings import Settings

Tls: TypeAlias = "ssl.SSLContext | None"


class Steps:
    """When one request got where, by the event loop's clock. ``began``: when it was made."""

    __slots__ = ("connected", "connecting")

    def __init__(self, began: float) -> None:
        self.connecting = 0.0
        self.connected = began


STEPS: ContextVar[Steps] = ContextVar("steps")
"""Those of the request that this task makes; to be set before each."""


class _Connector(aiohttp.TCPConnector):
    """Tells how long connecting took. A trace of the library does too, for 4 % of a page's cost."""

    def __init__(self, policy: Policy, lookup: Lookup, observer: Observer, tls: Tls) -> None:
        make = socket_factory(policy)
        self._clock = asyncio.get_running_loop().time
        self._observer = observer

        def noted(info: AddressInfo) -> socket.socket:
            STEPS.get().connecting = self._clock()
            return make(info)

        super().__init__(
            limit=0,  # the gate limits; a wait for a place here would count as connecting
            use_dns_cache=False,  # it forgets failures; ``lookup`` has one of its own
            keepalive_timeout=15,
            resolver=GuardedResolver(lookup, policy),
            socket_factory=noted,
            ssl=tls or True,
        )

    async def connect(self, *request: Any, **more: Any) -> aiohttp.connector.Connection:
        connection = await super().connect(*request, **more)
        steps = STEPS.get()
        if steps.connecting:  # else it was kept alive
            steps.connected = self._clock()
            self._observer.phase("connect", steps.connected - steps.connecting)
        return connection


def new_session(
    settings: Settings,
    policy: Policy,
    lookup: Lookup,
    observer: Observer,
    tls: Tls = None,
) -> aiohttp.ClientSession:
    """A session that takes nothing from the environment and remembers nothing.

    To be used with ``STEPS`` set. ``tls`` replaces the system's authorities.
    """
    return aiohttp.ClientSession(
        connector=_Connector(policy, lookup, observer, tls),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        proxy=settings.proxy or None,
        auto_decompress=False,
        requote_redirect_url=False,
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=settings.connect_timeout, sock_read=settings.read_timeout
        ),
        max_line_size=8_190,
        max_field_size=16_384,
        max_headers=128,
        headers={
            "User-Agent": settings.agent(),
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate, br, zstd",
        },
    )


@contextmanager
def translated(url: URL) -> Iterator[None]:
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
        raise _unconnected(error, url) from error
    except aiohttp.ClientHttpProxyError as error:  # the proxy answered CONNECT with no
        raise Failed("connect", f"proxy: {error.status} {error.message}") from error
    except (aiohttp.ClientError, OSError) as error:
        raise Failed("protocol", f"{type(error).__name__}: {error}") from error


def _unconnected(error: aiohttp.ClientConnectorError, url: URL) -> WebError:
    if isinstance(error.os_error, AddressRefused):
        return Refused("address_refused", f"{error.host}: {error.os_error}")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Failed("dns", str(error))
    # A reset comes after TCP's own handshake: where TLS follows, it is TLS that was cut off.
    reset = isinstance(error.os_error, ConnectionResetError) and url.scheme == "https"
    if isinstance(error, aiohttp.ClientSSLError) or reset:
        return Failed("tls_handshake", str(error))
    return Failed("connect", str(error))
