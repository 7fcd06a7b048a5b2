"""Bodies: how much memory they take together, what is unchanged, and who is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from unittest.mock import patch

from prometheus_client import CollectorRegistry

from wireroom.web.budget import FREE, STEP, Budget
from wireroom.web.client import Client, Validators
from wireroom.web.errors import Refused
from wireroom.web.metrics import WebMetrics
from wireroom.web.observer import Nobody, Phase

from .conftest import BAD, GOOD, Names, Server, redirect, response, settings

LARGE = FREE + 4 * STEP
LIMITS = {"max_body": LARGE, "body_budget": LARGE, "read_timeout": 5.0, "total_timeout": 20.0}


async def most_at_once(server: Server) -> int:
    """Bytes that 12 large bodies hold together at the worst moment, beyond what is free."""
    most = 0
    grant = Budget._grant

    def watch(budget: Budget, share: object, size: int) -> None:
        nonlocal most
        grant(budget, share, size)  # type: ignore[arg-type]  # a Share, seen from outside
        most = max(most, sum(budget._held.values()))

    server.answers["/"] = response(bytes(LARGE))
    with patch.object(Budget, "_grant", watch):
        async with Client(settings(server, **LIMITS), lookup=Names(news=[[GOOD]])) as client:
            url = f"http://news.test:{server.port}/"
            pages = await asyncio.gather(*(client.get(url) for _ in range(12)))
            assert not client._budget._held
    assert [len(page.body) for page in pages] == [LARGE] * 12
    return most


async def test_all_large_bodies_together_stay_within_the_budget(good: Server) -> None:
    assert await most_at_once(good) <= LARGE


async def test_control_without_the_budget_they_do_not(good: Server) -> None:
    with patch.object(Budget, "_safe", lambda self, share, size: True):
        assert await most_at_once(good) > LARGE


async def test_an_unchanged_page_is_not_sent_again(good: Server) -> None:
    tag, date = 'W/"é-1"', "Tue, 24 Nov 2026 12:00:00 +0000 (odd)"

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        same = "if-none-match" in good.heads[-1].lower()
        said = ("ETag: " + tag.encode().decode("latin-1"), f"Last-Modified: {date}")
        writer.write(response(b"" if same else b"news", *said, status=304 if same else 200))

    good.answers["/old"] = redirect("/new", 301)
    good.answers["/new"] = answer
    url = f"http://news.test:{good.port}/old"
    async with Client(settings(good), lookup=Names(news=[[GOOD]])) as client:
        first = await client.get(url)
        assert (first.status, first.body) == (200, b"news")
        assert first.validators == Validators(tag, date)
        again = await client.get(url, validators=first.validators)
        assert (again.status, again.body, len(again.hops)) == (304, b"", 1)
    head = good.heads[-1].encode("latin-1").decode()
    assert f"If-None-Match: {tag}\r\n" in head
    assert f"If-Modified-Since: {date}\r\n" in head


async def test_what_cannot_be_sent_back_as_it_came_is_left_out(good: Server) -> None:
    good.answers["/"] = response(b"news", 'ETag: "\xe9"')
    url = f"http://news.test:{good.port}/"
    async with Client(settings(good), lookup=Names(news=[[GOOD]])) as client:
        first = await client.get(url)
        for validators in (first.validators, Validators("a\r\nX-Smuggled: 1", "b\0")):
            page = await client.get(url, validators=validators)
            assert page.status == 200
    assert not any("if-" in head.lower() or "smuggled" in head.lower() for head in good.heads)


class Heard(Nobody):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.phases: Counter[str] = Counter()
        self.sizes: list[tuple[int, int]] = []
        self.refusals = 0
        self.flying = self.most_flying = 0

    def phase(self, phase: Phase, seconds: float) -> None:
        assert seconds >= 0
        self.phases[phase] += 1

    def size(self, wire: int, decoded: int) -> None:
        self.sizes.append((wire, decoded))

    def address_refused(self) -> None:
        self.refusals += 1

    def in_flight(self, change: int) -> None:
        self.flying += change
        self.most_flying = max(self.most_flying, self.flying)


async def test_an_observer_hears_of_every_step(good: Server) -> None:
    good.answers["/old"] = redirect("/new")
    good.answers["/new"] = response(b"hello", "Content-Encoding: utf-8")
    good.answers["/in"] = redirect(f"http://{BAD}:{good.port}/")
    heard, root = Heard(), f"http://news.test:{good.port}"
    async with Client(settings(good), lookup=Names(news=[[GOOD]]), observer=heard) as client:
        await client.get(f"{root}/old")
        assert heard.phases == {"dns": 1, "connect": 1, "first_byte": 2, "body": 2}
        assert heard.sizes == [(5, 5)]
        try:
            await client.get(f"{root}/in")
        except Refused:
            assert heard.refusals == 1
    assert (heard.flying, heard.most_flying, heard.refusals) == (0, 1, 1)


async def test_prometheus_hears_the_same(good: Server) -> None:
    registry = CollectorRegistry()
    good.answers["/"] = response(b"hello")
    client = Client(settings(good), lookup=Names(news=[[GOOD]]), observer=WebMetrics(registry))
    async with client:
        await client.get(f"http://news.test:{good.port}/")
    value = registry.get_sample_value
    assert value("wireroom_fetch_bytes_total", {"kind": "decoded"}) == 5
    assert value("wireroom_fetch_seconds_count", {"phase": "connect"}) == 1
    assert value("wireroom_fetch_in_flight") == 0
    assert value("wireroom_fetch_address_refused_total") == 0
