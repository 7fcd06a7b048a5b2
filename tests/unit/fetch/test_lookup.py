"""Fetch does without Postgres, and does not ask it all the time while it is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from wireroom.fetch.lookup import LOG_EVERY, PAUSE, Recall, RecallMetrics
from wireroom.runtime.errors import Unavailable

ARTICLE = UUID(int=7)


class Away:
    """A database that nobody reaches, with a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.registry = CollectorRegistry()
        self.recall = Recall(self.open, RecallMetrics(self.registry), lambda: self.now)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        self.asked += 1
        if self.asked > 0:
            raise Unavailable("postgres_connection", "nobody there")
        yield None

    @property
    def blind(self) -> float | None:
        return self.registry.get_sample_value("wireroom_fetch_blind_total")


async def test_nothing_is_known_while_postgres_is_away_and_each_page_is_counted() -> None:
    away = Away()
    for _ in range(5):
        assert await away.recall(ARTICLE) is None
    assert (away.asked, away.blind) == (1, 5.0)


async def test_postgres_is_asked_again_after_a_pause() -> None:
    away = Away()
    for second in range(int(3 * PAUSE)):
        away.now = float(second)
        assert await away.recall(ARTICLE) is None
    assert away.asked == 3


async def test_it_is_logged_once_a_minute() -> None:
    away = Away()
    with capture_logs() as lines:
        for second in range(int(2 * LOG_EVERY)):
            away.now = float(second)
            await away.recall(ARTICLE)
    assert [(line["event"], line["reason"]) for line in lines] == [
        ("fetching_whole_pages", "postgres_connection")
    ] * 2


async def test_a_bug_is_not_taken_for_an_absence() -> None:
    class Broken(Away):
        @asynccontextmanager
        async def open(self) -> AsyncIterator[Any]:
            raise ZeroDivisionError
            yield

    with pytest.raises(ZeroDivisionError):
        await Broken().recall(ARTICLE)


async def test_closing_what_was_never_opened_is_fine() -> None:
    await Away().recall.close()
