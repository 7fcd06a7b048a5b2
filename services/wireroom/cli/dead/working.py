"""Going through dead letters: look at what is meant, then deal with it, a few at a time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from wireroom.cli.dead.choosing import chosen
from wireroom.cli.settings import Settings
from wireroom.replay import Choice, Groups, Letter, Standings
from wireroom.wire.transport import Partition

TOGETHER = 100  # letters whose acks are awaited together
TOGETHER_BYTES = 8 * 1024 * 1024
NAMED = 20  # letters that are named one by one
PARTS = 4  # groups a second, where a rate is asked for


@dataclass(slots=True)
class Plan:
    """What a look has found. ``upto``: the last chosen offset of each partition."""

    groups: Groups = field(default_factory=Groups)
    ways: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    named: list[tuple[Letter, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refusals: int = 0
    upto: dict[Partition, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Of those that can be dealt with."""
        return self.ways.total()

    def add(self, letter: Letter, topic: str) -> None:
        self.ways[letter.place.stage, letter.note("reason"), topic] += 1
        if len(self.named) < NAMED:
            self.named.append((letter, topic))

    def refuse(self, why: str) -> None:
        self.refusals += 1
        if len(self.refused) < NAMED:
            self.refused.append(why)


@dataclass(frozen=True, slots=True)
class Meant:
    """The letters of a command; ``settled``: also those that were dealt with before."""

    settings: Settings
    choice: Choice
    known: Standings
    settled: bool = False

    async def batches(self) -> AsyncIterator[Sequence[Letter]]:
        found = chosen(self.settings, self.choice, self.known, settled=self.settled)
        async for pairs in found:
            yield [letter for letter, _ in pairs]


async def looked_at(meant: Meant, way: Callable[[Letter], str], refusal: type[Exception]) -> Plan:
    """``way``: where a letter goes; raises ``refusal`` for one that goes nowhere."""
    plan = Plan()
    found = chosen(meant.settings, meant.choice, meant.known, settled=meant.settled)
    async for pairs in found:
        for letter, fate in pairs:
            partition = letter.record.partition
            plan.upto[partition] = max(plan.upto.get(partition, 0), letter.record.offset)
            plan.groups.add(letter, fate)
            try:
                plan.add(letter, way(letter))
            except refusal as why:
                plan.refuse(str(why))
    return plan


async def deal_with(
    meant: Meant,
    act: Callable[[Sequence[Letter]], Awaitable[int]],
    told: Callable[[int], None],
    *,
    rate: float | None,
    stop: asyncio.Event,
) -> int:
    """``act`` on groups of letters, ``told`` of each; how many. ``rate``: at most so many a
    second. Stops between two groups.
    """
    began, done = time.monotonic(), 0
    most = TOGETHER if rate is None else max(1, min(TOGETHER, int(rate / PARTS)))
    async for batch in meant.batches():
        for group in together(batch, most):
            if stop.is_set():
                return done
            dealt = await act(group)
            done += dealt
            told(dealt)
            if rate is not None:
                await _until(began + done / rate, stop)
    return done


def together(letters: Sequence[Letter], most: int) -> Iterator[Sequence[Letter]]:
    """Groups of up to ``most`` letters and some megabytes."""
    group: list[Letter] = []
    size = 0
    for letter in letters:
        if group and (len(group) >= most or size + len(letter.record.value) > TOGETHER_BYTES):
            yield group
            group, size = [], 0
        group.append(letter)
        size += len(letter.record.value)
    if group:
        yield group


async def _until(when: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, when - time.monotonic())):
            await stop.wait()


@contextmanager
def interruptible(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C sets ``stop``; a second one ends at once."""
    loop = asyncio.get_running_loop()

    def asked() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    loop.add_signal_handler(signal.SIGINT, asked)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@contextmanager
def progress(about: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line on a terminal, nothing elsewhere; call it with how many more are done."""
    console = Console(stderr=True)
    columns = (about, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as line:
        task = line.add_task(about, total=total)
        yield lambda more: line.advance(task, more)
