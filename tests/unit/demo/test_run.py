"""The run against a pretended pipeline: no broker, no database, no socket."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from rich.console import Console

from wireroom.demo.content import articles
from wireroom.demo.plan import Step, plan
from wireroom.demo.run import Kit, run
from wireroom.demo.site import COPY, Site, places

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """A journal entry."""

    submission_id: UUID
    article_id: UUID | None
    stage: str
    event: str
    reason: str | None
    at: datetime
    accepted_at: datetime = START
    attempt: int = 1
    until: datetime | None = None
    record_topic: str = "articles.intake"
    record_partition: int = 0
    record_offset: int = 0


def pretended_site() -> Site:
    """A site that is asked for addresses only."""
    pages, corrected = places(articles())
    keys = {outlet for outlet, _ in pages}
    return Site(pages, corrected, {key: f"http://{key}.example" for key in keys})


@dataclass
class World:
    """A pipeline that does with each submission what the plan expects, except as told.

    `lost`: submissions that never end. `instead`: other outcomes, by the expected one.
    """

    site: Site = field(default_factory=pretended_site)
    lost: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)
    same_ids: bool = False
    repeat: int = 1
    published: list[Step] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    queue: "asyncio.Queue[Said]" = field(default_factory=asyncio.Queue)
    out: io.StringIO = field(default_factory=io.StringIO)
    revised_when: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps = plan(articles(), self.site.url, COPY)

    async def publish(self, submission: Mapping[str, object] | bytes) -> UUID:
        number = len(self.published)
        step = self.steps[number]
        assert step.submission == submission
        self.published.append(step)
        if step.revise:
            shown = self.site.article(*step.revise)
            self.revised_when.append(shown is not None and shown.modified is not None)
        identity = UUID(int=1 if self.same_ids else number + 1)
        outcome = self.instead.get(step.expect, step.expect)
        if step.expect not in self.lost:
            for entry in ending(identity, outcome, number):
                for _ in range(self.repeat):
                    self.queue.put_nowait(entry)
        return identity

    async def journal(self) -> AsyncIterator[Said]:
        while True:
            yield await self.queue.get()

    async def rows(self, ids: Sequence[UUID]) -> list[dict[str, object]]:
        return [
            {
                "article_id": str(one),
                "title": f"Title {one.int}",
                "language": "en",
                "subjects": [{"name": "sport"}],
                "text": "Text.",
            }
            for one in ids
        ]

    async def run(self, deadline: float = 0.3) -> int:
        kit = Kit(publish=self.publish, journal=self.journal, rows=self.rows, say=self.said.append)
        screen = Console(file=self.out, width=120)
        return await run(kit, at=self.site, console=screen, deadline=deadline)


def ending(identity: UUID, outcome: str, number: int) -> list[Said]:
    """The entries of a submission that ends so."""
    event, _, inner = outcome.rstrip(")").partition("(")
    words = inner.split(", ") if inner else []
    stage = words[0] if event == "dead" else "index"
    reason = words[-1] if words else None
    article = None if event == "dead" else identity
    late = START + timedelta(seconds=number / 10)
    return [
        Said(identity, article, "fetch", "passed", None, late),
        Said(identity, article, stage, event, reason, late + timedelta(seconds=0.5)),
    ]


async def test_when_all_ends_as_planned_the_status_is_0_and_the_account_balances() -> None:
    world = World()
    assert await world.run() == 0
    assert world.said == []
    assert len(world.published) == len(world.steps)
    assert "The account balances." in world.out.getvalue()
    assert "Title 1" in world.out.getvalue()


async def test_entries_delivered_three_times_make_the_same_account() -> None:
    once, thrice = World(), World(repeat=3)
    assert await once.run() == await thrice.run() == 0
    assert once.out.getvalue() == thrice.out.getvalue()


async def test_the_page_is_corrected_after_its_first_publication_and_before_the_second() -> None:
    world = World()
    assert await world.run() == 0
    revised = next(step for step in world.steps if step.revise)
    waves = [step.wave for step in world.published]
    assert waves == sorted(waves)
    assert world.revised_when == [True]
    assert revised.revise is not None


async def test_a_step_that_ends_otherwise_is_named_and_the_status_is_1() -> None:
    world = World(instead={"dropped(robots)": "indexed"})
    assert await world.run() == 1
    (sentence,) = world.said
    assert "a page that robots.txt forbids" in sentence
    assert "expected dropped(robots), but it is indexed" in sentence


async def test_what_never_ends_is_named_after_the_deadline_and_the_second_wave_stays_out() -> None:
    world = World(lost=frozenset({"dropped(no_article)"}))
    async with asyncio.timeout(5):
        assert await world.run(deadline=0.1) == 1
    assert "a front page, no article" in world.said[0]
    assert "still in flight(fetch)" in world.said[0]
    assert "Not published: 3" in world.said[1]
    assert {step.wave for step in world.published} == {1}


async def test_a_publisher_that_gives_one_id_twice_makes_an_account_that_does_not_balance() -> None:
    world = World(same_ids=True)
    assert await world.run() == 1
    assert "does NOT balance" in world.out.getvalue()


async def test_a_journal_that_breaks_ends_the_run_at_once() -> None:
    class Broken(World):
        async def journal(self) -> AsyncIterator[Said]:
            raise ConnectionError("broker gone")
            yield

    with pytest.RaisesGroup(ConnectionError):
        await Broken().run(deadline=5)
