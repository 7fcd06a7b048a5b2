"""A wait for one's turn: no part of the try, and called off when others need the room."""

from __future__ import annotations

import asyncio

import pytest

from wireroom.runtime.hand import HAND, Hand, turn
from wireroom.wire.transport import Partition


async def test_a_wait_for_a_turn_uses_up_none_of_the_time_of_the_try() -> None:
    hand = Hand(Partition("t", 0), 0)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    async with asyncio.timeout(0.05) as hand.limit:
        loop.call_later(0.1, done.set_result, None)
        assert await hand.wait(done)


async def test_after_its_turn_the_try_has_the_time_that_was_left() -> None:
    hand = Hand(Partition("t", 0), 0)

    async def once() -> None:
        async with asyncio.timeout(0.05) as hand.limit:
            assert await hand.sleep(0.06)
            await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        await once()


async def test_a_wait_that_is_called_off_ends_at_once_and_so_does_every_later_one() -> None:
    hand = Hand(Partition("t", 0), 0)
    waiting = asyncio.create_task(hand.sleep(60))
    await asyncio.sleep(0)
    assert hand.waiting is not None
    hand.call_off()
    assert not await waiting
    assert hand.waiting is None
    assert not await hand.sleep(60)


async def test_a_turn_that_has_come_is_taken_even_when_it_is_called_off_then() -> None:
    hand = Hand(Partition("t", 0), 0)
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    hand.call_off()
    assert await hand.wait(done)


async def test_outside_of_a_worker_a_turn_is_simply_waited_for() -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    loop.call_soon(done.set_result, None)
    assert await turn(done)


async def test_a_handler_waits_through_the_hand_that_it_is_in() -> None:
    hand = Hand(Partition("t", 0), 0)
    HAND.set(hand)
    waiting = asyncio.create_task(turn(asyncio.get_running_loop().create_future()))
    await asyncio.sleep(0)
    hand.call_off()
    assert not await waiting
