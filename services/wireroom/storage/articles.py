"""Writes a batch of articles: look, decide, write, in the caller's transaction.

Every step is one statement for the whole batch. Two workers that write the same content at the
same time are put one behind the other by advisory locks on the content, taken in sorted order
and before the look: the later one sees the earlier one's rows (READ COMMITTED looks anew with
each statement). A batch of 500 takes 500 locks for a moment; the server's table has room for
64 * max_connections of them at least, and says ``Unavailable`` (53200) when it is full.

Links are looked at without a lock: a page and its copy, written in the same instant by two
workers, may miss each other unless their content is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from wireroom.runtime.errors import Unavailable
from wireroom.storage import statements as sql
from wireroom.storage.plan import plan
from wireroom.storage.pool import Connection
from wireroom.storage.rows import Final, Known, Plan, Row, Stored, Written


async def write(connection: Connection, rows: Sequence[Row]) -> list[Written]:
    """Write ``rows`` as if one after the other; what became of each, in their order.

    Needs a transaction at READ COMMITTED. Raises asyncpg's errors: work inside
    ``pool.transaction``. A unique violation means that another worker was quicker.
    """
    if not rows:
        return []
    planned = plan(rows, await _look(connection, rows))
    await _write(connection, planned)
    return list(planned.written)


async def _look(connection: Connection, rows: Sequence[Row]) -> Known:
    """Lock the contents, then read what bears on the rows."""
    batch = sorted({row.article_id for row in rows})
    named = {alias.key for row in rows for alias in row.aliases}
    named |= {row.link for row in rows if row.link is not None}
    found = await connection.fetch(sql.ARTICLES, list({*batch, *named}))
    articles = {row["article_id"]: _stored(row) for row in found}
    claimed = await connection.fetch(sql.ALIASES, list(named)) if named else []
    aliases = {row["key"]: row["article_id"] for row in claimed}
    unknown = {row.article_id for row in rows if _is_news(row, articles.get(row.article_id))}
    fresh = [row for row in rows if row.article_id in unknown]
    changing = [articles[key] for key in sorted(unknown & articles.keys())]
    # What an article leaves is locked too: nobody may become its copy meanwhile.
    contents = {row.content_hash for row in fresh} | {old.content_hash for old in changing}
    now = await _lock(connection, contents)
    oldest = await _oldest(connection, fresh, batch) if fresh else {}
    originals = await _originals(connection, changing, batch) if changing else frozenset()
    texts = await _texts(connection, fresh, articles, aliases)
    return Known(
        now=now,
        articles=articles,
        oldest=oldest,
        originals=originals,
        aliases=aliases,
        texts=texts,
    )


async def _lock(connection: Connection, contents: Collection[bytes]) -> datetime:
    keys = sorted(int.from_bytes(content[:8], signed=True) for content in contents)
    now: datetime = await connection.fetchval(sql.LOCK, keys, column=1)
    return now


async def _oldest(
    connection: Connection, rows: Sequence[Row], batch: Sequence[UUID]
) -> dict[tuple[bytes, bool], Stored]:
    keys = list({(row.content_hash, row.probe) for row in rows})
    found = await connection.fetch(
        sql.OLDEST, [content for content, _ in keys], [probe for _, probe in keys], batch
    )
    return {(row["content_hash"], row["probe"]): _stored(row) for row in found}


async def _originals(
    connection: Connection, changing: Sequence[Stored], batch: Sequence[UUID]
) -> frozenset[UUID]:
    keys = [article.article_id for article in changing]
    return frozenset(
        row["article_id"] for row in await connection.fetch(sql.ORIGINALS, keys, batch)
    )


async def _texts(
    connection: Connection,
    fresh: Sequence[Row],
    articles: dict[UUID, Stored],
    aliases: dict[UUID, UUID],
) -> dict[UUID, str]:
    """Texts of the articles behind the links; adds those that aliases lead to to ``articles``."""
    links = {row.link for row in fresh if row.link is not None}
    targets = {link if link in articles else aliases.get(link) for link in links} - {None}
    if not targets:
        return {}
    found = await connection.fetch(sql.TEXTS, list(targets))
    for row in found:
        articles.setdefault(row["article_id"], _stored(row))
    return {row["article_id"]: row["text"] for row in found}


async def _write(connection: Connection, planned: Plan) -> None:
    if planned.new:
        await connection.executemany(sql.INSERT, [_values(final) for final in planned.new])
    if planned.changed:
        await _keep(connection, planned.changed)
        await connection.executemany(sql.UPDATE, [_values(final) for final in planned.changed])
    if planned.replaced:
        await connection.executemany(
            sql.REVISION,
            [
                (r.row.article_id, r.revision, r.row.title, r.row.text, r.row.content_hash)
                for r in planned.replaced
            ],
        )
    if planned.aliases:
        ordered = sorted((key, url, article) for key, (url, article) in planned.aliases.items())
        await connection.execute(sql.ALIAS, *map(list, zip(*ordered, strict=True)))
    headlines = [
        (row.article_id, revision, position, text, language, row.accepted_at)
        for row, revision in planned.headlines
        for position, (text, language) in enumerate(row.headlines)
    ]
    if headlines:
        await connection.executemany(sql.HEADLINE, headlines)
    finals = (*planned.new, *planned.changed)
    searchable = [final.row.article_id for final in finals if not final.row.probe]
    if searchable:
        await connection.execute(sql.PENDING, searchable)


async def _keep(connection: Connection, changed: Sequence[Final]) -> None:
    """Copy the texts that are about to be replaced; they have to be those that were looked at."""
    seen = [final.before for final in changed if final.before is not None]
    status = await connection.execute(
        sql.KEEP, [old.article_id for old in seen], [old.revision for old in seen]
    )
    if int(status.split()[-1]) != len(seen):
        raise Unavailable("postgres_conflict", "an article was revised by another worker")


def _is_news(row: Row, known: Stored | None) -> bool:
    return known is None or known.content_hash != row.content_hash


def _stored(row: asyncpg.Record) -> Stored:
    values = {name: row[name] for name in sql.STORED}
    # asyncpg has a UUID of its own, which not every encoder knows.
    for name in ("article_id", "duplicate_of"):
        values[name] = values[name] and UUID(bytes=values[name].bytes)
    return Stored(**values)


def _values(final: Final) -> tuple[object, ...]:
    return (
        *(getattr(final.row, name) for name in sql.FROM_ROW),
        *(getattr(final.state, name) for name in sql.FROM_STATE),
    )
