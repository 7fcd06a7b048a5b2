"""Messages that are written in the transaction that they tell of, and sent after it."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from wireroom.storage.pool import Connection, Pool, connection, transaction

_PUT = """
    INSERT INTO outbox (topic, key, value, headers)
    SELECT topic, key, value, headers::jsonb
    FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[])
        AS message (topic, key, value, headers)
"""
_TAKE = """
    SELECT id, topic, key, value, headers FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_WAITING = "SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) AS waiting"


@dataclass(frozen=True, slots=True)
class Message:
    """One record to be sent."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message that waits."""

    id: int
    message: Message


async def put(connection: Connection, messages: Sequence[Message]) -> None:
    """Write messages in the caller's transaction; they leave in this order."""
    await connection.execute(
        _PUT,
        [message.topic for message in messages],
        [message.key for message in messages],
        [message.value for message in messages],
        [_dumped(message.headers) for message in messages],
    )


async def take(connection: Connection, limit: int) -> list[OutboxRow]:
    """The oldest messages that nobody else holds, locked for the caller's transaction."""
    return [
        OutboxRow(
            row["id"], Message(row["topic"], row["key"], row["value"], _loaded(row["headers"]))
        )
        for row in await connection.fetch(_TAKE, limit)
    ]


async def delete(connection: Connection, ids: Sequence[int]) -> None:
    """Forget messages that were sent."""
    await connection.execute(_DELETE, ids)


async def drain(pool: Pool, send: Callable[[OutboxRow], Awaitable[None]], limit: int = 1000) -> int:
    """Send up to ``limit`` messages and delete them; how many were taken.

    Sends are begun in order and awaited together. A message is deleted only after its ``send``
    returned; it may be sent again when Postgres goes away in between. Two drains at once keep
    the order within what each holds, not between them: readers go by ``revision``.
    The first error of a ``send`` is raised, after what was sent has been deleted; Postgres's
    errors come as ``Unavailable``.
    """
    async with transaction(pool) as session:
        rows = await take(session, limit)
        ends = await asyncio.gather(*(send(row) for row in rows), return_exceptions=True)
        sent = [row.id for row, end in zip(rows, ends, strict=True) if end is None]
        if sent:
            await delete(session, sent)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(rows)


async def waiting(pool: Pool) -> int:
    """Messages not sent yet; counts to 100,000 and no further."""
    async with connection(pool) as session:
        count: int = await session.fetchval(_WAITING)
        return count


def _dumped(headers: Mapping[str, bytes]) -> str:
    return orjson.dumps(
        {name: b64encode(value).decode() for name, value in headers.items()}
    ).decode()


def _loaded(headers: str) -> dict[str, bytes]:
    return {name: b64decode(value) for name, value in orjson.loads(headers).items()}
