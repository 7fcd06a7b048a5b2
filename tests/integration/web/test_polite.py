"""Manners and the whole stage against a server: robots.txt, turns, redirects, events."""

from __future__ import annotations

import asyncio

import pytest

from wireroom import fetch, urls
from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.runtime.errors import Permanent, Transient
from wireroom.runtime.stage import Drop
from wireroom.web.errors import Failed
from wireroom.web.polite import polite

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


async def test_the_stage_makes_a_page_of_a_url(good: Server) -> None:
    good.answers["/old"] = redirect("/new")
    good.answers["/new"] = response(PAGE, "Content-Type: text/html")
    good.answers["/busy"] = response(b"", "Retry-After: 7", status=503)
    root = f"http://{GOOD}:{good.port}"
    async with fetch.stage(settings(good)) as stage:
        assert (stage.name, stage.concurrency, stage.window) == ("fetch", 300, 1_000)
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
