"""The SQL of ``articles``. Needs PostgreSQL 15; nothing newer than 16."""

from __future__ import annotations

STORED = (
    "article_id",
    "content_hash",
    "revision",
    "duplicate_of",
    "probe",
    "first_seen_at",
    "indexed_at",
)
"""Columns in the order of ``rows.Stored``."""

FROM_ROW = (
    "article_id",
    "url",
    "canonical_url",
    "source",
    "title",
    "text",
    "authors",
    "published_at",
    "published_offset",
    "zone_assumed",
    "language",
    "language_confidence",
    "language_source",
    "subjects",
    "subjects_missing",
    "keyphrases",
    "copyright_notice",
    "removed",
    "provenance",
    "modified_at",
    "details",
    "evidence",
    "blocks",
    "versions",
    "content_hash",
    "lane",
    "probe",
    "feed_url",
    "submitted_by",
    "submission_id",
    "accepted_at",
)
FROM_STATE = ("revision", "duplicate_of", "first_seen_at", "indexed_at")

_COLUMNS = FROM_ROW + FROM_STATE
_STORED = ", ".join(STORED)

ARTICLES = f"SELECT {_STORED} FROM article WHERE article_id = ANY($1::uuid[])"
TEXTS = f"SELECT {_STORED}, text FROM article WHERE article_id = ANY($1::uuid[])"
ALIASES = "SELECT key, article_id FROM article_alias WHERE key = ANY($1::uuid[])"

# Takes the locks one by one, in the array's order.
LOCK = """
    SELECT count(pg_advisory_xact_lock(content)), now() FROM unnest($1::bigint[]) AS content
"""
OLDEST = f"""
    SELECT {", ".join("found." + name for name in STORED)}
    FROM unnest($1::bytea[], $2::boolean[]) AS wanted (content_hash, probe)
    CROSS JOIN LATERAL (
        SELECT {_STORED} FROM article
        WHERE content_hash = wanted.content_hash AND probe = wanted.probe
          AND article_id <> ALL ($3::uuid[])
        ORDER BY first_seen_at, article_id
        LIMIT 1
    ) AS found
"""
ORIGINALS = """
    SELECT DISTINCT duplicate_of AS article_id FROM article
    WHERE duplicate_of = ANY($1::uuid[]) AND article_id <> ALL ($2::uuid[])
"""
INSERT = f"""
    INSERT INTO article ({", ".join(_COLUMNS)})
    VALUES ({", ".join(f"${n}" for n, _ in enumerate(_COLUMNS, 1))})
"""
UPDATE = f"""
    UPDATE article SET {", ".join(f"{name} = ${n}" for n, name in enumerate(_COLUMNS, 1))}
    WHERE article_id = $1
"""
# Another worker that replaces the same revision either meets the primary key or finds no row.
KEEP = """
    INSERT INTO article_revision (article_id, revision, title, text, content_hash, replaced_at)
    SELECT article_id, revision, title, text, content_hash, now()
    FROM article
    JOIN unnest($1::uuid[], $2::integer[]) AS seen (article_id, revision)
        USING (article_id, revision)
    ORDER BY article_id
"""
REVISION = """
    INSERT INTO article_revision (article_id, revision, title, text, content_hash, replaced_at)
    VALUES ($1, $2, $3, $4, $5, now())
"""
ALIAS = """
    INSERT INTO article_alias (key, url, article_id)
    SELECT key, url, article_id FROM unnest($1::uuid[], $2::text[], $3::uuid[])
        AS claimed (key, url, article_id)
    ORDER BY key
    ON CONFLICT (key) DO NOTHING
"""
HEADLINE = """
    INSERT INTO headline (article_id, revision, position, text, language, seen_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
PENDING = "INSERT INTO search_pending (article_id, since) SELECT unnest($1::uuid[]), now()"
