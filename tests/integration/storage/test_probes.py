"""Probes leave nothing behind, and articles keep everything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.integration.storage.sample import body, put, row

from wireroom.storage import Pool, connection, probes
from wireroom.storage.rows import Row

TABLES = ("article", "article_revision", "headline", "article_alias")


async def counts(pool: Pool) -> dict[str, int]:
    async with connection(pool) as session:
        return {name: await session.fetchval(f"SELECT count(*) FROM {name}") for name in TABLES}


async def grow_old(pool: Pool) -> None:
    async with connection(pool) as session:
        await session.execute("UPDATE article SET indexed_at = indexed_at - interval '25 hours'")


def written(number: int, *, probe: bool, minute: int = 0) -> Row:
    told = row(f"https://a.example/{number}", body(f"{number} {minute}"), minute=minute)
    return replace(told, probe=probe, headlines=(("A headline", "en"),))


async def test_probes_of_yesterday_go_with_all_that_is_theirs(pool: Pool) -> None:
    for minute in (0, 1):  # the second one is a revision
        await put(pool, *(written(n, probe=True, minute=minute) for n in range(5)))
        await put(pool, *(written(n, probe=False, minute=minute) for n in range(5, 8)))
    await grow_old(pool)
    await put(pool, written(9, probe=True))
    assert (await counts(pool))["headline"] == 17
    assert await probes.prune(pool) == 5
    assert await counts(pool) == {
        "article": 4, "article_revision": 3, "headline": 7, "article_alias": 0,
    }  # fmt: skip
    assert await probes.prune(pool) == 0


async def test_more_than_a_batch_is_deleted(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "BATCH", 4)
    await put(pool, *(written(n, probe=True) for n in range(10)))
    await grow_old(pool)
    assert await probes.prune(pool) == 10


async def test_probes_are_not_seen_by_readers_and_not_searched(pool: Pool) -> None:
    await put(pool, written(1, probe=True), written(2, probe=False))
    async with connection(pool) as session:
        assert await session.fetchval("SELECT count(*) FROM articles") == 1
        assert await session.fetchval("SELECT count(*) FROM search_pending") == 1


async def test_old_probes_are_found_by_an_index(pool: Pool) -> None:
    async with connection(pool) as session:
        plan = await session.fetch(
            "EXPLAIN SELECT article_id FROM article WHERE probe AND indexed_at < now()"
        )
    assert "article_probes" in str(plan)
