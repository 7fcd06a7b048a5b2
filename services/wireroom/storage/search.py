"""Fills ``article_search`` behind the writing of articles.

``to_tsvector`` takes 0.6 ms for 5 KB, fifteen times all the rest of a row, so it has its own
pace and its own lag. Several fillers may run: each takes what no other one holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.runtime.errors import Permanent
from wireroom.storage.pool import Connection, Pool, connection, transaction
from wireroom.storage.words import searchable

_TAKE = """
    WITH taken AS (
        DELETE FROM search_pending WHERE id IN (
            SELECT id FROM search_pending ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
        ) RETURNING article_id
    )
    SELECT article_id, title, text FROM article
    WHERE article_id IN (SELECT article_id FROM taken)
    ORDER BY article_id
"""
# revision: of two fillers that hold one article, the one with the older text changes nothing.
_FILL = """
    INSERT INTO article_search (article_id, revision, language, source, sort_at, tsv)
    SELECT a.article_id, a.revision, a.language, a.source,
           coalesce(a.published_at, a.first_seen_at),
           setweight(to_tsvector(news_ts_config(a.language), given.title), 'A')
           || setweight(to_tsvector(news_ts_config(a.language), given.text), 'C')
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (article_id, title, text)
    JOIN article AS a USING (article_id)
    ORDER BY a.article_id
    ON CONFLICT (article_id) DO UPDATE
    SET revision = excluded.revision, language = excluded.language, source = excluded.source,
        sort_at = excluded.sort_at, tsv = excluded.tsv
    WHERE article_search.revision < excluded.revision
"""
_LAG = "SELECT count(*), extract(epoch FROM now() - min(since))::float8 FROM search_pending"


@dataclass(frozen=True, slots=True)
class Lag:
    """Articles that can't be found yet, and for how many seconds the oldest has waited."""

    count: int
    oldest: float


async def fill(pool: Pool, limit: int = 100) -> int:
    """Make up to ``limit`` articles searchable; how many were taken.

    A text that Postgres won't index can't be found and never holds up the others.
    ``Unavailable`` when Postgres is away.
    """
    try:
        return await _fill(pool, limit, bare=False)
    except Permanent:
        taken = 0
        for _ in range(limit):
            taken += (done := await _one(pool))
            if not done:
                break
        return taken


async def lag(pool: Pool) -> Lag:
    """How far search is behind. ``Unavailable`` when Postgres is away."""
    async with connection(pool) as session:
        count, oldest = await session.fetchrow(_LAG) or (0, None)
    return Lag(count, oldest or 0.0)


async def _one(pool: Pool) -> int:
    try:
        return await _fill(pool, 1, bare=False)
    except Permanent:
        return await _fill(pool, 1, bare=True)


async def _fill(pool: Pool, limit: int, *, bare: bool) -> int:
    async with transaction(pool) as session:
        rows = await session.fetch(_TAKE, limit)
        if rows:
            await _store(session, [(r["article_id"], r["title"], r["text"]) for r in rows], bare)
        return len(rows)


async def _store(
    session: Connection, rows: list[tuple[object, str | None, str]], bare: bool
) -> None:
    await session.execute(
        _FILL,
        [article_id for article_id, _, _ in rows],
        ["" if bare else searchable(title or "") for _, title, _ in rows],
        ["" if bare else searchable(text) for _, _, text in rows],
    )
