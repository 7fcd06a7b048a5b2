"""Send, wait until everything has an end, look, judge."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from wireroom.verify.catalogue import Case
from wireroom.verify.judgement import Found, Judgement, judge

LOOK_EVERY = 0.5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What the proof needs of the world.

    ``send`` hands a case to the intake and returns what is done when the broker has it.
    ``unsettled`` counts the cases that have no end yet. ``look`` collects what is there.
    """

    send: Callable[[Case], Awaitable[Awaitable[None]]]
    unsettled: Callable[[Sequence[Case]], Awaitable[int]]
    look: Callable[[Sequence[Case]], Awaitable[Found]]
    say: Callable[[str], None]


async def prove(kit: Kit, cases: Sequence[Case], *, rate: float, patience: float) -> Judgement:
    """Send them, wait for their ends, compare."""
    await through(kit, cases, rate=rate, patience=patience)
    return await judged(kit, cases)


async def judged(kit: Kit, cases: Sequence[Case]) -> Judgement:
    """What has become of them. The servers have to be there."""
    return judge(cases, await kit.look(cases))


async def through(kit: Kit, cases: Sequence[Case], *, rate: float, patience: float) -> None:
    """Two rounds: what builds on an earlier article waits for the first to have settled.

    ``rate``: submissions a second. ``patience``: seconds without any case getting its end after
    which the rest counts as lost.
    """
    for second in (False, True):
        chosen = [case for case in cases if case.second is second]
        if chosen:
            await send_all(kit, chosen, rate)
            await settled(kit, chosen, patience)


async def send_all(kit: Kit, cases: Sequence[Case], rate: float) -> None:
    """Hand them to the intake; return once the broker has all."""
    began, acked = time.monotonic(), []
    for n, case in enumerate(cases):
        if (early := began + n / rate - time.monotonic()) > 0:
            await asyncio.sleep(early)
        acked.append(await kit.send(case))
    for one in acked:
        await one
    kit.say(f"{len(cases)} submissions taken by the broker in {time.monotonic() - began:.1f} s")


async def settled(kit: Kit, cases: Sequence[Case], patience: float) -> bool:
    """Whether all have their outcome, before nothing has moved for ``patience`` seconds."""
    left, since = len(cases), time.monotonic()
    while left and time.monotonic() - since < patience:
        await asyncio.sleep(LOOK_EVERY)
        now = await kit.unsettled(cases)
        if now < left:
            left, since = now, time.monotonic()
    kit.say(f"{len(cases) - left} of {len(cases)} have their outcome")
    return not left
