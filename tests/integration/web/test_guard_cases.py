"""154 ways inside, against real servers: none is found. Weaker guards that others use, the same
cases: they let some through, which is what shows that the cases are worth something.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from wireroom.web import resolver, session
from wireroom.web.address import AddressInfo, AddressRefused, Policy, socket_factory
from wireroom.web.client import Client
from wireroom.web.errors import WebError
from wireroom.web.resolver import GuardedResolver

from .conftest import Server, response, serving, settings
from .guard_cases import ANSWERS, CASES, COUNTS, GOOD, Case

FORBIDDEN = ("127.0.0.1", "127.0.0.3", "::1")
GetAll = Callable[["World", Case], Awaitable[None]]
Make = Callable[[AddressInfo], socket.socket]


class Dns:
    """Fake DNS; answers as ``ANSWERS`` says."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()

    async def __call__(self, host: str) -> Sequence[str]:
        name = host.rstrip(".").lower()
        if name not in ANSWERS:
            raise OSError(f"no such name: {host}")
        answers = ANSWERS[name]
        self._asked[name] += 1
        return answers[min(self._asked[name], len(answers)) - 1]


@dataclass(slots=True)
class World:
    """The public server, the forbidden ones on the same port, and who was about to be reached."""

    good: Server
    forbidden: list[Server]
    reached: set[str] = field(default_factory=set)
    dns: Dns = field(default_factory=Dns)

    def begin(self) -> None:
        self.dns = Dns()
        self.reached = set()
        for server in self.forbidden:
            server.connections = 0

    def breached(self) -> bool:
        return bool(self.reached - {GOOD}) or any(s.connections for s in self.forbidden)

    def urls(self, case: Case) -> list[str]:
        return [url.replace("{p}", str(self.good.port)) for url in case.urls]

    def watched(self, make: Make) -> Make:
        """``make``, noting whom it lets through; nobody outside of this machine is contacted."""

        def watch(info: AddressInfo) -> socket.socket:
            made = make(info)
            ip = str(info[4][0])
            self.reached.add(ip)
            if not ip_address(ip.partition("%")[0]).is_loopback:
                made.close()
                raise OSError("not contacted by this test")
            return made

        return watch


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        good = await stack.enter_async_context(serving(GOOD))
        forbidden = []
        for host in FORBIDDEN:
            with suppress(OSError):  # a machine without IPv6
                forbidden.append(await stack.enter_async_context(serving(host, good.port)))
        for server in (good, *forbidden):
            server.answers.update(_answers(good.port))
        yield World(good, forbidden)


def _answers(port: int) -> dict[str, bytes | Callable[..., Awaitable[None]]]:
    extra = ("Connection: close", "Set-Cookie: a=b", f'Alt-Svc: h2="127.0.0.1:{port}"')

    async def lead_on(path: str, writer: asyncio.StreamWriter) -> None:
        query = parse_qs(urlsplit(path).query)
        place = quote(query.get("to", [""])[0], safe="\\:/?#[]@!$&()*+,;=%\t")
        where = (f"Location: {place}",) if place else ()
        writer.write(response(b"", *extra, *where, status=302))

    async def more(path: str, writer: asyncio.StreamWriter) -> None:
        n = int(path.partition("=")[2]) + 1
        writer.write(response(b"", *extra, f"Location: /more?n={n}", status=302))

    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    return {
        **dict.fromkeys(("/ok", "/secret", f"/@127.0.0.1:{port}/x"), response(b"ok", *extra)),
        "/loop": response(b"", *extra, "Location: /loop", status=302),
        "/r": lead_on,
        "/more": more,
        "/upgrade": upgrade,
    }


@pytest.fixture
def trapped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Case, int], None]:
    """Sets a case's trap in the environment."""

    def set_up(case: Case, port: int) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "NETRC"):
            monkeypatch.delenv(name, raising=False)
        if case.trap == "proxy variables":
            for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        elif case.trap == ".netrc":
            (tmp_path / "netrc").write_text("machine news.test login u password p\n")
            monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    return set_up


