"""Small servers on loopback. 127.0.0.2 plays the public host, 127.0.0.1 the forbidden one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest_asyncio

from wireroom.web.settings import Settings

GOOD = "127.0.0.2"
BAD = "127.0.0.1"

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Server:
    """A server that answers as ``answers`` say by path, and counts who comes.

    Raw sockets: what is tested here are answers that no server library would send.
    """

    port: int = 0
    answers: dict[str, Answer | bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    greeting: bytes = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(self.greeting)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ")[1]
                self.heads.append(head)
                self.asked.append(path)
                answer = self.answers.get(path.partition("?")[0], response(status=404))
                if not isinstance(answer, bytes):
                    await answer(path, writer)
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def response(body: bytes = b"", *headers: str, status: int = 200) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def redirect(place: str, status: int = 302) -> bytes:
    return response(b"", f"Location: {place}", status=status)


@asynccontextmanager
async def serving(
    host: str, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.serve, host, port, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


@pytest_asyncio.fixture
async def good() -> AsyncIterator[Server]:
    async with serving(GOOD) as server:
        yield server


@pytest_asyncio.fixture
async def bad(good: Server) -> AsyncIterator[Server]:
    """At the forbidden address, on the same port: only the address tells them apart."""
    async with serving(BAD, good.port) as server:
        server.answers["/secret"] = response(b"the secret")
        yield server


def settings(server: Server, **changed: object) -> Settings:
    """For tests: the good address is open, limits are short."""
    values: dict[str, object] = {
        "contact": "https://desk.test/bot",
        "ports": frozenset({server.port}),
        "allow_networks": (ip_network(f"{GOOD}/32"),),
        "host_delay": 0.0,
        "connect_timeout": 1.0,
        "read_timeout": 0.3,
        "total_timeout": 1.0,
        "max_body": 100_000,
        **changed,
    }
    return Settings.model_validate(values)


class Names:
    """A fake DNS. Each name has a list of answers, given in turn; the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {f"{name}.test": given for name, given in answers.items()}

    async def __call__(self, host: str) -> Sequence[str]:
        given = self.answers.get(host)
        if given is None:
            raise OSError(f"no such name: {host}")
        return given.pop(0) if len(given) > 1 else given[0]
