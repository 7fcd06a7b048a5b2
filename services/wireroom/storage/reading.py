"""Articles by id, by any of their URLs, and by words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from wireroom import urls
from wireroom.storage.pool import Connection, Pool, connection
from wireroom.storage.words import query

Order: TypeAlias = Literal["newest", "best"]

_CAPPED = 10_000
"""Above this many matches the newest are found along the dates instead of being sorted."""
_RANKED = 1_000
"""Ranking reads every match's tsvector: of more than this, only the newest are ranked."""

_ARTICLE = """
    SELECT article_id, url, canonical_url, source, title, text, authors, published_at, language,
           subjects, keyphrases, copyright_notice, removed, revision, duplicate_of, first_seen_at,
           indexed_at, versions, published_offset, zone_assumed, provenance, modified_at, details,
           evidence, blocks
    FROM article WHERE article_id = $1
"""
_ALIAS = "SELECT article_id FROM article_alias WHERE key = $1"
_HEADLINES = """
    SELECT text, language FROM headline
    WHERE article_id = $1 AND revision = $2 ORDER BY position
"""
_REVISIONS = """
    SELECT revision, title, text, replaced_at FROM article_revision
    WHERE article_id = $1 ORDER BY revision
"""
_MATCHING = """
    FROM article_search
    WHERE tsv @@ $1::tsquery
      AND ($2::text IS NULL OR language = $2 OR language LIKE $2 || '-%')
      AND ($3::text IS NULL OR source = $3)
      AND ($4::timestamptz IS NULL OR sort_at >= $4)
"""
# MATERIALIZED: without it the planner walks the dates for a rare word, 15 s in a million rows.
_FEW = f"""
    WITH matching AS MATERIALIZED (SELECT article_id, sort_at {_MATCHING} LIMIT {_CAPPED + 1})
    SELECT article_id, (SELECT count(*) FROM matching) AS matches FROM matching
    ORDER BY sort_at DESC, article_id LIMIT $5
"""
_MANY = f"SELECT article_id {_MATCHING} ORDER BY sort_at DESC, article_id LIMIT $5"
# A rank loses half of its weight every three days.
_BEST = """
    SELECT article_id FROM article_search WHERE article_id = ANY($2::uuid[])
    ORDER BY ts_rank(tsv, $1::tsquery, 32)
        * 0.5 ^ (greatest(0, extract(epoch FROM now() - sort_at)::float8) / 259200) DESC,
        article_id
    LIMIT $3
"""
_LISTED = """
    SELECT article_id, url, canonical_url, source, title, left(text, 300) AS excerpt, language,
           published_at, first_seen_at, duplicate_of
    FROM article JOIN unnest($1::uuid[]) WITH ORDINALITY AS hit (article_id, place)
        USING (article_id)
    ORDER BY place
"""


async def show(pool: Pool, id_or_url: str) -> dict[str, Any] | None:
    """The article with this id, or known by this URL in any spelling. None: there is none.

    Values are strings, numbers, UUIDs, datetimes, lists and dicts of them.
    ``Unavailable`` when Postgres is away.
    """
    key = named(id_or_url)
    if key is None:
        return None
    async with connection(pool) as session:
        row = await session.fetchrow(_ARTICLE, key)
        if row is None:
            row = await session.fetchrow(_ARTICLE, await session.fetchval(_ALIAS, key))
        if row is None:
            return None
        headlines = await session.fetch(_HEADLINES, row["article_id"], row["revision"])
        revisions = await session.fetch(_REVISIONS, row["article_id"])
    loaded = (
        *("subjects", "keyphrases", "removed", "versions"),
        *("provenance", "details", "evidence", "blocks"),
    )
    return {
        **_plain(row),
        **{name: orjson.loads(row[name]) for name in loaded},
        "headlines": [dict(headline) for headline in headlines],
        "revisions": [dict(revision) for revision in revisions],
    }


def named(id_or_url: str) -> UUID | None:
    """The article id that an id or a URL stands for, with or without its scheme. Pure."""
    given = id_or_url.strip()
    try:
        return UUID(given)
    except ValueError:
        pass
    for url in (given, f"https://{given}"):
        try:
            return urls.article_id(url)
        except ValueError:
            continue
    return None


async def search(  # noqa: PLR0913  # a search has this many sides
    pool: Pool,
    words: str,
    *,
    language: str | None = None,
    source: str | None = None,
    since: datetime | None = None,
    limit: int = 20,
    order: Order = "newest",
) -> list[dict[str, Any]]:
    """Articles with these words, without probes; ``words`` as in web search: "a phrase", or, -not.

    Without ``language`` the words are looked up in every language's forms. ``since`` is compared
    with the publication time, else with the time of first sight.
    """
    async with connection(pool) as session:
        wanted = await session.fetchval(
            "SELECT news_ts_query($1, $2)::text", query(words), language
        )
        filters = (wanted, language, source, since)
        found = await session.fetch(_FEW, *filters, limit if order == "newest" else _RANKED)
        if found and found[0]["matches"] > _CAPPED:
            found = await session.fetch(_MANY, *filters, limit if order == "newest" else _RANKED)
        keys = [row["article_id"] for row in found]
        if order == "best":
            keys = await _best(session, wanted, keys, limit)
        return [_plain(row) for row in await session.fetch(_LISTED, keys)]


async def _best(session: Connection, wanted: str, keys: list[UUID], limit: int) -> list[UUID]:
    return [row["article_id"] for row in await session.fetch(_BEST, wanted, keys, limit)]


def _plain(row: asyncpg.Record) -> dict[str, Any]:
    """asyncpg's own kind of UUID becomes Python's, which JSON writers know."""
    return {
        name: UUID(bytes=value.bytes) if isinstance(value, UUID) else value
        for name, value in row.items()
    }
