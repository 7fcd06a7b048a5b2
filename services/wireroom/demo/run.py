"""The run of the demo: site up, publish, wait for every outcome, show, compare.

Knows no Kafka and no Postgres: composition hands it a `Kit` of functions.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

from rich.console import Console

from wireroom.demo.account import Account, State, account, states
from wireroom.demo.content import articles
from wireroom.demo.plan import Step, plan
from wireroom.demo.site import COPY, Site, site
from wireroom.demo.view import (
    Arrival,
    Board,
    Row,
    account_text,
    live,
    print_rows,
    stage_counts,
    title,
    topic,
)
from wireroom.ledger.states import STAGES, Line

DEADLINE = 60.0  # seconds per wave: the slowest article needs two; beyond, something is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What the demo needs of the world.

    `publish` sends fields of `article.submitted` or a raw record to the intake and returns the
    submission's id when the broker has it. `journal` yields at least all entries of what is
    published from now on, and goes on until closed. `rows` gives the rows of these article ids;
    ids without one are left out. `say` prints a sentence.
    """

    publish: Callable[[Mapping[str, object] | bytes], Awaitable[UUID]]
    journal: Callable[[], AsyncIterator[Line]]
    rows: Callable[[Sequence[UUID]], Awaitable[Sequence[Row]]]
    say: Callable[[str], None]


@dataclass(slots=True)
class _Progress:
    """What has been published and what the journal said so far."""

    kit: Kit
    show: Callable[[Board], None]
    steps: dict[UUID, Step] = field(default_factory=dict)
    accepted: list[UUID] = field(default_factory=list)
    entries: list[Line] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    shown: set[UUID] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Take entries of the journal until cancelled."""
        async for entry in self.kit.journal():
            self.entries.append(entry)
            self.news.set()

    async def publish(self, step: Step) -> None:
        """Send one step and remember whose answer to wait for."""
        submission = await self.kit.publish(step.submission)
        self.accepted.append(submission)
        self.steps[submission] = step
        self.news.set()

    async def settle(self) -> None:
        """Wait until all that was published has an outcome, and show it meanwhile."""
        while len(self.shown) < len(self.steps):
            await self.news.wait()
            self.news.clear()
            await self._look()

    async def _look(self) -> None:
        found = states(self.entries)
        ended = [s for s in self.steps if s not in self.shown and s in found and found[s].outcome]
        wanted = [article for s in ended if (article := found[s].article_id)]
        rows = {_id(row): row for row in await self.kit.rows(wanted)} if wanted else {}
        for submission in ended:
            state = found[submission]
            row = rows.get(state.article_id) if state.article_id else None
            self.arrivals.append(self._arrival(submission, state, row))
            self.shown.add(submission)
        own = [entry for entry in self.entries if entry.submission_id in self.steps]
        self.show(Board(len(self.accepted), stage_counts(own), self.arrivals))

    def _arrival(self, submission: UUID, state: State, row: Row | None) -> Arrival:
        own = [entry for entry in self.entries if entry.submission_id == submission]
        last = max(own, key=lambda entry: entry.at)
        seconds = (last.at - last.accepted_at).total_seconds()
        outcome = str(state.outcome)
        # A row can be an older one: a submission that died or was dropped has none of its own.
        if row is None or outcome.startswith(("dead", "dropped")):
            return Arrival(self.steps[submission].what, None, None, outcome, seconds)
        return Arrival(title(row), _language(row), topic(row), outcome, seconds)


async def run(
    kit: Kit,
    *,
    at: Site | None = None,
    console: Console | None = None,
    deadline: float = DEADLINE,
) -> int:
    """Publish all steps of the plan and show what becomes of them.

    `at` is a site that already serves (fetch may have to be told its addresses); without, one is
    started. `deadline` is in seconds per wave. Returns the exit status: 0 if every step ended as
    planned and the account balances, else 1, after naming what did not.
    """
    screen = console or Console()
    async with AsyncExitStack() as stack:
        served = at if at is not None else await stack.enter_async_context(site())
        steps = plan(articles(), served.url, COPY)
        with live(screen) as show:
            progress = _Progress(kit, show)
            async with asyncio.TaskGroup() as tasks:
                listener = tasks.create_task(progress.listen())
                try:
                    await _publish(progress, steps, served, deadline)
                finally:
                    listener.cancel()
    return await _report(progress, steps, screen)


async def _publish(
    progress: _Progress, steps: Sequence[Step], served: Site, deadline: float
) -> None:
    """Publish wave after wave; give up after a wave that did not end in time."""
    for wave in sorted({step.wave for step in steps}):
        for step in steps:
            if step.wave != wave:
                continue
            if step.revise:
                served.revise(*step.revise)
            await progress.publish(step)
        try:
            async with asyncio.timeout(deadline):
                await progress.settle()
        except TimeoutError:
            return


async def _report(progress: _Progress, steps: Sequence[Step], screen: Console) -> int:
    """Print rows, account and whatever is not as planned."""
    found = states(progress.entries)
    own = [found[s].article_id for s in progress.steps if s in found]
    ids = list(dict.fromkeys(article for article in own if article))
    print_rows(screen, await progress.kit.rows(ids))
    total = account(progress.entries, progress.accepted)
    screen.print(account_text(total))
    wrong = [*_differences(progress.steps, found), *_unpublished(steps, progress, total)]
    for sentence in wrong:
        progress.kit.say(sentence)
    return 1 if wrong or not total.balances else 0


def _differences(steps: Mapping[UUID, Step], found: Mapping[UUID, State]) -> list[str]:
    """One sentence for each step that did not end as planned."""
    sentences = []
    for submission, step in steps.items():
        state = found.get(submission, State(None, STAGES[0]))
        ended = str(state.outcome) if state.outcome else f"still in flight({state.stage})"
        if ended != step.expect:
            sentences.append(
                f"Not as planned: {step.what} (submission {submission}):"
                f" expected {step.expect}, but it is {ended}."
            )
    return sentences


def _unpublished(steps: Sequence[Step], progress: _Progress, total: Account) -> list[str]:
    sentences = []
    left = len(steps) - len(progress.accepted)
    if left:
        sentences.append(f"Not published: {left} that were to follow those still in flight.")
    if total.strangers and total.in_flight:
        sentences.append(
            f"The journal speaks of {total.strangers} other submissions; one of them may be what"
            " is missed here, under an id that changed on the way."
        )
    return sentences


def _id(row: Row) -> UUID:
    return UUID(str(row["article_id"]))


def _language(row: Row) -> str | None:
    language = row.get("language")
    return str(language) if language else None
