"""Clean: a page or a syndicated text becomes an article, with what was left out and why.

Pages go one way (``page``), plain text another (``syndicated``); both end in ``Extracted``.
The work is done in processes that are killed when a page takes too much CPU time.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wireroom.clean.handler import handle
from wireroom.clean.metrics import CleanMetrics, Seen, unseen
from wireroom.clean.versions import VERSIONS
from wireroom.events import ArticleCleaned, ArticleFetched
from wireroom.runtime.pool import Pool
from wireroom.runtime.pool_process import Limits
from wireroom.runtime.stage import Stage

__all__ = ["CleanMetrics", "Settings", "stage"]

STAGE_TIMEOUT = 10.0  # seconds


def half_of_the_cores() -> int:
    """The other half is for the event loops, the broker and the database on the same machine."""
    return max(1, (os.cpu_count() or 1) // 2)


class Settings(BaseSettings):
    """How clean works; environment variables begin with ``WIREROOM_CLEAN_``."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_CLEAN_", frozen=True, extra="ignore")

    processes: int = Field(
        default_factory=half_of_the_cores, ge=1, description="Worker processes; half of the cores."
    )
    cpu_seconds: float = Field(
        default=2.0, gt=0, description="CPU time of one article, then its process is killed."
    )
    wall_seconds: float = Field(
        default=8.0, gt=0, lt=STAGE_TIMEOUT, description="Time on the clock of one article."
    )
    memory_mb: float = Field(
        default=1024.0, gt=0, description="Memory of a process, then it is killed."
    )
    growth_mb: float = Field(
        default=150.0, gt=0, description="Growth of a process, after which it is replaced."
    )
    tasks: int = Field(
        default=20_000, ge=1, description="Articles of a process, after which it is replaced."
    )


@asynccontextmanager
async def stage(settings: Settings, seen: Seen = unseen) -> AsyncIterator[Stage[ArticleFetched]]:
    """Start the processes and yield the stage. ``Unavailable`` when they do not start.

    ``seen``: for metrics, told of each page and text.
    """
    limits = Limits(
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=settings.wall_seconds,
        memory_mb=settings.memory_mb,
        growth_mb=settings.growth_mb,
        tasks=settings.tasks,
    )
    target, warm = "wireroom.clean.work:run", "wireroom.clean.work:warm"
    async with Pool(target, settings.processes, limits, warm) as pool:
        yield Stage(
            name="clean",
            consumes=ArticleFetched,
            produces=(ArticleCleaned,),
            handle=partial(handle, run=pool.run, seen=seen),
            concurrency=4 * settings.processes,  # enough that no process waits for the next one
            window=200,
            timeout=STAGE_TIMEOUT,
            versions=VERSIONS,
        )
