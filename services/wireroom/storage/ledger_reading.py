"""The ledger's tables, read: the balance, what is missing, whether it agrees with the rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from wireroom.storage.pool import Connection, Pool, connection, transaction

By: TypeAlias = Literal["hour", "source", "language"]

_TOTALS = """
    SELECT word, sum(records)::bigint AS records
    FROM ledger_count JOIN ledger_word ON id = state WHERE NOT probe GROUP BY word
"""
_BALANCE = """
    SELECT s.word AS state, g.word AS stage, r.word AS reason, sum(records)::bigint AS records
    FROM ledger_count
    JOIN ledger_word s ON s.id = state
    LEFT JOIN ledger_word g ON g.id = stage
    LEFT JOIN ledger_word r ON r.id = reason
    WHERE probe = $1 AND ($2::timestamptz IS NULL OR hour >= $2)
    GROUP BY 1, 2, 3 HAVING sum(records) <> 0
"""
_ACCEPTED = """
    SELECT coalesce(sum(records), 0)::bigint FROM ledger_count
    WHERE state = 0 AND probe = $1 AND ($2::timestamptz IS NULL OR hour >= $2)
"""
_BY_HOUR = """
    SELECT hour AS key, word AS state, sum(records)::bigint AS records
    FROM ledger_count JOIN ledger_word ON id = state
    WHERE probe = $1 AND ($2::timestamptz IS NULL OR hour >= $2)
    GROUP BY 1, 2 HAVING sum(records) <> 0
"""
_BY_SOURCE = """
    SELECT key, word AS state, records FROM (
        SELECT source AS key, state, count(*) AS records FROM ledger
        WHERE intake AND probe = $1 AND ($2::timestamptz IS NULL OR accepted_at >= $2)
        GROUP BY 1, 2
    ) AS counted JOIN ledger_word ON id = state
"""
_BY_LANGUAGE = """
    SELECT key, word AS state, records FROM (
        SELECT language AS key, state, count(*) AS records
        FROM ledger LEFT JOIN article_search USING (article_id)
        WHERE intake AND probe = $1 AND ($2::timestamptz IS NULL OR accepted_at >= $2)
        GROUP BY 1, 2
    ) AS counted JOIN ledger_word ON id = state
"""
_GROUPED: dict[By, str] = {"hour": _BY_HOUR, "source": _BY_SOURCE, "language": _BY_LANGUAGE}

# Parked records by what they still have to wait, in steps of the retry tiers.
_PARKED = """
    SELECT CASE WHEN since <= now() THEN 'due' WHEN since <= now() + interval '1 min' THEN '1m'
           WHEN since <= now() + interval '10 min' THEN '10m' WHEN since <= now() + interval '2 h'
           THEN '2h' ELSE 'longer' END AS wait, count(*) AS records
    FROM ledger JOIN ledger_word ON id = state
    WHERE since IS NOT NULL AND word = 'parked' AND intake AND probe = $1
      AND ($2::timestamptz IS NULL OR accepted_at >= $2)
    GROUP BY 1
"""
_OPEN = """
    SELECT submission_id, article_id, accepted_at, since, s.word AS state, g.word AS stage,
           r.word AS reason, source, submitted_by, attempts, hs.word AS hop_stage,
           he.word AS hop_event, hop_at, ht.word AS hop_topic, hop_part, hop_offset
    FROM ledger
    JOIN ledger_word s ON s.id = state
    LEFT JOIN ledger_word g ON g.id = stage
    LEFT JOIN ledger_word r ON r.id = reason
    LEFT JOIN ledger_word hs ON hs.id = hop_stage
    LEFT JOIN ledger_word he ON he.id = hop_event
    LEFT JOIN ledger_word ht ON ht.id = hop_topic
    WHERE since IS NOT NULL AND intake AND probe = $1 AND since < $2
    ORDER BY since LIMIT $3
"""
_MISSING = "SELECT count(*) FROM ledger WHERE since < $1 AND intake AND NOT probe"
_STRANGERS = "SELECT count(*) FROM ledger WHERE NOT intake"
_READ = """
    SELECT topic, min(read_to) AS read_to, sum(behind)::bigint AS behind,
           max(looked_at) AS looked_at
    FROM ledger_reading GROUP BY topic ORDER BY topic
"""
# What the ledger can't have read yet is not missing.
_LIMIT = """
    SELECT min(read_to) - make_interval(secs => $1) FROM ledger_reading
    WHERE topic = 'articles.journal'
"""
_SETTLED = """
    end_event IN (SELECT id FROM ledger_word
                  WHERE word IN ('indexed', 'duplicate', 'revised', 'unchanged'))
