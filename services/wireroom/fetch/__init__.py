"""The first stage: a submission becomes a page or a text.

Inline content passes through. For a URL: robots.txt, the host's turn, one bounded GET behind the
address check, and a look at what came. The GET itself is ``wireroom.web``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from wireroom.events import ArticleFetched, ArticleSubmitted
from wireroom.fetch.handler import VERSIONS, handle, identify
from wireroom.runtime.stage import Stage
from wireroom.web.polite import polite
from wireroom.web.settings import Settings

__all__ = ["Settings", "stage"]


@asynccontextmanager
async def stage(settings: Settings) -> AsyncIterator[Stage[ArticleSubmitted]]:
    """Open the connections and yield the stage. ValueError when no contact is set.

    Many at once and a wide window: fetching is waiting, and with the usual 200 records past the
    watermark one hanging host stops its whole partition.
    """
    async with polite(settings) as web:
        yield Stage(
            name="fetch",
            consumes=ArticleSubmitted,
            produces=(ArticleFetched,),
            handle=partial(handle, get=web.get, clock=lambda: datetime.now(UTC)),
            identify=identify,
            concurrency=settings.concurrency,
            window=settings.window,
            timeout=60.0,
            versions=VERSIONS,
        )
