"""A worker in a process of its own, to be killed: ``python hop_worker.py BOOTSTRAP RUN [early]``.

``early`` commits a record before it is handled: the fault that the test has to find.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from random import random
from typing import ClassVar
from uuid import NAMESPACE_OID, UUID, uuid5

from prometheus_client import CollectorRegistry

from wireroom import events
from wireroom.runtime import member
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.process import stop_on_signals
from wireroom.runtime.stage import Outcome, Stage
from wireroom.runtime.worker import Worker
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.kafka import KafkaBroker
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic, of_dead_letters, of_event
from wireroom.wire.transport import Record


def kinds(run: str) -> tuple[type[events.ArticleSubmitted], type[events.ArticleFetched]]:
    """The real events on topics of this run's own."""

    class ArticleSubmitted(events.ArticleSubmitted):
        topic: ClassVar[str] = f"hop.{run}.intake"

    class ArticleFetched(events.ArticleFetched):
        topic: ClassVar[str] = f"hop.{run}.fetched"

    return ArticleSubmitted, ArticleFetched


def topics(run: str) -> list[Topic]:
    submitted, fetched = kinds(run)
    every: tuple[type[Event], ...] = (submitted, fetched, events.ArticleJournal)
    return [*map(of_event, every), of_dead_letters(f"hop-{run}", submitted)]


class Early(Worker[events.ArticleSubmitted]):
    def _begin(self, record: Record, tasks: asyncio.TaskGroup) -> None:
        self._member.finished(record.partition, record.offset)
        super()._begin(record, tasks)


def named(text: str | None) -> UUID:
    return uuid5(NAMESPACE_OID, text or "")


async def main(bootstrap: str, run: str, fault: str = "") -> None:
    submitted, fetched = kinds(run)

    async def handle(event: events.ArticleSubmitted) -> Outcome:
        # Out of order; and for the fault so long beside the commits that at any moment some
        # records are taken, committed and not done.
        await asyncio.sleep((0.3 if fault == "early" else 0.05) * random())
        return [
            fetched(
                article_id=named(event.text),
                submission=events.Submission(),
                hint=events.Hint(),
                fetched_at=datetime.now(UTC),
                text=event.text,
            )
        ]

    stage = Stage(
        name=f"hop-{run}",
        consumes=submitted,
        produces=(fetched,),
        handle=handle,
        identify=lambda event: named(event.text),
        concurrency=30,
    )
    member.COMMIT_EVERY = 0.05
    broker = KafkaBroker(
        Settings(bootstrap_servers=bootstrap),
        limits={topic.name: topic.max_bytes for topic in topics(run)},
        instance="one",
    )
    journal = Journal(events.ArticleJournal, stage=stage.name, instance="one", versions={})
    kind = Early if fault == "early" else Worker
    worker = kind(stage, broker, Codec(Schemas()), Metrics(CollectorRegistry(), "test"), journal)
    await worker.run(stop_on_signals())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
