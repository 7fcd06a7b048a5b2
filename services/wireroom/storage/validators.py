"""What the last whole page of an article showed, so that the next fetch can ask for news only.

It is written with the row that came of the page, in one transaction, never before: a page that
was fetched and could not be read has to be fetched again. A text that was handed in and replaced
that of the page takes it away: the page as it was then is news again.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from wireroom.storage.pool import Connection
from wireroom.storage.rows import Row, Seen, Written

_PUT = """
    INSERT INTO fetched (article_id, etag, last_modified, body_hash, signals, fetched_at)
    SELECT article_id, etag, last_modified, body_hash, string_to_array(signals, ' '), fetched_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::timestamptz[])
        AS page (article_id, etag, last_modified, body_hash, signals, fetched_at)
    ORDER BY article_id
    ON CONFLICT (article_id) DO UPDATE SET
        etag = excluded.etag,
        last_modified = excluded.last_modified,
        body_hash = excluded.body_hash,
        signals = excluded.signals,
        fetched_at = excluded.fetched_at
"""
_FORGET = "DELETE FROM fetched WHERE article_id = ANY($1::uuid[])"
# A record that comes a second time has its outcome: it takes the whole way again, and the index
# recognises it. Said to be unchanged here, it would have two.
_SEEN = """
    SELECT etag, last_modified, body_hash, signals, fetched_at FROM fetched
    WHERE article_id = $1 AND NOT EXISTS (
        SELECT FROM submission WHERE submission_id = $2 AND article_id = $1
    )
"""


async def put(connection: Connection, written: Iterable[tuple[Row, Written]]) -> None:
    """Keep what the pages of ``written`` showed, in the transaction that wrote their rows.

    ``written``: in the order of writing; an article's last page counts.
    """
    after: dict[UUID, Seen | None] = {}
    for row, done in written:
        if row.seen is not None or done.outcome == "revised":
            after[row.article_id] = row.seen
    gone = sorted(key for key, seen in after.items() if seen is None)
    kept = [
        (key, s.etag, s.last_modified, s.body_hash, " ".join(s.signals), s.fetched_at)
        for key, s in after.items()
        if s is not None
    ]
    if gone:
        await connection.execute(_FORGET, gone)
    if kept:
        await connection.execute(_PUT, *map(list, zip(*kept, strict=True)))


async def seen(
    connection: Connection, article_id: UUID, submission_id: UUID | None = None
) -> Seen | None:
    """What is known of the article's page; None where it has none.

    None too for a submission that is settled already: its record is handled a second time.
    """
    row = await connection.fetchrow(_SEEN, article_id, submission_id)
    if row is None:
        return None
    values = {**row, "signals": tuple(row["signals"])}
    return Seen(**values)
