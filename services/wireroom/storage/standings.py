"""Where submissions stand, read from the ledger's table for whoever looks at dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from wireroom.storage.pool import Pool, connection

_FOLLOWED = """
    SELECT EXISTS (
        SELECT FROM ledger_reading WHERE looked_at > now() - interval '5 minutes'
    )
"""
_STANDINGS = """
    SELECT submission_id, article_id, s.word AS state, g.word AS stage, r.word AS reason,
           t.word AS topic, end_part AS part, end_offset AS place,
           replayed_at IS NOT NULL AS replayed
    FROM ledger
    JOIN ledger_word s ON s.id = state
    LEFT JOIN ledger_word g ON g.id = stage
    LEFT JOIN ledger_word r ON r.id = reason
    LEFT JOIN ledger_word t ON t.id = end_topic
    WHERE submission_id = ANY($1::uuid[])
"""


async def is_followed(pool: Pool) -> bool:
    """Whether a ledger is kept: one that has read nothing for minutes tells the past.

    Errors as in ``pool.connection``; ``Unavailable`` where there are no such tables.
    """
    async with connection(pool) as session:
        return bool(await session.fetchval(_FOLLOWED))


async def standings(pool: Pool, submissions: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Those that the ledger knows, by id: ``article_id``, ``state``, ``stage``, ``reason``,
    ``replayed``; ``topic``, ``part``, ``place``: where the record lies that had the outcome.
    """
    async with connection(pool) as session:
        rows = await session.fetch(_STANDINGS, submissions)
    return {row["submission_id"]: dict(row) for row in rows}
