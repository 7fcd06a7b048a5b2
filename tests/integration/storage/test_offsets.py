from __future__ import annotations

import asyncio

import asyncpg
import pytest
from pydantic import SecretStr

from wireroom.runtime.errors import Unavailable
from wireroom.runtime.stage import Checkpoint, Fenced
from wireroom.storage import (
    Pool,
    PostgresOffsets,
    Settings,
    connection,
    offsets,
    open_pool,
    transaction,
)
from wireroom.storage.articles import write
from wireroom.wire.transport import Partition

from .sample import body, row

P0, P1 = Partition("articles.classified", 0), Partition("articles.classified", 1)


async def _batch(pool: Pool, checkpoint: Checkpoint, number: int) -> None:
    async with transaction(pool) as session:
        await checkpoint.save(session)
        await write(session, [row(f"https://a.example/{number}", body(f"batch {number}"))])


async def _count(pool: Pool) -> int:
    async with connection(pool) as session:
        count: int = await session.fetchval("SELECT count(*) FROM article")
        return count


async def test_the_first_claim_knows_no_place_and_the_next_one_goes_on_from_the_last_batch(
    pool: Pool,
) -> None:
    ours = PostgresOffsets(pool, "index")
    assert await ours.claim([P0, P1]) == {}
    for number, reached in enumerate(({P0: 5, P1: 3}, {P0: 9})):
        checkpoint = ours.checkpoint(reached)
        await _batch(pool, checkpoint, number)
        ours.saved(checkpoint)
    assert await PostgresOffsets(pool, "index").claim([P0, P1]) == {P0: 9, P1: 3}
    assert await PostgresOffsets(pool, "other").claim([P0]) == {}


async def _fail(pool: Pool, checkpoint: Checkpoint) -> None:
    async with transaction(pool) as session:
        await checkpoint.save(session)
        raise ZeroDivisionError


async def test_a_batch_that_was_rolled_back_is_tried_again_from_the_same_place(pool: Pool) -> None:
    ours = PostgresOffsets(pool, "index")
    await ours.claim([P0])
    with pytest.raises(ZeroDivisionError):
        await _fail(pool, ours.checkpoint({P0: 5}))
    await _batch(pool, ours.checkpoint({P0: 5}), 1)
    assert await PostgresOffsets(pool, "index").claim([P0]) == {P0: 5}


async def _zombie(pool: Pool) -> None:
    """A worker that lost one of its two partitions writes a batch of both."""
    zombie = PostgresOffsets(pool, "index")
    await zombie.claim([P0, P1])
    checkpoint = zombie.checkpoint({P0: 5, P1: 5})
    await PostgresOffsets(pool, "index").claim([P1])
    await _batch(pool, checkpoint, 1)


async def test_a_batch_of_a_worker_that_lost_a_partition_leaves_no_row(pool: Pool) -> None:
    with pytest.raises(Fenced, match="classified/1"):
        await _zombie(pool)
    assert await _count(pool) == 0
    assert await PostgresOffsets(pool, "index").claim([P0, P1]) == {}


async def test_without_the_epoch_the_rows_of_a_worker_that_lost_its_partition_get_in(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfenced = offsets._SAVE.replace("held.epoch = batch.epoch", "batch.epoch IS NOT NULL")
    assert unfenced != offsets._SAVE
    monkeypatch.setattr(offsets, "_SAVE", unfenced)
    await _zombie(pool)
    assert await _count(pool) == 1


async def test_a_claim_waits_for_the_batch_being_written_and_goes_on_behind_it(pool: Pool) -> None:
    first, second = PostgresOffsets(pool, "index"), PostgresOffsets(pool, "index")
    await first.claim([P0])
    async with transaction(pool) as session:
        await first.checkpoint({P0: 7}).save(session)
        claim = asyncio.create_task(second.claim([P0]))
        await asyncio.sleep(0.2)
        assert not claim.done()
    assert await claim == {P0: 7}


async def test_a_batch_from_before_our_own_next_claim_is_void(pool: Pool) -> None:
    ours = PostgresOffsets(pool, "index")
    await ours.claim([P0])
    before = ours.checkpoint({P0: 5})
    await ours.claim([P0])
    with pytest.raises(Fenced):
        await _batch(pool, before, 1)


async def test_a_partition_that_was_never_claimed_is_fenced(pool: Pool) -> None:
    with pytest.raises(Fenced):
        await _batch(pool, PostgresOffsets(pool, "index").checkpoint({P0: 5}), 1)


async def test_after_a_lost_commit_reply_the_retry_is_fenced_and_the_claim_goes_on_behind(
    pool: Pool, database: str
) -> None:
    """The server ends our connection after the commit and before we read its reply."""
    ours = PostgresOffsets(pool, "index")
    await ours.claim([P0])
    checkpoint = ours.checkpoint({P0: 5})
    with pytest.raises(Unavailable):
        await _commit_and_lose_the_reply(pool, checkpoint, database)
    with pytest.raises(Fenced):
        await _batch(pool, ours.checkpoint({P0: 5}), 2)
    assert await ours.claim([P0]) == {P0: 5}
    assert await _count(pool) == 1
    await _batch(pool, ours.checkpoint({P0: 6}), 3)


async def _commit_and_lose_the_reply(pool: Pool, checkpoint: Checkpoint, database: str) -> None:
    async with transaction(pool) as session:
        await checkpoint.save(session)
        await write(session, [row("https://a.example/1", body("bridges"))])
        await session.execute("COMMIT")  # done; what follows stands for the lost reply
        await _end(database, await session.fetchval("SELECT pg_backend_pid()"))


async def test_a_worker_that_stands_still_in_its_transaction_is_put_out(
    pool: Pool, database: str
) -> None:
    async with open_pool(Settings(dsn=SecretStr(database), idle_timeout=0.3)) as impatient:
        still = PostgresOffsets(impatient, "index")
        await still.claim([P0])
        with pytest.raises(Unavailable):
            await _stand_still(impatient, still.checkpoint({P0: 5}), pool)
    assert await PostgresOffsets(pool, "index").claim([P0]) == {}


async def _stand_still(impatient: Pool, checkpoint: Checkpoint, pool: Pool) -> None:
    async with transaction(impatient) as session:
        await checkpoint.save(session)
        async with asyncio.timeout(5):
            await PostgresOffsets(pool, "index").claim([P0])


async def _end(database: str, backend: int) -> None:
    other = await asyncpg.connect(database)
    try:
        await other.execute("SELECT pg_terminate_backend($1, 5000)", backend)
    finally:
        await other.close()
