"""One article in the ledger: its submissions, every hop, and what the row says beside it."""

from __future__ import annotations

from typing import Any

import orjson

from wireroom.storage.pool import Pool, connection
from wireroom.storage.reading import named

COPIES = 5
ALIASES = 20
SUBMISSIONS = 20

_ALIAS = "SELECT article_id FROM article_alias WHERE key = $1"  # of whom it is another URL
_SUBMISSIONS = f"""
    SELECT submission_id, article_id, accepted_at, s.word AS state, g.word AS stage,
           r.word AS reason, since, hop_until AS until, attempts, intake, probe, l.word AS lane,
           source, submitted_by
    FROM (
        SELECT * FROM ledger WHERE submission_id = $1
        UNION
        SELECT * FROM (
            SELECT * FROM ledger WHERE article_id = $1 OR article_id = ({_ALIAS})
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
    SELECT submission_id, at, g.word AS stage, e.word AS event, r.word AS reason, detail,
           attempt, until, t.word AS topic, part AS partition, record_offset AS offset, waited_ms,
           worked_ms, i.word AS instance, v.word AS versions
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
_ARTICLE = f"""
    WITH wanted AS (
        SELECT $1::uuid AS id, 1 AS place
        UNION ALL SELECT article_id, 2 FROM ({_ALIAS}) AS other
        UNION ALL SELECT id, 3 FROM unnest($2::uuid[]) AS id
    )
    SELECT article_id, url, canonical_url, source, title, length(text) AS characters, language,
           language_confidence, language_source, subjects, subjects_missing, removed, provenance,
           versions, revision, duplicate_of, probe, published_at, first_seen_at, indexed_at,
           (SELECT coalesce(jsonb_agg(url), '[]') FROM (
               SELECT url FROM article_alias AS a WHERE a.article_id = article.article_id
               ORDER BY url LIMIT {ALIASES}) AS known) AS aliases,
           (SELECT coalesce(jsonb_agg(to_jsonb(copy)), '[]') FROM (
               SELECT c.article_id, c.url FROM article AS c
               WHERE c.duplicate_of = article.article_id
               ORDER BY c.article_id LIMIT {COPIES}) AS copy) AS copies,
           (SELECT coalesce(jsonb_agg(to_jsonb(old)), '[]') FROM (
               SELECT r.revision, r.replaced_at FROM article_revision AS r
               WHERE r.article_id = article.article_id ORDER BY r.revision) AS old) AS revisions
    FROM wanted JOIN article ON article_id = id
    ORDER BY place LIMIT 1
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
        submissions = [_row(row) for row in await session.fetch(_SUBMISSIONS, key)]
        ids = [one["article_id"] for one in submissions if one["article_id"]]
        row = await session.fetchrow(_ARTICLE, key, ids)
        hops = await session.fetch(_HOPS, [one["submission_id"] for one in submissions])
    article = None if row is None else _row(row)
    if not submissions and article is None:
        return None
    told = [_row(row) for row in hops]
    for one in submissions:
        own = [hop for hop in told if hop["submission_id"] == one["submission_id"]]
        one["hops"] = [{k: v for k, v in hop.items() if k != "submission_id"} for hop in own]
    return {"submissions": submissions, "article": article}


_JSON = frozenset(
    ("versions", "subjects", "removed", "provenance", "aliases", "copies", "revisions")
)


def _row(row: Any) -> dict[str, Any]:
    return {
        name: orjson.loads(value) if name in _JSON else str(value) if _is_id(name, value) else value
        for name, value in row.items()
    }


def _is_id(name: str, value: object) -> bool:
    return value is not None and (name.endswith("_id") or name == "duplicate_of")
