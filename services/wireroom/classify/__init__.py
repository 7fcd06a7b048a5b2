"""Classify: a cleaned article gets its language, its topics and its keyphrases.

The work runs in child processes, which alone hold the language model (about 100 MB); this
side only hands over text. So nothing here may import what ``article`` imports when it works.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wireroom import __version__
from wireroom.classify import lexicon
from wireroom.classify.article import Classified
from wireroom.classify.handler import handler
from wireroom.events import ArticleClassified, ArticleCleaned
from wireroom.runtime import Stage
from wireroom.runtime.pool import Pool
from wireroom.runtime.pool_process import Limits

__all__ = ["Settings", "stage"]

TIMEOUT = 10.0
"""Seconds for one article; a try of the pool and a second one fit in."""


class Settings(BaseSettings):
    """How the classify stage works."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_CLASSIFY_", frozen=True, extra="ignore")

    processes: int = Field(
        default=1,
        ge=1,
        description="Child processes; each holds 120 MB and does some 200 articles a second.",
    )
    cpu_seconds: float = Field(
        default=2.0, gt=0, description="CPU seconds for one article; more is a kill."
    )
    wall_seconds: float = Field(
        default=4.0, gt=0, lt=TIMEOUT / 2, description="Seconds on the clock for one try."
    )
    memory_mb: float = Field(
        default=300.0, gt=0, description="Resident MB of a child at work; more is a kill."
    )


@asynccontextmanager
async def stage(settings: Settings) -> AsyncIterator[Stage[ArticleCleaned]]:
    """Start the processes and yield the stage; end them on the way out."""
    limits = Limits(
        cpu_seconds=settings.cpu_seconds,
        wall_seconds=settings.wall_seconds,
        memory_mb=settings.memory_mb,
    )
    versions = {"classify": __version__, "lexicon": lexicon.version()}
    target, warm = "wireroom.classify.article:classify", "wireroom.classify.article:warm"
    async with Pool(target, settings.processes, limits, warm) as pool:

        async def run(title: str | None, text: str, language_hint: str | None) -> Classified:
            return cast(Classified, await pool.run(title, text, language_hint))

        yield Stage(
            name="classify",
            consumes=ArticleCleaned,
            produces=(ArticleClassified,),
            handle=handler(run, versions),
            # One more than can work: the next text waits at the door, not behind a round trip.
            concurrency=settings.processes + 1,
            window=200,
            timeout=TIMEOUT,
            versions=versions,
        )
