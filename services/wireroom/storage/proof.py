"""What ``wireroom verify`` asks of the database: states, ends and texts of what it has sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from wireroom.storage.pool import Pool, connection

_STATES = """
    SELECT submission_id, state, stage, reason FROM ledger_records
    WHERE submission_id = ANY($1::uuid[])
"""
_OPEN = """
    SELECT count(*) FROM unnest($1::uuid[]) AS sent (submission_id)
    LEFT JOIN ledger l USING (submission_id)
    WHERE l.submission_id IS NULL OR NOT l.intake OR l.since IS NOT NULL
"""
_ENDS = """
    SELECT h.submission_id, array_agg(DISTINCT concat_ws(' ', e.word, s.word, r.word)) AS ends
    FROM ledger_hop h
    JOIN ledger_word e ON e.id = h.event AND e.word = ANY($2::text[])
    JOIN ledger_word s ON s.id = h.stage
    LEFT JOIN ledger_word r ON r.id = h.reason
    WHERE h.submission_id = ANY($1::uuid[])
    GROUP BY h.submission_id
"""
_TEXTS = "SELECT article_id, text FROM article WHERE submitted_by = $1"


class Told(NamedTuple):
    """A state of the ledger: ``dead`` in a stage for a reason, ``indexed``, …"""

    state: str
    stage: str | None
    reason: str | None


async def open_cases(pool: Pool, submissions: Sequence[UUID]) -> int:
    """How many of them have no outcome in the ledger yet. Errors are those of ``storage.pool``."""
    async with connection(pool) as session:
        return int(await session.fetchval(_OPEN, submissions))


async def states(pool: Pool, submissions: Sequence[UUID]) -> dict[UUID, Told]:
    """What the ledger says of each that it knows."""
    async with connection(pool) as session:
        rows = await session.fetch(_STATES, submissions)
    return {row[0]: Told(row[1], row[2], row[3]) for row in rows}


async def ends(
    pool: Pool, submissions: Sequence[UUID], words: Sequence[str]
) -> dict[UUID, list[str]]:
    """The different ends that the journal tells of; ``words``: which entries are ends."""
    async with connection(pool) as session:
        rows = await session.fetch(_ENDS, submissions, words)
    return {row["submission_id"]: list(row["ends"]) for row in rows}


async def texts(pool: Pool, submitted_by: str) -> list[tuple[UUID, str]]:
    """Article and text of all rows of that name."""
    async with connection(pool) as session:
        rows = await session.fetch(_TEXTS, submitted_by)
    return [(row["article_id"], row["text"]) for row in rows]
