"""``journal``: what happened to one article, hop by hop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from rich.console import Console
from rich.table import Table

from wireroom import urls
from wireroom.cli.composition import codec
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.events import ArticleJournal
from wireroom.storage import reading
from wireroom.storage.pool import open_pool
from wireroom.wire.codec import Undecodable
from wireroom.wire.kafka import log
from wireroom.wire.settings import Settings as Kafka


def journal(what: str, settings: Settings, *, as_json: bool) -> int:
    entries = asyncio.run(_of(what, settings))
    if not entries:
        raise Trouble(f"{what}: the journal knows nothing of it; it keeps 7 days")
    if as_json:
        print_json([entry.model_dump(mode="json") for entry in entries])
        return 0
    table = Table("time", "stage", "what", "reason", "try", "waited", "worked", "record", box=None)
    for e in entries:
        table.add_row(
            f"{e.at:%Y-%m-%d %H:%M:%S.%f}"[:-3],
            e.stage,
            e.event,
            e.reason or "",
            str(e.attempt),
            f"{e.waited_ms:.0f} ms",
            f"{e.worked_ms:.0f} ms",
            f"{e.record_topic}/{e.record_partition}/{e.record_offset}",
        )
    Console().print(table)
    return 0


async def _of(what: str, settings: Settings) -> list[ArticleJournal]:
    subject = await resolve(what, settings)
    key = str(subject).encode()
    found = [entry async for entry in entries(settings.kafka, key=key)]
    # Work that was done twice is noted twice, under the same place in the log.
    return sorted(found, key=lambda entry: entry.at)


async def resolve(what: str, settings: Settings) -> UUID:
    """The article's id, from an id, or a URL in any form that is known. Raises ``Trouble``."""
    try:
        return UUID(what)
    except ValueError:
        pass
    try:
        direct = urls.article_id(what)
    except ValueError as error:
        raise Trouble(f"{what}: neither an article id nor a URL ({error})") from error
    async with open_pool(settings.postgres) as pool:
        known = await reading.show(pool, what)
    return UUID(str(known["article_id"])) if known else direct


async def entries(
    kafka: Kafka, *, key: bytes | None = None, follow: bool = False
) -> AsyncIterator[ArticleJournal]:
    async for batch in log.read(kafka, ArticleJournal.topic, key=key, follow=follow):
        for record in batch:
            try:
                yield codec().decode(record.value, ArticleJournal, record.headers)
            except Undecodable:
                continue  # somebody else wrote there; what we did is still told
