"""Memory for bodies: nobody takes more than there is, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import random
from unittest.mock import patch

import pytest

from wireroom.web.budget import FREE, STEP, Budget, Share

CAP = FREE + 4 * STEP


async def settled() -> None:
    """Until nobody can go on by themselves."""
    for _ in range(20):
        await asyncio.sleep(0)


async def read(budget: Budget, sizes: list[int], turn: asyncio.Event | None = None) -> None:
    """One body that grows by ``sizes``; after each it lets the others run."""
    with budget.share() as share:
        size = 0
        for more in sizes:
            size += more
            await share.cover(size)
            await asyncio.sleep(0)
        if turn:
            await turn.wait()


def left(budget: Budget) -> int:
    return budget._free


async def test_the_first_megabyte_costs_nothing() -> None:
    budget = Budget(4 * STEP, CAP)
    with budget.share() as share:
        await share.cover(FREE)
        assert left(budget) == 4 * STEP
        await share.cover(FREE + 1)
        assert left(budget) == 3 * STEP
        await share.cover(FREE + STEP)
        assert left(budget) == 3 * STEP
    assert left(budget) == 4 * STEP


async def test_a_page_waits_until_another_is_done() -> None:
    budget, turn = Budget(4 * STEP, CAP), asyncio.Event()
    first = asyncio.create_task(read(budget, [CAP], turn))
    await settled()
    second = asyncio.create_task(read(budget, [CAP]))
    await settled()
    assert not second.done()
    turn.set()
    await asyncio.gather(first, second)
    assert left(budget) == 4 * STEP


async def test_one_that_gives_up_gives_back() -> None:
    budget, turn = Budget(4 * STEP, CAP), asyncio.Event()
    holder = asyncio.create_task(read(budget, [CAP], turn))
    await settled()
    waiting = asyncio.create_task(read(budget, [CAP]))
    await settled()
    waiting.cancel()
    await settled()
    assert waiting.cancelled()
    holder.cancel()
    await settled()
    assert left(budget) == 4 * STEP
    await read(budget, [CAP])


async def test_one_that_gives_up_in_the_moment_of_its_grant_gives_back() -> None:
    budget, turn = Budget(4 * STEP, CAP), asyncio.Event()
    holder = asyncio.create_task(read(budget, [CAP], turn))
    await settled()
    waiting = asyncio.create_task(read(budget, [FREE + 1]))
    await settled()
    holder.cancel()
    await asyncio.sleep(0)  # the holder has ended and granted; the waiting page has not run yet
    waiting.cancel()
    await asyncio.gather(holder, waiting, return_exceptions=True)
    assert left(budget) == 4 * STEP


def steps() -> list[int]:
    return [FREE, *[STEP] * 4]


async def test_pages_that_grow_together_all_end() -> None:
    budget = Budget(5 * STEP, CAP)
    async with asyncio.timeout(5):
        await asyncio.gather(*(read(budget, steps()) for _ in range(20)))
    assert left(budget) == 5 * STEP


async def test_control_without_the_bankers_rule_they_wait_for_each_other() -> None:
    budget = Budget(5 * STEP, CAP)

    def greedy(self: Budget, share: Share, size: int) -> bool:
        return size <= self._free

    with patch.object(Budget, "_safe", greedy):
        pages = [asyncio.create_task(read(budget, steps())) for _ in range(20)]
        for _ in range(100):
            await settled()
        assert not any(page.done() for page in pages)
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
    assert left(budget) == 5 * STEP


@pytest.mark.parametrize("seed", range(20))
async def test_whatever_the_order_nobody_is_left_waiting(seed: int) -> None:
    chance = random.Random(seed)
    cap = FREE + chance.randrange(1, 12) * STEP + chance.randrange(STEP)
    budget = Budget(cap - FREE + chance.randrange(3 * STEP), cap)
    whole = left(budget)

    async def page() -> None:
        size = 0
        with budget.share() as share:
            while size < cap and chance.random() > 0.05:
                size = min(size + chance.randrange(FREE), cap)
                await share.cover(size)
                assert 0 <= left(budget) <= whole
                for _ in range(chance.randrange(4)):
                    await asyncio.sleep(0)

    async with asyncio.timeout(10):
        await asyncio.gather(*(page() for _ in range(30)))
    assert left(budget) == whole


def test_a_budget_too_small_for_one_page_is_an_error() -> None:
    with pytest.raises(ValueError, match="too small"):
        Budget(4 * STEP - 1, CAP)
