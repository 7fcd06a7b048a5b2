"""Static members: they may disappear and come back, but not be two."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from typing import Any

import pytest

from wireroom.wire.kafka import KafkaBroker, consumer
from wireroom.wire.transport import Gone

NewTopic = Callable[..., Awaitable[str]]
NewBroker = Callable[..., KafkaBroker]
NewTold = Callable[[], Any]


async def polling(member: Any) -> None:
    while True:
        await member.take(10, 0.1)


async def test_a_member_comes_back_to_its_partitions_and_nobody_else_is_disturbed(
    new_topic: NewTopic, broker: NewBroker, told: NewTold
) -> None:
    topic = await new_topic()
    stays, goes, back = told(), told(), told()
    async with AsyncExitStack() as open_for_all, AsyncExitStack() as open_for_one:
        other = broker("a").consumer(topic, group=topic, rebalances=stays)
        poll = asyncio.create_task(polling(await open_for_all.enter_async_context(other)))
        one = broker("b").consumer(topic, group=topic, rebalances=goes)
        await open_for_one.enter_async_context(one)
        await stays.until(2)
        before = len(stays.came)
        assert sorted(stays.came[-1] + goes.came[-1]) == [0, 1, 2, 3]

        await open_for_one.aclose()  # static members say no goodbye: as if it had been killed
        began = time.monotonic()
        again = broker("b").consumer(topic, group=topic, rebalances=back)
        async with again:
            assert time.monotonic() - began < 2
            assert back.came == goes.came[-1:]
            with pytest.raises(TimeoutError):  # one heartbeat, by which it would hear of it
                await stays.until(before + 1, limit=2.5)
        poll.cancel()


async def test_negative_control_dynamic_members_disturb_each_other(
    new_topic: NewTopic, broker: NewBroker, told: NewTold
) -> None:
    topic = await new_topic()
    stays = told()
    async with broker().consumer(topic, group=topic, rebalances=stays) as other:
        poll = asyncio.create_task(polling(other))
        async with broker().consumer(topic, group=topic, rebalances=told()):
            pass
        await stays.until(3)  # its own start, the other's coming, the other's going
        poll.cancel()


async def test_the_second_of_one_name_on_a_machine_says_so_and_ends(
    new_topic: NewTopic, broker: NewBroker, told: NewTold
) -> None:
    topic = await new_topic()
    first = told()
    async with broker("a").consumer(topic, group=topic, rebalances=first) as one:
        with pytest.raises(Gone, match=f"{topic}-a is taken.*WIREROOM_INSTANCE"):
            async with broker("a").consumer(topic, group=topic, rebalances=told()):
                pass
        await one.take(1, 0.1)
        assert len(first.came) == 1


async def test_two_of_one_name_on_two_machines_end_saying_so(
    new_topic: NewTopic, broker: NewBroker, told: NewTold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "only_one", lambda *_: nullcontext())  # no file in common
    topic = await new_topic()
    one, two = told(), told()
    async with (
        broker("a").consumer(topic, group=topic, rebalances=one) as first,
        broker("a").consumer(topic, group=topic, rebalances=two) as second,
    ):
        tasks = [asyncio.create_task(polling(member)) for member in (first, second)]
        done, rest = await asyncio.wait(tasks, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        assert done
        for task in done:
            with pytest.raises(Gone, match="is taken"):
                task.result()
        for task in rest:
            task.cancel()
