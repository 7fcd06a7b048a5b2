from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from wireroom.runtime.errors import Unavailable
from wireroom.storage import (
    Pool,
    SchemaTooNew,
    connection,
    migrate,
    pending,
    statements,
    transaction,
)
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


@pytest.mark.parametrize(
    ("statement", "types"),
    [
        (statements.ARTICLES, "uuid[]"),
        (statements.TEXTS, "uuid[]"),
        (statements.ALIASES, "uuid[]"),
        (statements.OLDEST, "bytea[], boolean[], uuid[]"),
        (statements.ORIGINALS, "uuid[], uuid[]"),
        (statements.KEEP, "uuid[], integer[]"),
    ],
)
async def test_a_plan_kept_from_an_empty_table_uses_the_indexes(
    pool: Pool, statement: str, types: str
) -> None:
    assert "Seq Scan" not in await _kept_plan(pool, statement, types)


async def test_without_the_setting_a_plan_kept_from_an_empty_table_reads_all_of_it(
    pool: Pool,
) -> None:
    plan = await _kept_plan(pool, statements.ARTICLES, "uuid[]", "SET LOCAL enable_seqscan = on")
    assert "Seq Scan" in plan


async def _kept_plan(pool: Pool, statement: str, types: str, first: str = "SELECT 1") -> str:
    async with transaction(pool) as session:
        await session.execute(first)
        await session.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await session.execute(f"PREPARE kept ({types}) AS {statement}")
        nothing = ", ".join("NULL" for _ in types.split(","))
        rows = await session.fetch(f"EXPLAIN EXECUTE kept ({nothing})")
        await session.execute("DEALLOCATE kept")
    return "\n".join(row[0] for row in rows)
