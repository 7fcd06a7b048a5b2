"""The address check where it is fitted: nothing reaches the forbidden server.

The controls at the end do the same with one part taken out, and get through: without them a
green test would prove nothing.
"""

from __future__ import annotations

import socket
from urllib.parse import quote

import aiohttp
import pytest

from wireroom.web.address import Policy
from wireroom.web.client import Client
from wireroom.web.errors import Refused
from wireroom.web.resolver import GuardedResolver, ThreadedLookup
from wireroom.web.settings import Settings

from .conftest import BAD, GOOD, Names, Server, redirect, response, settings

SPECIAL = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%lo",
]


async def refused(config: Settings, names: Names, url: str) -> str:
    async with Client(config, lookup=names) as client:
        with pytest.raises(Refused) as caught:
            await client.get(url)
    return caught.value.reason


@pytest.mark.parametrize("ip", SPECIAL)
async def test_a_name_that_stands_for_a_special_address_is_refused(
    good: Server, bad: Server, ip: str
) -> None:
    url = f"http://trap.test:{good.port}/secret"
    assert await refused(settings(good), Names(trap=[[ip]]), url) == "address_refused"
    assert bad.connections == 0


@pytest.mark.parametrize("order", [[GOOD, BAD], [BAD, GOOD], [BAD, "::1", GOOD]])
async def test_of_mixed_answers_only_the_permitted_one_is_used(
    good: Server, bad: Server, order: list[str]
) -> None:
    good.answers["/"] = response(b"public")
    async with Client(settings(good), lookup=Names(mixed=[order])) as client:
        page = await client.get(f"http://mixed.test:{good.port}/")
    assert page.body == b"public"
    assert bad.connections == 0


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.1:{port}/secret",
        "//127.0.0.1:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://trap.test:{port}/secret",
        "\\\\127.0.0.1:{port}\\secret",
    ],
)
async def test_a_redirect_does_not_lead_inside(good: Server, bad: Server, place: str) -> None:
    good.answers["/out"] = redirect(quote(place.format(port=good.port), safe="\\:/?[]"))
    names = Names(news=[[GOOD]], trap=[[BAD]])
    url = f"http://news.test:{good.port}/out"
    assert await refused(settings(good), names, url) == "address_refused"
    assert good.asked == ["/out"]
    assert bad.connections == 0


async def test_a_name_that_changes_its_address_is_refused_the_second_time(
    good: Server, bad: Server
) -> None:
    good.answers["/"] = response(b"public", "Connection: close")
    names = Names(rebind=[[GOOD], [BAD]])
    for expected in (True, False):  # each client has a DNS cache of its own
        async with Client(settings(good), lookup=names) as client:
            if expected:
                page = await client.get(f"http://rebind.test:{good.port}/")
                assert page.body == b"public"
            else:
                with pytest.raises(Refused):
                    await client.get(f"http://rebind.test:{good.port}/secret")
    assert bad.connections == 0


async def test_the_system_resolver_is_guarded_too(good: Server, bad: Server) -> None:
    lookup = ThreadedLookup(5.0)
    try:
        with pytest.raises(OSError, match="localhost stands for"):
            await GuardedResolver(lookup, Policy()).resolve("localhost", 80)
    finally:
        lookup.close()
    assert bad.connections == 0


async def test_an_opened_network_is_reached(good: Server, bad: Server) -> None:
    config = settings(good, allow_networks=Settings(allow_networks="127.0.0.0/8").allow_networks)
    async with Client(config, lookup=Names(trap=[[BAD]])) as client:
        page = await client.get(f"http://trap.test:{good.port}/secret")
    assert page.body == b"the secret"


async def test_control_the_socket_factory_alone_holds(
    good: Server, bad: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unguarded(self: GuardedResolver, host: str, port: int = 0, family: int = 0) -> object:
        return [_answer(host, BAD, port)]

    monkeypatch.setattr(GuardedResolver, "resolve", unguarded)
    url = f"http://trap.test:{good.port}/secret"
    assert await refused(settings(good), Names(), url) == "address_refused"
    assert bad.connections == 0


async def test_control_without_the_socket_factory_the_name_gets_through(
    good: Server, bad: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unguarded(self: GuardedResolver, host: str, port: int = 0, family: int = 0) -> object:
        return [_answer(host, BAD, port)]

    monkeypatch.setattr(GuardedResolver, "resolve", unguarded)
    monkeypatch.setattr(
        "wireroom.web.session.socket_factory", lambda policy: lambda info: socket.socket(*info[:3])
    )
    async with Client(settings(good), lookup=Names()) as client:
        page = await client.get(f"http://trap.test:{good.port}/secret")
    assert page.body == b"the secret"


async def test_control_a_resolver_alone_is_not_asked_about_literal_addresses(
    good: Server, bad: Server
) -> None:
    resolver = GuardedResolver(Names(), Policy())
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=resolver)) as session,
        session.get(f"http://127.0.0.1:{good.port}/secret") as answer,
    ):
        assert await answer.read() == b"the secret"


async def test_control_a_client_that_follows_redirects_itself_is_led_inside(
    good: Server, bad: Server
) -> None:
    good.answers["/out"] = redirect(f"http://127.0.0.1:{good.port}/secret")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{GOOD}:{good.port}/out") as answer,
    ):
        assert await answer.read() == b"the secret"


def _answer(host: str, ip: str, port: int) -> aiohttp.abc.ResolveResult:
    return aiohttp.abc.ResolveResult(
        hostname=host, host=ip, port=port, family=socket.AF_INET, proto=0, flags=0
    )
