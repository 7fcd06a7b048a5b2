"""``dead replay``: letters go back to where they came from."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from rich.table import Table

from wireroom.cli.composition import STAGES, broker, codec, replay_journal
from wireroom.cli.dead.choosing import standings
from wireroom.cli.dead.listing import console
from wireroom.cli.dead.waiting import Watch, watching
from wireroom.cli.dead.working import (
    Meant,
    Plan,
    deal_with,
    interruptible,
    looked_at,
    progress,
)
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.replay import Choice, Desk, Letter, Refused

ASK = "say which: --stage, --reason, --hash, --host, --since, --until, or ids as in `dead list`"


@dataclass(frozen=True, slots=True)
class How:
    """``rate``: letters a second; ``wait``: seconds for outcomes; ``again``: also those that were
    replayed or dropped before.
    """

    dry_run: bool = False
    rate: float | None = None
    wait: float | None = None
    again: bool = False


def replay(choice: Choice, settings: Settings, how: How) -> int:
    """Status 0: some went back; 1: none; 130: stopped on the way."""
    if not choice.names_something:
        raise Trouble(ASK)
    return asyncio.run(_replay(choice, settings, how))


async def _replay(choice: Choice, settings: Settings, how: How) -> int:
    say = console().print
    async with standings(settings) as known, desk(settings) as at:
        plan = await looked_at(Meant(settings, choice, known, how.again), at.way, Refused)
        _tell_refusals(plan)
        if how.dry_run:
            _tell_plan(plan)
            return 0 if plan.count else 1
        if not plan.count:
            say("replayed: 0" + _remark(how))
            return 1
        meant = Meant(settings, choice.within(plan.upto), known, how.again)
        stop = asyncio.Event()
        async with AsyncExitStack() as opened:
            opened.enter_context(interruptible(stop))
            watch = await opened.enter_async_context(watching(settings)) if how.wait else None
            with progress("replaying", plan.count) as told:
                act = _Acting(at, watch)
                done = await deal_with(meant, act, told, rate=how.rate, stop=stop)
            say(f"replayed: {done}" + (f" of {plan.count}" if done < plan.count else ""))
            if watch is not None and not stop.is_set():
                await watch.until_all(how.wait or 0.0, stop)
                _tell_outcomes(watch)
        if stop.is_set() and done < plan.count:
            say("stopped; the same command goes on with the rest")
            return 130
        return 0


@asynccontextmanager
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    async with broker(settings).producer() as producer:
        yield Desk(producer, codec(), replay_journal, list(STAGES.values()))


@dataclass(frozen=True, slots=True)
class _Acting:
    """Puts a group back, but for those that have to stay."""

    desk: Desk
    watch: Watch | None

    async def __call__(self, letters: Sequence[Letter]) -> int:
        going = [letter for letter in letters if self._goes(letter)]
        if self.watch is not None:
            self.watch.expect(going)
        await self.desk.put_back(going)
        return len(going)

    def _goes(self, letter: Letter) -> bool:
        try:
            self.desk.way(letter)
        except Refused:
            return False  # told before
        return True


def _remark(how: How) -> str:
    return (
        "" if how.again else "; what was replayed or dropped before is left alone without --again"
    )


def _tell_refusals(plan: Plan) -> None:
    for why in plan.refused:
        sys.stderr.write(f"wireroom: {why}\n")
    if (more := plan.refusals - len(plan.refused)) > 0:
        sys.stderr.write(f"wireroom: and {more} more that can't be put back\n")


def _tell_plan(plan: Plan) -> None:
    say = console()
    table = Table("stage", "reason", "letters", "would go to", box=None)
    for (stage, reason, topic), count in sorted(plan.ways.items()):
        table.add_row(stage, reason, str(count), topic)
    if plan.count:
        say.print(table)
        for letter, topic in plan.named:
            say.print(f"  {letter.id} → {topic}", highlight=False)
        if (more := plan.count - len(plan.named)) > 0:
            say.print(f"  and {more} more")
    say.print(f"would be replayed: {plan.count}")


def _tell_outcomes(watch: Watch) -> None:
    say = console()
    for outcome, count in watch.outcomes().most_common():
        say.print(f"  {outcome}: {count}", highlight=False)
    for letter_id, outcome in watch.named():
        say.print(f"  {letter_id} {outcome}", highlight=False)
