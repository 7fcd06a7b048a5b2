"""A cancellation out of a library ends the process; one of ours ends the task."""

from __future__ import annotations

import asyncio

import pytest

from wireroom.runtime import process
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.wire.transport import Gone


class Leaking:
    """A service into which somebody else's cancellation leaks."""

    name = "leaking"
    ready = True

    async def run(self, stop: asyncio.Event) -> None:
        raise asyncio.CancelledError


async def test_a_service_that_a_stray_cancellation_ends_ends_the_process() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        await process.run([Leaking()], asyncio.Event())
    assert isinstance(caught.value.exceptions[0], Gone)


async def test_negative_control_a_task_group_alone_says_nothing() -> None:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(Leaking().run(asyncio.Event()))
    assert task.cancelled()


async def test_our_own_cancellation_stays_one() -> None:
    async def waits() -> None:
        with no_stray_cancellation("waiting"):
            await asyncio.Event().wait()

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
