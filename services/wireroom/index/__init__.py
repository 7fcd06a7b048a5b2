"""Index: an article becomes a row that can be found, with the articles that it repeats.

Rows, consumer offsets and the messages that tell of them are written in one Postgres
transaction, so each article has exactly one row however often its record is read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wireroom.events import ArticleClassified, ArticleIndexed
from wireroom.index.follow_up import FollowUp
from wireroom.index.gauges import DatabaseMetrics, Gauges
from wireroom.index.messages import Encode, Journal, messages
from wireroom.index.rows import row
from wireroom.runtime.stage import Checkpoint, Delivery, Stage
from wireroom.storage import PostgresOffsets, articles, outbox, submissions, validators
from wireroom.storage.pool import Connection, Pool, transaction

__all__ = ["DatabaseMetrics", "FollowUp", "Gauges", "Report", "Settings", "stage"]

NAME = "index"

Observe: TypeAlias = Callable[[Sequence[tuple[Delivery[ArticleClassified], str]], int], None]


class Settings(BaseSettings):
    """How much is written at once."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_INDEX_", frozen=True, extra="ignore")

    batch_size: int = Field(
        default=500, ge=1, le=5000, description="Most articles in one transaction."
    )
    batch_wait: float = Field(
        default=0.05, ge=0, description="Seconds that a batch waits for more articles."
    )
    size_limit_gib: float = Field(
        default=50.0,
        ge=0,
        description="GiB that the database may take; an alert comes at 80 % of it. 0: never.",
    )


@dataclass(frozen=True, slots=True)
class Report:
    """Who hears of what was written.

    ``encode``: an event's bytes and the headers of its schema. ``journal``: the line for a
    record and its outcome, such as ``runtime.journal.Journal.entry``. ``observe``: for metrics,
    after the commit: what was written, and how many records were repetitions. ``wake``: there
    are messages to send.
    """

    encode: Encode
    journal: Journal
    observe: Observe
    wake: Callable[[], None]


@asynccontextmanager
async def stage(
    settings: Settings, pool: Pool, report: Report
) -> AsyncIterator[Stage[ArticleClassified]]:
    """The stage over an open pool of a migrated database."""

    async def handle(
        deliveries: Sequence[Delivery[ArticleClassified]], checkpoint: Checkpoint
    ) -> None:
        await write(deliveries, checkpoint, pool, report)

    yield Stage(
        name=NAME,
        consumes=ArticleClassified,
        produces=(ArticleIndexed,),
        handle_batch=handle,
        offsets=PostgresOffsets(pool, NAME),
        batch_size=settings.batch_size,
        batch_wait=settings.batch_wait,
    )


async def write(
    deliveries: Sequence[Delivery[ArticleClassified]],
    checkpoint: Checkpoint,
    pool: Pool,
    report: Report,
) -> None:
    """Write a batch, its place and its messages: all or nothing.

    Raises ``Fenced``; ``Permanent`` when the database won't have some row; ``Unavailable``.
    """
    async with transaction(pool) as connection:
        # First: a worker that has lost its partition ends here, and whoever claims it while we
        # write waits for our commit and reads the place that we leave.
        await checkpoint.save(connection)
        new = await _unsettled(connection, deliveries)
        rows = [row(delivery) for delivery in new]
        written = await articles.write(connection, rows)
        await validators.put(connection, zip(rows, written, strict=True))
        told = [
            message
            for delivery, done in zip(new, written, strict=True)
            for message in messages(delivery, done, report.encode, report.journal)
        ]
        if told:
            await outbox.put(connection, told)
    report.observe(
        [(delivery, done.outcome) for delivery, done in zip(new, written, strict=True)],
        len(deliveries) - len(new),
    )
    report.wake()


async def _unsettled(
    connection: Connection, deliveries: Sequence[Delivery[ArticleClassified]]
) -> list[Delivery[ArticleClassified]]:
    """Those whose submission has no outcome yet; the rest is work done twice."""
    pairs = [(d.hop.envelope.submission_id, d.event.article_id) for d in deliveries]
    first = await submissions.settle(connection, pairs)
    return [delivery for delivery, new in zip(deliveries, first, strict=True) if new]
