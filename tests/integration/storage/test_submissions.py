"""Work that is done twice is written once; what only looks alike is not lost."""

from __future__ import annotations

from uuid import uuid4

from wireroom.storage import submissions
from wireroom.storage.pool import Pool, transaction


async def test_a_pair_is_new_once_in_a_batch_and_over_batches(pool: Pool) -> None:
    one, other = (uuid4(), uuid4()), (uuid4(), uuid4())
    async with transaction(pool) as session:
        assert await submissions.settle(session, [one, one, other]) == [True, False, True]
    async with transaction(pool) as session:
        assert await submissions.settle(session, [other, one]) == [False, False]


async def test_one_submission_id_for_two_articles_loses_neither(pool: Pool) -> None:
    shared = uuid4()
    pairs = [(shared, uuid4()), (shared, uuid4())]
    async with transaction(pool) as session:
        assert await submissions.settle(session, pairs) == [True, True]


async def test_a_pair_of_a_transaction_that_failed_is_new_again(pool: Pool) -> None:
    pair = (uuid4(), uuid4())
    async with pool.acquire() as session:
        undone = session.transaction()
        await undone.start()
        assert await submissions.settle(session, [pair]) == [True]
        await undone.rollback()
        async with session.transaction():
            assert await submissions.settle(session, [pair]) == [True]


async def test_pruning_takes_what_is_old_and_nothing_else(pool: Pool) -> None:
    old, new = (uuid4(), uuid4()), (uuid4(), uuid4())
    async with transaction(pool) as session:
        await submissions.settle(session, [old, new])
        await session.execute(
            "UPDATE submission SET settled_at = now() - interval '46 days' WHERE submission_id = $1",
            old[0],
        )
    await submissions.prune(pool)
    async with transaction(pool) as session:
        assert await submissions.settle(session, [old, new]) == [True, False]
