"""``demo``: the whole way on this machine, with invented news, in a folder that goes again."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from wireroom import urls
from wireroom.cli.composition import STAGES, broker, codec
from wireroom.cli.connections import External, external
from wireroom.cli.journal import entries
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.cli.up import prepared, say
from wireroom.demo.run import Kit, run
from wireroom.demo.site import Site, site
from wireroom.embedded.supervise import supervise
from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.runtime import process
from wireroom.storage import reading
from wireroom.storage.pool import Pool, open_pool
from wireroom.wire.publish import Publisher

IN_ONE = {"services": list(STAGES)}
"""One process for all four: three fewer times a second of imports, for a show of ten seconds."""

GO_ON = """
This was a rehearsal: its servers are stopped and its data is gone. To go on:

  .venv/bin/wireroom up                                # stays up; data in ./.wireroom
  .venv/bin/wireroom publish https://example.org/news  # in another terminal: a page of your choice
  .venv/bin/wireroom search WORDS                      # what has arrived
  psql "$(.venv/bin/wireroom dsn)" -c 'SELECT title, language, source FROM articles'
  curl -s localhost:9400/metrics | grep wireroom_outcomes_total
"""


def demo(settings: Settings) -> int:
    if external() != External(kafka=False, postgres=False):
        raise Trouble(
            "the demo brings its own servers: unset WIREROOM_KAFKA_BOOTSTRAP_SERVERS and "
            "WIREROOM_POSTGRES_DSN, or use `wireroom up` with them"
        )
    data = Path(tempfile.mkdtemp(prefix="wireroom-demo-"))
    try:
        status = asyncio.run(_demo(settings, data))
    finally:
        shutil.rmtree(data, ignore_errors=True)
    if status == 0:
        sys.stdout.write(GO_ON)
    return status


async def _demo(settings: Settings, data: Path) -> int:
    stop = process.stop_on_signals()
    async with (
        site() as served,
        prepared(settings, data, _opened_for(served), IN_ONE) as running,
    ):
        say("Services are starting …")
        keeper = asyncio.create_task(supervise(running.children, stop, say, running.brood))
        show = asyncio.create_task(_show(running.settings, served))
        try:
            await asyncio.wait({keeper, show}, return_when=asyncio.FIRST_COMPLETED)
            if not show.done():
                raise Trouble("stopped before the demo was through")
            return show.result()
        finally:
            show.cancel()
            stop.set()
            await keeper


def _opened_for(served: Site) -> Mapping[str, str]:
    """The demo's site is on this machine, which fetch refuses unless told."""
    ports = {origin.rsplit(":", 1)[1] for origin in served.origins.values()}
    return {
        "WIREROOM_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "WIREROOM_FETCH_PORTS": ",".join(sorted(ports)),
        "WIREROOM_FETCH_HOST_DELAY": "0.05",
        "WIREROOM_FETCH_CONTACT": "demo@localhost",
    }


async def _show(settings: Settings, served: Site) -> int:
    async with broker(settings).producer() as producer, open_pool(settings.postgres) as pool:
        kit = Kit(
            publish=_publishing(Publisher(producer, codec())),
            journal=lambda: _journal(settings),
            rows=lambda ids: _rows(pool, ids),
            say=say,
        )
        return await run(kit, at=served)


def _publishing(publisher: Publisher) -> Any:
    async def publish(submission: Mapping[str, object] | bytes) -> UUID:
        if isinstance(submission, bytes):
            return await publisher.publish_bytes(ArticleSubmitted.topic, submission)
        event = ArticleSubmitted.model_validate(dict(submission))
        key = urls.host(event.url).encode() if event.url else None
        return await publisher.publish(event, key=key)

    return publish


def _journal(settings: Settings) -> AsyncIterator[ArticleJournal]:
    return entries(settings.kafka, follow=True)


async def _rows(pool: Pool, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    found = [await reading.show(pool, str(article)) for article in ids]
    return [row for row in found if row is not None]
