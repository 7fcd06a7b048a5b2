"""Which submissions have their outcome: what is worked on twice is written once.

Stages before the index may hand on the same work twice after a crash. Without this, an
older text that comes again would replace a newer one, and outcomes would be counted twice.
A pair of submission and article counts, so that a client that sends the same submission id
with everything loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from wireroom.storage.pool import Connection, Pool, connection

KEEP_DAYS = 45  # past the 30 days in which a dead letter can be replayed

_SETTLE = """
    INSERT INTO submission (submission_id, article_id)
    SELECT DISTINCT submission_id, article_id
    FROM unnest($1::uuid[], $2::uuid[]) AS pair (submission_id, article_id)
    ORDER BY submission_id, article_id
    ON CONFLICT DO NOTHING
    RETURNING submission_id, article_id
"""
_PRUNE = "DELETE FROM submission WHERE settled_at < now() - make_interval(days => $1)"


async def settle(session: Connection, pairs: Sequence[tuple[UUID, UUID]]) -> list[bool]:
    """For each pair of submission and article, in order: True the first time it is seen.

    Works in the caller's transaction; a pair that another one is just settling is waited for.
    """
    if not pairs:
        return []
    found = await session.fetch(_SETTLE, [s for s, _ in pairs], [a for _, a in pairs])
    new = {(row["submission_id"].bytes, row["article_id"].bytes) for row in found}
    first = []
    for submission, article in pairs:
        key = (submission.bytes, article.bytes)
        first.append(key in new)
        new.discard(key)
    return first


async def prune(pool: Pool, days: int = KEEP_DAYS) -> None:
    """Forget what is older than any record that could still come again."""
    async with connection(pool) as session:
        await session.execute(_PRUNE, days)
