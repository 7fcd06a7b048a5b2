"""Where the embedded servers' programs come from."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wireroom"


class Settings(BaseSettings):
    """Environment variables begin with ``WIREROOM_``, except ``CI``, which many systems set."""

    model_config = SettingsConfigDict(
        env_prefix="WIREROOM_", frozen=True, extra="ignore", populate_by_name=True
    )

    cache: Path = Field(
        default_factory=_cache,
        description="Folder for Kafka's jars and its start-up cache, shared by all data folders.",
    )
    m2: Path = Field(
        default_factory=lambda: Path.home() / ".m2" / "repository",
        description="Local Maven repository that is looked at before anything is downloaded.",
    )
    maven_mirror: str | None = Field(
        default=None, description="Address of a Maven repository to use instead of the usual one."
    )
    kafka_told: int = Field(
        default=0,
        description="Port that Kafka's clients are told to come to, such as a proxy's; 0: its own.",
    )
    java: Path | None = Field(
        default=None, description="Java home (17 or newer) to use instead of the installed wheel."
    )
    pg_bin: Path | None = Field(
        default=None, description="Folder with PostgreSQL's programs, instead of the wheel's."
    )
    ci: str | None = Field(
        default=None,
        validation_alias=AliasChoices("CI"),
        description="Set by CI systems: no start-up cache is built, it would not pay there.",
    )