"""
_NO_ROW = f"""
    SELECT submission_id FROM ledger
    WHERE intake AND NOT probe AND {_SETTLED}
      AND NOT EXISTS (SELECT FROM article WHERE article.article_id = ledger.article_id)
    LIMIT $1
"""
_NO_LINE = f"""
    SELECT submission_id FROM submission
    WHERE settled_at >= (SELECT min(hour) FROM ledger_count)
      AND settled_at < (SELECT min(read_to) FROM ledger_reading) - interval '1 min'
      AND NOT EXISTS (SELECT FROM ledger
                      WHERE ledger.submission_id = submission.submission_id AND {_SETTLED})
    LIMIT $1
"""
_MISCOUNTED = """
    SELECT s.word AS state, coalesce(counted.records, 0) AS counted,
           coalesce(there.records, 0) AS there
    FROM (SELECT state, sum(records) AS records FROM ledger_count GROUP BY 1) AS counted
    FULL JOIN (SELECT state, count(*) AS records FROM ledger WHERE intake GROUP BY 1) AS there
        USING (state)
    JOIN ledger_word s ON s.id = state
    WHERE coalesce(counted.records, 0) <> coalesce(there.records, 0)
"""


_FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Balance:
    """``lines``: state, stage, reason, records; counted apart from them, ``accepted``.
    ``reading``: by topic, how far it has been read.
    """

    accepted: int
    lines: Sequence[Mapping[str, Any]]
    parked: Mapping[str, int]
    oldest: Mapping[str, Any] | None
    strangers: int
    reading: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """Submissions, up to a limit; and states whose count is not that of the rows."""

    without_row: Sequence[str]
    without_line: Sequence[str]
    miscounted: Sequence[Mapping[str, Any]]


async def totals(pool: Pool, states: Collection[str]) -> dict[str, int]:
    """Records by state, probes left out. ``Unavailable``."""
    async with connection(pool) as session:
        found = {row["word"]: row["records"] for row in await session.fetch(_TOTALS)}
    return {state: found.get(state, 0) for state in states}


async def count_missing(pool: Pool, deadline: float) -> int | None:
    """Records on their way without a sign for ``deadline`` seconds; None: nothing was read yet."""
    async with connection(pool) as session:
        limit = await session.fetchval(_LIMIT, deadline)
        return None if limit is None else int(await session.fetchval(_MISSING, limit))


async def missing(pool: Pool, deadline: float, limit: int) -> list[dict[str, Any]]:
    """The longest missing ones first, each with its last known hop."""
    async with connection(pool) as session:
        before = await session.fetchval(_LIMIT, deadline)
        return [] if before is None else await _open(session, False, before, limit)


async def balance(pool: Pool, since: datetime | None, *, probes: bool = False) -> Balance:
    """Of what was accepted since the full hour ``since``. One moment for all of it."""
    async with transaction(pool) as session:
        await session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        oldest = await _open(session, probes, _FOREVER, 1)
        return Balance(
            accepted=int(await session.fetchval(_ACCEPTED, probes, since)),
            lines=[dict(row) for row in await session.fetch(_BALANCE, probes, since)],
            parked={
                row["wait"]: row["records"] for row in await session.fetch(_PARKED, probes, since)
            },
            oldest=oldest[0] if oldest else None,
            strangers=int(await session.fetchval(_STRANGERS)),
            reading=[dict(row) for row in await session.fetch(_READ)],
        )


async def grouped(
    pool: Pool, by: By, since: datetime | None, *, probes: bool = False
) -> list[dict[str, Any]]:
    """``key``, ``state``, ``records``. All but ``hour`` read every record since then."""
    async with transaction(pool) as session:
        await session.execute("SET LOCAL enable_seqscan = on")
        return [dict(row) for row in await session.fetch(_GROUPED[by], probes, since)]


async def check(pool: Pool, limit: int) -> Check:
    """Compare the ledger with what it is about. Reads all of it: minutes for tens of millions."""
    async with transaction(pool) as session:
        await session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        await session.execute("SET LOCAL enable_seqscan = on")
        await session.execute("SET LOCAL statement_timeout = 0")
        found = [
            [str(row["submission_id"]) for row in await session.fetch(query, limit, timeout=3600)]
            for query in (_NO_ROW, _NO_LINE)
        ]
        miscounted = await session.fetch(_MISCOUNTED, timeout=3600)
    return Check(found[0], found[1], [dict(row) for row in miscounted])


async def _open(
    session: Connection, probes: bool, before: datetime, limit: int
) -> list[dict[str, Any]]:
    rows = await session.fetch(_OPEN, probes, before, limit)
    return [dict(row) for row in rows]
