from __future__ import annotations

import asyncio

import pytest

from wireroom.storage import Pool, transaction
from wireroom.storage.outbox import Message, OutboxRow, drain, put, waiting


async def _put(pool: Pool, count: int) -> None:
    async with transaction(pool) as session:
        await put(session, [_message(n) for n in range(count)])


def _message(n: int) -> Message:
    return Message(
        "articles.indexed", None if n == 1 else b"%d" % n, b"\x00\xff%d" % n, {"h": b"\xfe"}
    )


class _Sender:
    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def __call__(self, row: OutboxRow) -> None:
        self.sent.append(row.message)
        await asyncio.sleep(0)


async def test_messages_are_sent_in_order_as_they_were_written_and_then_forgotten(
    pool: Pool,
) -> None:
    await _put(pool, 5)
    send = _Sender()
    assert await waiting(pool) == 5
    assert await drain(pool, send, 3) == 3
    assert await drain(pool, send, 3) == 2
    assert await drain(pool, send, 3) == 0
    assert send.sent == [_message(n) for n in range(5)]


async def test_what_could_not_be_sent_stays_and_the_rest_is_not_sent_again(pool: Pool) -> None:
    await _put(pool, 3)
    send = _Sender()

    async def failing(row: OutboxRow) -> None:
        if row.message == _message(1):
            raise ConnectionError("away")
        await send(row)

    with pytest.raises(ConnectionError, match="away"):
        await drain(pool, failing)
    assert await drain(pool, send) == 1
    assert send.sent == [_message(0), _message(2), _message(1)]


async def _fail(pool: Pool) -> None:
    async with transaction(pool) as session:
        await put(session, [_message(0)])
        raise ZeroDivisionError


async def test_a_message_of_a_transaction_that_failed_is_never_sent(pool: Pool) -> None:
    with pytest.raises(ZeroDivisionError):
        await _fail(pool)
    assert await drain(pool, _Sender()) == 0


async def test_two_drains_at_once_send_each_message_once(pool: Pool) -> None:
    await _put(pool, 40)
    one, two = _Sender(), _Sender()
    await asyncio.gather(drain(pool, one, 20), drain(pool, two, 20))
    sent = [message.value for message in one.sent + two.sent]
    assert len(sent) == len(set(sent))
    while await drain(pool, one, 20):
        pass
    assert {m.value for m in one.sent + two.sent} == {_message(n).value for n in range(40)}
