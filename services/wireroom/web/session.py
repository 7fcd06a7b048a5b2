"""The connections: how the client library is set up, and its errors as ours."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from yarl import URL

from wireroom.web.address import AddressRefused, Policy, socket_factory
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.observer import Observer
from wireroom.web.resolver import GuardedResolver, Lookup
from wireroom.web.settings import Settings


class Steps:
    """When one request got where, by the event loop's clock. ``began``: when it was made."""

    __slots__ = ("connected", "connecting")

    def __init__(self, began: float) -> None:
        self.connecting = self.connected = began


def new_session(
    settings: Settings,
    policy: Policy,
    lookup: Lookup,
    observer: Observer,
    tls: ssl.SSLContext | None = None,
) -> aiohttp.ClientSession:
    """A session that takes nothing from the environment and remembers nothing.

    To be used with ``Steps`` as ``trace_request_ctx``. ``tls`` replaces the system's authorities.
    """
    connector = aiohttp.TCPConnector(
        limit=0,  # the gate limits; a wait for a place here would count as connecting
        use_dns_cache=False,  # it forgets failures; ``lookup`` has one of its own
        keepalive_timeout=15,
        resolver=GuardedResolver(lookup, policy),
        socket_factory=socket_factory(policy),
        ssl=tls or True,
    )
    return aiohttp.ClientSession(
        connector=connector,
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
        trace_configs=[_traced(observer)],
    )


def _traced(observer: Observer) -> aiohttp.TraceConfig:
    """Tells how long connecting took, and notes when it was done."""
    trace = aiohttp.TraceConfig()
    clock = asyncio.get_running_loop().time

    async def began(session: object, context: object, params: object) -> None:
        _steps(context).connecting = clock()

    async def ended(session: object, context: object, params: object) -> None:
        steps = _steps(context)
        steps.connected = clock()
        observer.phase("connect", steps.connected - steps.connecting)

    trace.on_connection_create_start.append(began)
    trace.on_dns_resolvehost_end.append(began)  # where a name had to be looked up first
    trace.on_connection_create_end.append(ended)
    return trace


def _steps(context: object) -> Steps:
    steps = getattr(context, "trace_request_ctx", None)
    assert isinstance(steps, Steps)
    return steps


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
