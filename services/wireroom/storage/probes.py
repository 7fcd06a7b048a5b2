"""Probes leave rows like any article; nobody wants them the day after."""

from __future__ import annotations

from wireroom.storage.pool import Pool, transaction

KEEP_HOURS = 24  # to look into what went wrong
BATCH = 1_000  # rows in one transaction: a third of a day's, some 10 ms

_OLD = """
    SELECT article_id FROM article
    WHERE probe AND indexed_at < now() - make_interval(hours => $1)
    ORDER BY indexed_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_THEIRS = "SELECT article_id FROM article WHERE probe AND submitted_by = $1 FOR UPDATE"
_DELETE = """
    WITH old AS ({which}), revisions AS (
        DELETE FROM article_revision WHERE article_id IN (SELECT article_id FROM old)
    ), headlines AS (
        DELETE FROM headline WHERE article_id IN (SELECT article_id FROM old)
    ), pages AS (
        DELETE FROM fetched WHERE article_id IN (SELECT article_id FROM old)
    ), aliases AS (
        DELETE FROM article_alias WHERE article_id IN (SELECT article_id FROM old)
    )
    DELETE FROM article WHERE article_id IN (SELECT article_id FROM old)
"""


async def prune(pool: Pool, hours: int = KEEP_HOURS) -> int:
    """Delete probes that were written more than ``hours`` ago; how many. ``Unavailable``."""
    deleted = 0
    while True:
        async with transaction(pool) as session:
            status = await session.execute(_DELETE.format(which=_OLD), hours, BATCH)
        count = int(status.split()[-1])
        deleted += count
        if count < BATCH:
            return deleted


async def remove(pool: Pool, submitted_by: str) -> int:
    """Delete the probes that were handed in under that name; how many. ``Unavailable``."""
    async with transaction(pool) as session:
        status = await session.execute(_DELETE.format(which=_THEIRS), submitted_by)
    return int(status.split()[-1])
