"""What becomes of letters that were just put back, from the journal as it comes in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

from wireroom.cli.composition import codec
from wireroom.cli.dead.working import NAMED
from wireroom.cli.settings import Settings
from wireroom.events import ArticleJournal
from wireroom.replay import Letter
from wireroom.wire.codec import Undecodable
from wireroom.wire.kafka import log

ENDS = ("indexed", "duplicate", "revised", "unchanged", "dropped", "dead")
STILL = "still on its way"


class Watch:
    """Knows the outcomes of the letters that it was told to expect; ids as they travel."""

    def __init__(self) -> None:
        self._came: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._names: dict[str, str] = {}
        self._all = asyncio.Event()

    def expect(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            submission = letter.submission.decode()
            self._waiting.add(submission)
            self._came[submission] = STILL
            if len(self._names) < NAMED:
                self._names[letter.id] = submission
        if letters:
            self._all.clear()

    def heard(self, line: ArticleJournal) -> None:
        submission = str(line.submission_id)
        if submission not in self._came:
            return
        if line.event == "parked":
            until = f" until {line.until:%H:%M:%S}" if line.until else ""
            self._came[submission] = f"parked({line.reason}){until}"
        if line.event in ENDS:
            said = ", ".join(filter(None, (line.stage, line.reason)))
            self._came[submission] = f"dead({said})" if line.event == "dead" else (
                f"dropped({line.reason})" if line.event == "dropped" else line.event
            )  # fmt: skip
            self._waiting.discard(submission)
            if not self._waiting:
                self._all.set()

    async def until_all(self, seconds: float, stop: asyncio.Event) -> None:
        """Or until the time is over, or somebody wants to stop."""
        tasks = [asyncio.create_task(e.wait()) for e in (self._all, stop)]
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()

    def outcomes(self) -> Counter[str]:
        return Counter(outcome.split(" until ")[0] for outcome in self._came.values())

    def named(self) -> Iterator[tuple[str, str]]:
        """The first letters, each with its outcome."""
        return ((name, self._came[submission]) for name, submission in self._names.items())


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[Watch]:
    """Nothing that is said in the journal from now on is missed. Raises ``Gone``."""
    watch, listening = Watch(), asyncio.Event()
    follower = asyncio.create_task(_follow(settings, watch, listening))
    ready = asyncio.create_task(listening.wait())
    try:
        await asyncio.wait((follower, ready), return_when=asyncio.FIRST_COMPLETED)
        if follower.done():
            await follower
        yield watch
    finally:
        ready.cancel()
        follower.cancel()
        with suppress(asyncio.CancelledError):
            await follower


async def _follow(settings: Settings, watch: Watch, listening: asyncio.Event) -> None:
    async for batch in log.news(settings.kafka, ArticleJournal.topic):
        listening.set()
        for record in batch:
            with suppress(Undecodable):
                watch.heard(codec().decode(record.value, ArticleJournal, record.headers))
