"""``dead drop``: letters are given up; they stay in Kafka, and the account says so."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console

from wireroom.cli.dead.choosing import standings
from wireroom.cli.dead.listing import console, table
from wireroom.cli.dead.replaying import ASK, desk
from wireroom.cli.dead.working import Meant, deal_with, interruptible, looked_at, progress
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.replay import Choice, Groups, Letter, Refused


def drop(choice: Choice, settings: Settings, *, sure: bool) -> int:
    """Asks unless ``sure``. Status 0: some were dropped; 1: none; 130: stopped on the way."""
    if not choice.names_something:
        raise Trouble(ASK)
    if not sure and not sys.stdin.isatty():
        raise Trouble("nobody is here to be asked: give --yes")
    return asyncio.run(_drop(choice, settings, sure))


async def _drop(choice: Choice, settings: Settings, sure: bool) -> int:
    say = console()
    async with standings(settings) as known, desk(settings) as at:
        plan = await looked_at(Meant(settings, choice, known), lambda letter: "", Refused)
        if not plan.count:
            say.print("dropped: 0; nothing open fits")
            return 1
        if not sure and not await asyncio.to_thread(_agreed, plan.count, say, plan.groups):
            say.print("dropped: 0")
            return 1

        async def act(letters: Sequence[Letter]) -> int:
            await at.drop(letters)
            return len(letters)

        meant, stop = Meant(settings, choice.within(plan.upto), known), asyncio.Event()
        with interruptible(stop), progress("dropping", plan.count) as told:
            done = await deal_with(meant, act, told, rate=None, stop=stop)
        say.print(f"dropped: {done}" + (f" of {plan.count}" if done < plan.count else ""))
        return 130 if stop.is_set() and done < plan.count else 0


def _agreed(count: int, say: Console, groups: Groups) -> bool:
    say.print(table(groups.sorted(), settled=False))
    answer = say.input(f"give up {count} dead letters for good? [y/N] ")
    return answer.strip().lower() in ("y", "yes")
