from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from wireroom.runtime.errors import Unavailable
from wireroom.storage import Pool, SchemaTooNew, connection, migrate, pending
from wireroom.storage.reading import show
from wireroom.storage.status import queues, server

from .sample import put, row


async def test_two_at_once_apply_everything_once(empty: Pool) -> None:
    names = await pending(empty)
    assert names
    one, two = await asyncio.gather(migrate(empty), migrate(empty))
    assert sorted(one + two) == names
    assert await pending(empty) == []
    assert await migrate(empty) == []


async def test_a_database_from_a_newer_version_is_refused(pool: Pool) -> None:
    async with connection(pool) as session:
        await session.execute("INSERT INTO schema_migration (name) VALUES ('9999_later')")
    with pytest.raises(SchemaTooNew, match="9999_later"):
        await migrate(pool)
    with pytest.raises(SchemaTooNew):
        await pending(pool)


async def test_without_its_tables_the_database_is_unavailable_and_says_what_to_run(
    empty: Pool,
) -> None:
    with pytest.raises(Unavailable, match=r"postgres_schema.*wireroom migrate"):
        await show(empty, "https://a.example/")
    assert (await server(empty)).pending == await pending(empty)


async def test_status_counts_what_waits(pool: Pool) -> None:
    await put(pool, row("https://a.example/", "Some text."))
    waiting = await queues(pool)
    assert (waiting.search.count, waiting.outbox) == (1, 0)
    found = await server(pool)
    assert found.size > 0
    assert 0 < found.connections <= found.connections_limit
    assert (found.read_only, found.pending) == (False, [])


async def test_the_public_view_has_no_probes(pool: Pool) -> None:
    await put(pool, row("https://a.example/", "One."))
    await put(pool, replace(row("https://b.example/", "Two."), probe=True))
    async with connection(pool) as session:
        assert await session.fetchval("SELECT array_agg(text) FROM articles") == ["One."]
