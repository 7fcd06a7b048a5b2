"""One article in the ledger: its submissions, every hop, and what the row says beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from wireroom.storage.pool import Connection, Pool, connection
from wireroom.storage.reading import named

COPIES = 5
SUBMISSIONS = 20

_ALIAS = "SELECT article_id FROM article_alias WHERE key = $1"
_SUBMISSIONS = f"""
    SELECT submission_id, article_id, accepted_at, s.word AS state, g.word AS stage,
           r.word AS reason, since, hop_until AS until, attempts, intake, probe, l.word AS lane,
           source, submitted_by
    FROM (
        SELECT * FROM ledger WHERE submission_id = $1
        UNION
        SELECT * FROM (
            SELECT * FROM ledger WHERE article_id = $1 OR article_id = $2
            ORDER BY accepted_at DESC LIMIT {SUBMISSIONS}
        ) AS newest
    ) AS found
    JOIN ledger_word s ON s.id = state
    LEFT JOIN ledger_word g ON g.id = stage
    LEFT JOIN ledger_word r ON r.id = reason
    LEFT JOIN ledger_word l ON l.id = lane
    ORDER BY accepted_at, submission_id
"""
_HOPS = """
    SELECT submission_id, at, g.word AS stage, e.word AS event, r.word AS reason, attempt, until,
           t.word AS topic, part AS partition, record_offset AS offset, waited_ms, worked_ms,
           i.word AS instance, v.word AS versions
    FROM ledger_hop
    JOIN ledger_word g ON g.id = stage
    JOIN ledger_word e ON e.id = event
    LEFT JOIN ledger_word r ON r.id = reason
    JOIN ledger_word t ON t.id = topic
    JOIN ledger_word i ON i.id = instance
    JOIN ledger_word v ON v.id = versions
    WHERE submission_id = ANY($1::uuid[])
    ORDER BY at, submission_id
"""
_ARTICLE = """
    SELECT article_id, url, canonical_url, source, title, length(text) AS characters, language,
           language_confidence, language_source, subjects, subjects_missing, removed, provenance,
           versions, revision, duplicate_of, probe, published_at, first_seen_at, indexed_at
    FROM article WHERE article_id = $1
"""
_ALIASES = "SELECT url FROM article_alias WHERE article_id = $1 ORDER BY url LIMIT 20"
_COPIES = f"""
    SELECT article_id, url FROM article WHERE duplicate_of = $1
    ORDER BY article_id LIMIT {COPIES}
"""
_REVISIONS = """
    SELECT revision, replaced_at FROM article_revision WHERE article_id = $1 ORDER BY revision
"""


async def trace(pool: Pool, id_or_url: str) -> dict[str, Any] | None:
    """``submissions``, each with its ``hops``, and the ``article``. None: nothing is known.

    ``id_or_url``: of the article or of a submission, or any URL that leads to it. ``article``
    is None where there is no row.
    """
    key = named(id_or_url)
    if key is None:
        return None
    async with connection(pool) as session:
        other = await session.fetchval(_ALIAS, key)
        submissions = [_row(row) for row in await session.fetch(_SUBMISSIONS, key, other)]
        ids = [one["article_id"] for one in submissions if one["article_id"]]
        article = await _article(session, [key, other, *ids])
        hops = await session.fetch(_HOPS, [one["submission_id"] for one in submissions])
    if not submissions and article is None:
        return None
    told = [_row(row) for row in hops]
    for one in submissions:
        own = [hop for hop in told if hop["submission_id"] == one["submission_id"]]
        one["hops"] = [{k: v for k, v in hop.items() if k != "submission_id"} for hop in own]
    return {"submissions": submissions, "article": article}


async def _article(session: Connection, keys: Sequence[UUID | str | None]) -> dict[str, Any] | None:
    for key in dict.fromkeys(key for key in keys if key):
        row = await session.fetchrow(_ARTICLE, key)
        if row is not None:
            found = _row(row)
            found["aliases"] = [r["url"] for r in await session.fetch(_ALIASES, key)]
            found["copies"] = [_row(r) for r in await session.fetch(_COPIES, key)]
            found["revisions"] = [_row(r) for r in await session.fetch(_REVISIONS, key)]
            return found
    return None


_JSON = frozenset(("versions", "subjects", "removed", "provenance"))


def _row(row: Any) -> dict[str, Any]:
    return {
        name: orjson.loads(value) if name in _JSON else str(value) if _is_id(name, value) else value
        for name, value in row.items()
    }


def _is_id(name: str, value: object) -> bool:
    return value is not None and (name.endswith("_id") or name == "duplicate_of")
