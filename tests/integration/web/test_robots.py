"""robots.txt over real connections: redirects, silence, statuses, one request for many pages."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from wireroom.web.client import Client
from wireroom.web.errors import Failed, Refused
from wireroom.web.robots import Result, Robots
from wireroom.web.robots_text import LARGEST

from .conftest import GOOD, Names, Server, redirect, response, settings

FILE = b"User-agent: *\nDisallow: /private\nCrawl-delay: 2\n"


class Desk:
    """Robots on a real client; two host names for one server."""

    def __init__(
        self, server: Server, client: Client, on_403: Literal["allow", "disallow"]
    ) -> None:
        self.root = f"http://news.test:{server.port}"
        self.results: list[Result] = []
        self.robots = Robots(
            client.get,
            "wireroom",
            asyncio.get_running_loop().time,
            on_403,
            self.results.append,
        )

    async def reason(self, path: str = "/a") -> str:
        with pytest.raises((Failed, Refused)) as caught:
            await self.robots.check(self.root + path)
        return caught.value.reason


def client(server: Server, **changed: object) -> Client:
    names = Names(news=[[GOOD]], other=[[GOOD]], inside=[["127.0.0.1"]])
    return Client(settings(server, **changed), lookup=names)


async def test_a_hundred_pages_ask_once(good: Server) -> None:
    good.answers["/robots.txt"] = response(FILE)
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        asking = (desk.robots.check(f"{desk.root}/{n}") for n in range(100))
        assert await asyncio.gather(*asking) == [2.0] * 100
        assert await desk.reason("/private/x") == "robots"
    assert good.asked == ["/robots.txt"]
    assert desk.results == ["ok"]


async def test_the_file_may_lie_on_another_host(good: Server) -> None:
    good.answers["/robots.txt"] = redirect(f"http://other.test:{good.port}/rules", 301)
    good.answers["/rules"] = response(FILE)
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        assert await desk.robots.check(f"{desk.root}/a") == 2.0
        assert await desk.reason("/private/x") == "robots"
    hosts = [head.split("Host: ")[1].split(":")[0] for head in good.heads]
    assert hosts == ["news.test", "other.test"]


@pytest.mark.parametrize(("hops", "result"), [(5, "ok"), (6, "none")])
async def test_five_redirects_are_followed_and_more_mean_no_file(
    good: Server, hops: int, result: str
) -> None:
    good.answers["/robots.txt"] = redirect("/1")
    for n in range(1, hops):
        good.answers[f"/{n}"] = redirect(f"/{n + 1}")
    good.answers[f"/{hops}"] = response(FILE)
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        await desk.robots.check(f"{desk.root}/a")
    assert desk.results == [result]


async def test_a_redirect_does_not_lead_around_the_address_check(good: Server, bad: Server) -> None:
    good.answers["/robots.txt"] = redirect(f"http://inside.test:{good.port}/secret")
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        assert await desk.reason() == "address_refused"
    assert bad.connections == 0
    assert desk.results == ["refused"]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_server_that_is_broken_or_busy_allows_nothing(good: Server, status: int) -> None:
    good.answers["/robots.txt"] = response(FILE, status=status)
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        assert await desk.reason() == await desk.reason() == "robots_unreachable"
    assert good.asked == ["/robots.txt"]
    assert desk.results == ["unreachable"]


async def test_a_name_that_does_not_exist_allows_nothing(good: Server) -> None:
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        desk.root = f"http://nowhere.test:{good.port}"
        assert await desk.reason() == "robots_unreachable"


async def test_a_server_that_never_answers_allows_nothing(good: Server) -> None:
    async def never(path: str, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    good.answers["/robots.txt"] = never
    async with client(good, read_timeout=0.1) as web:
        desk = Desk(good, web, "allow")
        assert await desk.reason() == "robots_unreachable"


async def test_a_file_that_breaks_off_allows_nothing(good: Server) -> None:
    whole = response(b"User-agent: *\nDisallow: /private\n")

    async def half(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(whole[:-10])
        await writer.drain()

    good.answers["/robots.txt"] = half
    async with client(good) as web:
        desk = Desk(good, web, "allow")
        assert await desk.reason() == "robots_unreachable"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_file_means_what_the_setting_says(good: Server, status: int) -> None:
    good.answers["/robots.txt"] = response(b"no", status=status)
    async with client(good) as web:
        open_desk, strict = Desk(good, web, "allow"), Desk(good, web, "disallow")
        assert await open_desk.robots.check(f"{open_desk.root}/a") == 0.0
        assert await strict.reason() == "robots"
    assert (open_desk.results, strict.results) == (["none"], ["forbidden"])


async def test_a_large_file_is_cut(good: Server) -> None:
    good.answers["/robots.txt"] = response(FILE + b"#" * LARGEST)
    async with client(good, max_body=2 * LARGEST) as web:
        desk = Desk(good, web, "allow")
        assert await desk.robots.check(f"{desk.root}/a") == 2.0
        assert await desk.reason("/private/x") == "robots"
    assert desk.results == ["too_large"]


async def test_a_file_above_the_largest_body_allows_nothing(good: Server) -> None:
    good.answers["/robots.txt"] = response(FILE + b"#" * LARGEST)
    async with client(good, max_body=LARGEST) as web:
        desk = Desk(good, web, "allow")
        assert await desk.reason() == "robots_unreachable"
