"""``ledger check``: ledger and tables against each other; each disagreement is found."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.integration.ledger.test_service import read_all
from tests.integration.storage.sample import body, put, row

from wireroom.storage import Pool, connection, ledger_reading, submissions
from wireroom.storage.ledger_reading import Check
from wireroom.wire.memory import MemoryBroker

from . import stream


async def three_articles(pool: Pool) -> list[UUID]:
    """Handed in, indexed, settled, and read by the ledger."""
    broker, keys = MemoryBroker(partitions=2), [stream.new() for _ in range(3)]
    await stream.hand_in(broker, {key: n for n, key in enumerate(keys)})
    for n, key in enumerate(keys):
        await stream.journal(broker, stream.way(key, n))
        article = row(stream.url(n), body(f"story {n}"))
        await put(pool, article)
        async with connection(pool) as session:
            await submissions.settle(session, [(key, article.article_id)])
    await read_all(pool, broker)
    async with connection(pool) as session:  # as if the ledger looked a while after all this
        await session.execute("UPDATE ledger_reading SET read_to = now() + interval '5 min'")
    return keys


async def checked(pool: Pool, damage: str, *values: object) -> Check:
    async with connection(pool) as session:
        await session.execute(damage, *values)
    return await ledger_reading.check(pool, 100)


async def test_what_agrees_agrees(pool: Pool) -> None:
    await three_articles(pool)
    assert await ledger_reading.check(pool, 100) == Check([], [], [])


async def test_a_row_that_is_gone_is_found(pool: Pool) -> None:
    keys = await three_articles(pool)
    found = await checked(pool, "DELETE FROM article WHERE url = $1", stream.url(1))
    assert found == Check([str(keys[1])], [], [])


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM ledger WHERE submission_id = $1",
        "UPDATE ledger SET end_event = NULL WHERE submission_id = $1",
    ],
    ids=["no line", "no outcome"],
)
async def test_a_written_record_of_which_the_ledger_does_not_know_is_found(
    pool: Pool, damage: str
) -> None:
    keys = await three_articles(pool)
    found = await checked(pool, damage, keys[2])
    assert found.without_line == [str(keys[2])]


async def test_a_count_that_is_not_that_of_the_rows_is_found(pool: Pool) -> None:
    await three_articles(pool)
    damage = "UPDATE ledger_count SET records = 4 WHERE state > 0 AND records > 0"
    found = await checked(pool, damage)
    assert found.miscounted == [{"state": "indexed", "counted": 4, "there": 3}]
