"""robots.txt: what it says, and what its absence says."""

from __future__ import annotations

import asyncio
import time

import pytest

from wireroom.web.client import Page
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.robots import LARGEST, LONGEST_DELAY, Robots, parse

ORIGIN = "https://news.test"


@pytest.mark.parametrize(
    ("says", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/c", False),
        ("User-agent: *\nDisallow: /page\nAllow: /page", "/page", True),
        ("User-agent: *\nDisallow: /*/print", "/2026/print/1", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /search?", "/search?q=1", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: wireroom\nAllow: /", "/x", True),
        ("User-agent: WireRoom\nDisallow: /", "/x", False),
        ("User-agent: wireroom/2.0\nDisallow: /", "/x", False),
        ("User-agent: wireroombot\nDisallow: /", "/x", True),
        ("User-agent: x\nUser-agent: wireroom\nDisallow: /a", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("User-agent: *\nDisallow: /%C3%BCber", "/über", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("<!doctype html><html><body>Disallow: /</body></html>", "/x", True),
        ("\x00\x01\xff" * 100, "/x", True),
        ("", "/x", True),
    ],
)
def test_rules_are_read_as_the_rfc_says(says: str, path: str, allowed: bool) -> None:
    assert parse(says.encode(), "wireroom").allows(ORIGIN + path) is allowed


@pytest.mark.parametrize("rubbish", [b"\n", b" ", b"\t\n", b"user-agent:", b"user-agent: a\n"])
def test_rubbish_of_full_length_is_read_in_a_moment(rubbish: bytes) -> None:
    began = time.process_time()
    assert parse(rubbish * (LARGEST // len(rubbish)), "wireroom").allows(ORIGIN + "/x")
    assert time.process_time() - began < 5.0  # an expression that backtracks needs minutes


def test_a_byte_order_mark_left_in_would_open_the_site() -> None:
    from protego import Protego

    left_in = Protego.parse("\ufeffUser-agent: *\nDisallow: /a")
    assert left_in.can_fetch(ORIGIN + "/a", "wireroom"), "if not, the stripping may go"


@pytest.mark.parametrize(("asked", "obeyed"), [("5", 5.0), ("0.5", 0.5), ("86400", LONGEST_DELAY)])
def test_a_crawl_delay_is_obeyed_up_to_a_minute(asked: str, obeyed: float) -> None:
    assert parse(f"User-agent: *\nCrawl-delay: {asked}".encode(), "wireroom").delay() == obeyed


class Web:
    """A fake web: one answer for every request, which may be changed."""

    def __init__(self, answer: Page | WebError) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.now = 1_000.0

    async def get(self, url: str) -> Page:
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, WebError):
            raise self.answer
        return self.answer

    def robots(self) -> Robots:
        return Robots(self.get, "wireroom", lambda: self.now)


def page(status: int = 200, body: str = "User-agent: *\nDisallow: /no\nCrawl-delay: 2") -> Page:
    return Page(ORIGIN + "/robots.txt", status, {}, body.encode())


async def test_one_file_serves_all_pages_of_a_host_for_a_day() -> None:
    web = Web(page())
    robots = web.robots()
    delays = await asyncio.gather(*(robots.check(f"{ORIGIN}/{n}") for n in range(5)))
    assert delays == [2.0] * 5
    with pytest.raises(Failed) as caught:
        await robots.check(f"{ORIGIN}/no")
    assert caught.value.reason == "robots"
    assert web.asked == [f"{ORIGIN}/robots.txt"]
    web.now += 86_401
    await robots.check(f"{ORIGIN}/yes")
    await robots.check("https://news.test:8443/yes")
    assert len(web.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_a_missing_file_allows_everything(status: int) -> None:
    assert await Web(page(status)).robots().check(f"{ORIGIN}/no") == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        page(429),
        page(500),
        page(503),
        Failed("dns"),
        Failed("timeout_read"),
        Failed("connect"),
        Failed("tls_verify"),
    ],
)
async def test_a_file_that_cannot_be_had_allows_nothing_for_now(answer: Page | WebError) -> None:
    web = Web(answer)
    robots = web.robots()
    for _ in range(2):
        with pytest.raises(Failed) as caught:
            await robots.check(f"{ORIGIN}/yes")
        assert caught.value.reason == "robots_unreachable"
        assert caught.value.after == 30.0
    assert len(web.asked) == 1
    web.now += 31
    web.answer = page()
    await robots.check(f"{ORIGIN}/yes")


async def test_the_longer_a_host_is_away_the_less_it_is_asked() -> None:
    web = Web(page(503))
    robots = web.robots()
    waits = []
    for _ in range(10):
        with pytest.raises(Failed) as caught:
            await robots.check(f"{ORIGIN}/yes")
        waits.append(caught.value.after)
        web.now += caught.value.after
    assert waits[:3] == [30.0, 60.0, 120.0]
    assert waits[-1] == 7_200.0
    web.answer = page()
    await robots.check(f"{ORIGIN}/yes")


async def test_redirects_without_end_count_as_missing() -> None:
    assert await Web(Failed("too_many_redirects")).robots().check(f"{ORIGIN}/no") == 0.0


async def test_a_good_copy_serves_while_the_host_is_away() -> None:
    web = Web(page())
    robots = web.robots()
    await robots.check(f"{ORIGIN}/yes")
    web.answer = page(503)
    web.now += 86_401
    await robots.check(f"{ORIGIN}/yes")
    with pytest.raises(Failed) as caught:
        await robots.check(f"{ORIGIN}/no")
    assert caught.value.reason == "robots"
    web.now += 31 * 86_400
    with pytest.raises(Failed) as caught:
        await robots.check(f"{ORIGIN}/yes")
    assert caught.value.reason == "robots_unreachable"


async def test_a_refusal_by_the_guard_is_said_as_it_is() -> None:
    with pytest.raises(Refused) as caught:
        await Web(Refused("address_refused")).robots().check(f"{ORIGIN}/yes")
    assert caught.value.reason == "address_refused"


async def test_a_busy_host_is_said_as_it_is_and_not_remembered() -> None:
    web = Web(Failed("host_busy", after=40.0))
    robots = web.robots()
    with pytest.raises(Failed) as caught:
        await robots.check(f"{ORIGIN}/yes")
    assert (caught.value.reason, caught.value.after) == ("host_busy", 40.0)
    web.answer = page()
    await robots.check(f"{ORIGIN}/yes")


async def test_the_request_lives_on_when_the_first_asker_gives_up() -> None:
    web = Web(page())
    robots = web.robots()
    first = asyncio.create_task(robots.check(f"{ORIGIN}/yes"))
    await asyncio.sleep(0)
    first.cancel()
    assert await robots.check(f"{ORIGIN}/yes") == 2.0
    assert len(web.asked) == 1
    await robots.close()
