"""Manners and the whole stage against a server: robots.txt, turns, redirects, events."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from wireroom import fetch, urls
from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.runtime.errors import Permanent, Transient
from wireroom.runtime.stage import Drop
from wireroom.web.errors import Failed
from wireroom.web.polite import Polite, polite

from .conftest import GOOD, Names, Server, redirect, response, settings

PAGE = b"<!doctype html><title>Ferry</title><p>The ferry sails again.</p>"


async def test_robots_is_asked_first_and_once(good: Server) -> None:
    good.answers["/robots.txt"] = response(b"User-agent: *\nDisallow: /private")
    good.answers["/a"] = good.answers["/private/b"] = response(PAGE)
    root = f"http://news.test:{good.port}"
    async with polite(settings(good), lookup=Names(news=[[GOOD]])) as web:
        pages = await asyncio.gather(*(web.get(f"{root}/a") for _ in range(3)))
        with pytest.raises(Failed) as caught:
            await web.get(f"{root}/private/b")
    assert [page.body for page in pages] == [PAGE] * 3
    assert caught.value.reason == "robots"
    assert good.asked == ["/robots.txt", "/a", "/a", "/a"]
    assert good.connections == 1


async def test_a_redirect_does_not_lead_around_robots(good: Server) -> None:
    good.answers["/robots.txt"] = response(b"User-agent: *\nDisallow: /private")
    good.answers["/a"] = redirect("/private/b")
    good.answers["/private/b"] = response(PAGE)
    async with polite(settings(good), lookup=Names(news=[[GOOD]])) as web:
        with pytest.raises(Failed) as caught:
            await web.get(f"http://news.test:{good.port}/a")
    assert caught.value.reason == "robots"
    assert good.asked == ["/robots.txt", "/a"]


async def test_control_robots_may_be_ignored_by_setting(good: Server) -> None:
    good.answers["/robots.txt"] = response(b"User-agent: *\nDisallow: /")
    good.answers["/a"] = response(PAGE)
    async with polite(settings(good, robots="ignore"), lookup=Names(news=[[GOOD]])) as web:
        page = await web.get(f"http://news.test:{good.port}/a")
    assert page.body == PAGE
    assert good.asked == ["/a"]


async def test_a_wait_for_the_host_does_not_count_as_a_slow_page(good: Server) -> None:
    good.answers["/robots.txt"] = response(b"")
    good.answers["/a"] = response(PAGE)
    config = settings(good, host_delay=0.4, total_timeout=0.3)
    async with polite(config, lookup=Names(news=[[GOOD]])) as web:
        await web.get(f"http://news.test:{good.port}/a")


class Timed:
    """Answers with a page, or when told to with a complaint; notes when it is asked."""

    def __init__(self, *complaints: bytes) -> None:
        self.complaints = list(complaints)
        self.asked_at: list[float] = []

    async def answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        self.asked_at.append(asyncio.get_running_loop().time())
        writer.write(self.complaints.pop(0) if self.complaints else response(PAGE))
        await writer.drain()

    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.asked_at)]


async def hang(path: str, writer: asyncio.StreamWriter) -> None:
    await writer.wait_closed()  # until the client has had enough


async def test_three_hosts_one_hangs_one_asks_for_a_pause_and_the_third_does_not_wait(
    good: Server,
) -> None:
    limiting, quick = Timed(response(b"", "Retry-After: 2", status=429)), Timed()
    good.answers |= {"/limiting": limiting.answer, "/quick": quick.answer, "/hanging": hang}
    names = Names(limiting=[[GOOD]], quick=[[GOOD]], hanging=[[GOOD]])
    config = settings(good, robots="ignore", host_delay=0.05, park_after=5.0)

    async def get(web: Polite, name: str) -> int | str:
        try:
            return (await web.get(f"http://{name}.test:{good.port}/{name}")).status
        except Failed as error:
            return error.reason

    async with polite(config, lookup=names) as web:
        crowd = ["hanging", "limiting", "quick"] * 3
        got = await asyncio.gather(*(get(web, name) for name in crowd))
        by_name = {name: Counter(got[i::3]) for i, name in enumerate(crowd[:3])}
        assert by_name == {
            "hanging": {"timeout_read": 2, "host_down": 1},
            "limiting": {429: 1, 200: 2},
            "quick": {200: 3},
        }
        assert web.states() == {"active": 0, "waiting": 0, "down": 1}
        assert web.slowest(1)[0].host == "hanging.test"
        assert await get(web, "hanging") == "host_down"
    assert good.asked.count("/hanging") == 2
    asked_for, learnt = limiting.gaps()
    assert asked_for >= 2.0
    assert learnt >= 0.9, "twice the usual pause, a second at least"
    assert min(quick.gaps()) >= 0.045
    assert quick.asked_at[-1] < limiting.asked_at[1]


async def test_nobody_comes_during_a_crawl_delay_not_even_after_robots(good: Server) -> None:
    robots, page = Timed(response(b"User-agent: *\nCrawl-delay: 0.4")), Timed()
    good.answers |= {"/robots.txt": robots.answer, "/a": page.answer}
    async with polite(settings(good), lookup=Names(news=[[GOOD]])) as web:
        await asyncio.gather(*(web.get(f"http://news.test:{good.port}/a") for _ in range(3)))
    page.asked_at.insert(0, robots.asked_at[0])
    assert len(page.asked_at) == 4
    assert min(page.gaps()) >= 0.399


async def test_a_crawl_delay_of_an_hour_sends_pages_away_to_moments_of_their_own(
    good: Server,
) -> None:
    good.answers["/robots.txt"] = response(b"User-agent: *\nCrawl-delay: 3600")
    good.answers["/a"] = response(PAGE)
    async with polite(settings(good), lookup=Names(news=[[GOOD]])) as web:
        url = f"http://news.test:{good.port}/a"
        told = await asyncio.gather(*(web.get(url) for _ in range(3)), return_exceptions=True)
    waits = [error.after for error in told if isinstance(error, Failed)]
    assert waits == [pytest.approx(n * 3_600.0, abs=2.0) for n in (1, 2, 3)]
    assert good.asked == ["/robots.txt"]


async def test_a_wait_for_robots_can_be_called_off(good: Server) -> None:
    good.answers["/robots.txt"] = hang

    async def impatient(turn: asyncio.Future[None]) -> bool:
        await asyncio.wait((turn,), timeout=0.05)
        return turn.done()

    async with polite(settings(good), lookup=Names(news=[[GOOD]])) as web:
        with pytest.raises(Failed, match="host_busy"):
            await web.get(f"http://news.test:{good.port}/a", wait=impatient)
        assert web.states()["active"] == 1, "it goes on for those who come later"


async def test_the_stage_makes_a_page_of_a_url(good: Server) -> None:
    good.answers["/old"] = redirect("/new")
    good.answers["/new"] = response(PAGE, "Content-Type: text/html")
    good.answers["/busy"] = response(b"", "Retry-After: 7", status=503)
    root = f"http://{GOOD}:{good.port}"
    async with fetch.stage(settings(good)) as stage:
        assert (stage.name, stage.concurrency, stage.window) == ("fetch", 5_000, 1_000)
        assert stage.handle is not None
        event = ArticleSubmitted(url=f"{root}/old")
        outcome = await stage.handle(event)
        assert not isinstance(outcome, Drop)
        (article,) = outcome
        assert isinstance(article, ArticleFetched)
        assert article.article_id == urls.article_id(f"{root}/old") == stage.identify(event)
        assert (article.final_url, article.aliases) == (f"{root}/new", ())
        with pytest.raises(Permanent, match="http_404"):
            await stage.handle(ArticleSubmitted(url=f"{root}/missing"))
        with pytest.raises(Transient) as caught:
            await stage.handle(ArticleSubmitted(url=f"{root}/busy"))
        assert (caught.value.reason, caught.value.after) == ("http_503", 7.0)
        with pytest.raises(Permanent, match="address_refused"):
            await stage.handle(ArticleSubmitted(url=f"http://127.0.0.1:{good.port}/"))


async def test_the_stage_does_not_start_without_a_contact(good: Server) -> None:
    with pytest.raises(ValueError, match="WIREROOM_FETCH_CONTACT"):
        async with fetch.stage(settings(good, contact="")):
            pass
