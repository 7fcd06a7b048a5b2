"""Whether the database answers, as readiness and as a metric."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from wireroom.index import DatabaseMetrics, Gauges, gauges
from wireroom.runtime.errors import Unavailable
from wireroom.storage import search, status


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Database:
    """Answers, is frozen, or refuses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self.thawed = asyncio.Event()
        self.thawed.set()
        self.refuses = False
        self.begun = asyncio.Event()
        monkeypatch.setattr(gauges, "time", self.clock)
        monkeypatch.setattr(gauges, "EVERY", 0.001)
        monkeypatch.setattr(status, "load", self.load)
        monkeypatch.setattr(status, "queues", self.queues)
        self.registry = CollectorRegistry()
        pool: Any = None
        self.gauges = Gauges(pool, DatabaseMetrics(self.registry), 0)

    async def load(self, pool: object) -> status.Load:
        self.begun.set()
        await self.thawed.wait()
        if self.refuses:
            raise Unavailable("postgres_connection", "gone")
        return status.Load(1, 1, 100)

    async def queues(self, pool: object) -> status.Queues:
        return status.Queues(search.Lag(0, 0.0), 0)

    async def next_look(self) -> None:
        """Begun after now, and the one before it done."""
        self.begun.clear()
        for _ in range(2):
            async with asyncio.timeout(5):
                await self.begun.wait()
            self.begun.clear()

    def up(self) -> float | None:
        return self.registry.get_sample_value("wireroom_postgres_up")

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.gauges.run(stop))
            yield
            stop.set()
            self.thawed.set()


async def test_a_frozen_database_shows_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(monkeypatch)
    async with database.watched():
        await database.next_look()
        assert (database.gauges.ready, database.up()) == (True, 1)
        database.thawed.clear()
        database.clock.now += 10
        assert database.gauges.trouble == "postgres is silent for 10 s"
        assert (database.gauges.ready, database.up()) == (False, 0)
        database.thawed.set()
        await database.next_look()
        assert (database.gauges.ready, database.up()) == (True, 1)


async def test_one_that_answers_is_ready_however_long_it_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: time alone makes nobody unready."""
    database = Database(monkeypatch)
    async with database.watched():
        for _ in range(5):
            database.clock.now += 100
            await database.next_look()
            assert database.gauges.ready


async def test_one_that_refuses_is_not_ready_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(monkeypatch)
    async with database.watched():
        database.refuses = True
        await database.next_look()
        assert database.gauges.trouble == "postgres_connection"
        database.refuses = False
        await database.next_look()
        assert database.gauges.ready
