"""34 servers that hang, drip, lie and flood: each ends in time, with its reason.

Those that only a limit ends have short ones; the others end by themselves, however busy the
machine. The servers of a group are asked at once, so that it takes as long as its slowest.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable

import pytest

from wireroom.web import session
from wireroom.web.client import Client
from wireroom.web.errors import WebError

from .conftest import GOOD, Names, Server, settings

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"The ferry sails again. " * 2_000)
SHORT = {"read_timeout": 1.0, "total_timeout": 2.0}
LONG = {
    "connect_timeout": 30.0,
    "read_timeout": 30.0,
    "total_timeout": 60.0,
    "max_body": 10_000_000,
}
NEVER = 60.0

Send = Callable[[asyncio.StreamWriter], Awaitable[None]]


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(NEVER)


async def hang_in_body(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\nabc")
    await asyncio.sleep(NEVER)


async def slow_start(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.3)
    writer.write(HEAD + b"Content-Length: 5\r\n\r\nhello")


def drip(start: bytes, then: bytes) -> Send:
    """A byte now and then never trips a read timeout."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for byte in then:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    return send


def flood(start: bytes, piece: bytes) -> Send:
    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()

    return send


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def _with_length(body: bytes, *headers: str) -> bytes:
    lines = [*headers, f"Content-Length: {len(body)}"]
    return HEAD + "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


# What the server does, and how the GET ends: a reason, or the length of the page.
SERVERS: dict[str, tuple[Send | bytes, str | int]] = {
    "hangs before the head": (hang, "timeout_read"),
    "hangs in the body": (hang_in_body, "timeout_read"),
    "drips the head": (drip(b"", HEAD * 25), "timeout_total"),
    "drips the body": (drip(HEAD + b"Content-Length: 900\r\n\r\n", b"x" * 900), "timeout_total"),
    "starts late": (slow_start, 5),
    "body shorter than announced": (HEAD + b"Content-Length: 1000\r\n\r\nabc", "body_broken"),
    "broken chunk": (CHUNKED + b"zz\r\nabc\r\n", "protocol"),
    "cut chunk": (CHUNKED + b"5\r\nab", "body_broken"),
    "one byte in each of 300,000 chunks": (
        CHUNKED + b"1\r\nx\r\n" * 300_000 + b"0\r\n\r\n",
        300_000,
    ),
    "header line of 100 KB": (HEAD + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n", "protocol"),
    "20,000 headers": (HEAD + b"X-A: a\r\n" * 20_000 + b"\r\n", "protocol"),
    "endless headers": (flood(HEAD, b"X-A: aaaaaaaaaaaaaaaa\r\n"), "protocol"),
    "endless body": (flood(HEAD + b"\r\n", b"x" * 65_536), "too_large"),
    "endless chunks": (flood(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"), "too_large"),
    "says gzip, sends text": (_with_length(b"hello", "Content-Encoding: gzip"), 5),
    "cut gzip, matching length": (
        _with_length(PACKED[: len(PACKED) // 2], "Content-Encoding: gzip"),
        "body_truncated",
    ),
    "unknown encoding": (_with_length(b"hello", "Content-Encoding: compress"), "encoding"),
    "a charset as encoding": (_with_length(b"hello", "Content-Encoding: UTF-8"), 5),
    "no length": (HEAD + b"\r\nhello", 5),
    "HTTP/0.9": (b"<html>hello", "protocol"),
    "HTTP/1.0 without length": (b"HTTP/1.0 200 OK\r\n\r\nhello", 5),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", 5),
    "two lengths": (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "protocol"),
    "length and chunks": (
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "protocol",
    ),
    "header without colon": (HEAD + b"Bad Header\r\n\r\nhello", "protocol"),
    "blank in a header's name": (_with_length(b"hello", "X Y: 1"), "protocol"),
    "umlaut in a header's name": (_with_length(b"hello", "X-Größe: 1"), "protocol"),
    "no reason phrase": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", 5),
    "status 999": (b"HTTP/1.1 999 No\r\nContent-Length: 5\r\n\r\nhello", 5),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + _with_length(b"hello"), 5),
    "100,000 early hints": (
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100_000,
        "protocol",
    ),
    "reset": (reset, "protocol"),
    "closes at once": (b"", "protocol"),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", 0),
}


def _answer(send: Send | bytes) -> Callable[[str, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        if isinstance(send, bytes):
            writer.write(send)
            await writer.drain()
        else:
            await send(writer)

    return answer


async def _ends(client: Client, url: str) -> str | int:
    try:
        return len((await client.get(url)).body)
    except WebError as error:
        return error.reason


async def _all_end(good: Server, names: list[str], limits: dict[str, float]) -> None:
    for n, name in enumerate(names):
        good.answers[f"/{n}"] = _answer(SERVERS[name][0])
    async with Client(settings(good, **limits), lookup=Names(news=[[GOOD]])) as client:
        ends = await asyncio.gather(
            *(_ends(client, f"http://news.test:{good.port}/{n}") for n in range(len(names)))
        )
    assert dict(zip(names, ends, strict=True)) == {name: SERVERS[name][1] for name in names}


def _is_endless(name: str) -> bool:
    return str(SERVERS[name][1]).startswith("timeout")


def test_the_servers_are_counted() -> None:
    assert len(SERVERS) == 34
    assert sum(map(_is_endless, SERVERS)) == 4


async def test_who_hangs_or_drips_is_ended_by_its_limit(good: Server) -> None:
    began = time.monotonic()
    await _all_end(good, [name for name in SERVERS if _is_endless(name)], SHORT)
    assert time.monotonic() - began < 30  # 2 s, and room for a busy machine; the drips take 45


async def test_every_other_server_ends_at_once_and_with_its_reason(good: Server) -> None:
    spent = time.process_time()
    await _all_end(good, [name for name in SERVERS if not _is_endless(name)], LONG)
    assert time.process_time() - spent < 15  # both sides of all floods together: about 2 s


async def test_control_without_the_total_limit_a_drip_goes_on(
    good: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = asyncio.Event()

    async def send(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 900\r\n\r\n")
        for _ in range(8):  # four times the total limit below
            writer.write(b"x")
            await asyncio.sleep(0.1)
        sent.set()
        writer.write(b"x" * 892)

    good.answers["/"] = send
    config = settings(good, read_timeout=5.0, total_timeout=0.2)
    url = f"http://news.test:{good.port}/"
    async with Client(config, lookup=Names(news=[[GOOD]])) as client:
        assert await _ends(client, url) == "timeout_total"
        assert not sent.is_set()
        assert client._session is not None
        session.STEPS.set(session.Steps(0.0))
        async with client._session.get(url) as answer:
            assert len(await answer.read()) == 900