def test_the_cases_are_counted() -> None:
    assert Counter(case.group for case in CASES) == COUNTS
    assert len(CASES) == 154


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_guard_lets_no_case_through(
    case: Case, trapped: Callable[[Case, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "REMEMBERED", 0.0)  # every connection asks the DNS anew
    async with world() as here:
        monkeypatch.setattr(
            session, "socket_factory", lambda policy: here.watched(socket_factory(policy))
        )
        trapped(case, here.good.port)
        # An opened network opens local names too; those cases need no server.
        opened: dict[str, object] = {"ports": frozenset({80, 443, here.good.port})}
        if case.group == "local names":
            opened["allow_networks"] = ()
        reason = ""
        try:
            async with Client(settings(here.good, **opened), lookup=here.dns) as client:
                for url in here.urls(case):
                    page = await client.get(url)
                    assert (page.status, page.body) == (200, b"ok")
        except WebError as error:
            reason = error.reason
        assert reason == case.reason
        assert not here.breached()
        heads = "".join(here.good.heads).lower()
        assert "cookie" not in heads
        assert "authorization" not in heads


class Unguarded(AbstractResolver):
    """Hands on whatever the DNS says."""

    def __init__(self, dns: Dns) -> None:
        self._dns = dns

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = [resolver._result(host, ip, port) for ip in await self._dns(host)]
        if not found:
            raise OSError(f"{host} has no address")
        return found

    async def close(self) -> None: ...


def _policy(here: World) -> Policy:
    return Policy.of(settings(here.good))


def _any_socket(info: AddressInfo) -> socket.socket:
    return socket.socket(info[0], info[1], info[2])


@asynccontextmanager
async def bare(
    here: World,
    *,
    guarded: AbstractResolver | None = None,
    make: Make = _any_socket,
    environment: bool = False,
) -> AsyncIterator[aiohttp.ClientSession]:
    """The client library as most would use it."""
    connector = aiohttp.TCPConnector(
        resolver=guarded or Unguarded(here.dns),
        socket_factory=here.watched(make),
        use_dns_cache=False,
    )
    async with aiohttp.ClientSession(
        connector=connector, trust_env=environment, timeout=aiohttp.ClientTimeout(total=2)
    ) as client:
        yield client


async def plain(here: World, case: Case) -> None:
    async with bare(here, environment=True) as client:
        await _get_all(client, here.urls(case))


async def resolver_only(here: World, case: Case) -> None:
    async with bare(here, guarded=GuardedResolver(here.dns, _policy(here))) as client:
        await _get_all(client, here.urls(case))


async def socket_only(here: World, case: Case) -> None:
    async with bare(here, make=socket_factory(_policy(here))) as client:
        await _get_all(client, here.urls(case))


async def check_then_connect(here: World, case: Case) -> None:
    """Look the name up, judge the answer, and hand the URL to the client."""
    policy = _policy(here)
    async with bare(here) as client:
        for url in here.urls(case):
            host = URL(url).host or ""
            try:
                found: Sequence[str] = [str(ip_address(host))]
            except ValueError:
                found = await here.dns(host)
            if not all(policy.permits(ip) for ip in found):
                raise AddressRefused(host)
            await _get_all(client, [url])


async def _get_all(client: aiohttp.ClientSession, urls: list[str]) -> None:
    for url in urls:
        async with client.get(url) as answer:
            await answer.read()


def _in_turn(here: World, trapped: Callable[[Case, int], None]) -> Iterator[Case]:
    for case in CASES:
        here.begin()
        trapped(case, here.good.port)
        yield case


@pytest.mark.parametrize(
    ("get_all", "breaches"),
    [(plain, 86), (resolver_only, 52), (check_then_connect, 13), (socket_only, 0)],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_control_weaker_guards_let_cases_through_and_the_socket_alone_none(
    get_all: GetAll, breaches: int, trapped: Callable[[Case, int], None]
) -> None:
    let_through: Counter[str] = Counter()
    async with world() as here:
        for case in _in_turn(here, trapped):
            with suppress(aiohttp.ClientError, OSError, ValueError, UnicodeError):
                await get_all(here, case)
            let_through[case.group] += here.breached()
    assert let_through.total() >= breaches, dict(let_through)
    assert breaches or not let_through.total()
