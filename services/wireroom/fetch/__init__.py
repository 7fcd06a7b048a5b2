"""The first stage: a submission becomes a page or a text.

Inline content passes through. For a URL: robots.txt, the host's turn, one bounded GET behind the
address check, and a look at what came. The GET itself is ``wireroom.web``. A page that is known
from the last time is asked for news only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.fetch.handler import VERSIONS, World, belongs, handle, identify
from wireroom.fetch.known import Known, nothing_known
from wireroom.fetch.lookup import RecallMetrics, recall
from wireroom.fetch.submission import accepted_at
from wireroom.runtime.hand import turn
from wireroom.runtime.stage import Stage
from wireroom.web.metrics import WebMetrics
from wireroom.web.polite import polite
from wireroom.web.settings import Settings

__all__ = ["RecallMetrics", "Settings", "WebMetrics", "nothing_known", "recall", "stage"]

SLOWEST = 20  # hosts that people are shown


@asynccontextmanager
async def stage(
    settings: Settings, known: Known = nothing_known, metrics: WebMetrics | None = None
) -> AsyncIterator[Stage[ArticleSubmitted]]:
    """Open the connections and yield the stage. ValueError when no contact is set.

    ``known``: what is kept of a page, such as ``recall``. Many at once and a wide window: fetching
    is waiting, and with the usual 200 records past the watermark one hanging host stops its whole
    partition. Few of them are in flight; the scheduler of ``web`` sees to that.
    """
    async with polite(settings, observer=metrics) as web:
        if metrics is not None:
            metrics.watch(web.states)
        world = World(
            get=partial(web.get, wait=turn),
            clock=lambda: datetime.now(UTC),
            known=known,
            accepted=accepted_at,
        )
        yield Stage(
            name="fetch",
            consumes=ArticleSubmitted,
            produces=(ArticleFetched,),
            handle=partial(handle, world=world),
            identify=identify,
            belongs=belongs,
            concurrency=settings.window_total,
            window=settings.window,
            timeout=60.0,
            versions=VERSIONS,
            rankings=lambda: {"slowest_hosts": [asdict(host) for host in web.slowest(SLOWEST)]},
        )
