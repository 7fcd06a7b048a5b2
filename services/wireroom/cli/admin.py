"""``migrate``, ``topics``, ``config``, ``dsn``: what an operator does around the services."""

from __future__ import annotations

import asyncio
import os
import sys

from pydantic import SecretStr
from rich.console import Console

from wireroom.cli.composition import all_topics
from wireroom.cli.settings import PARTS, Settings
from wireroom.cli.trouble import Trouble
from wireroom.storage.migrate import SchemaTooNew
from wireroom.storage.migrate import migrate as apply
from wireroom.storage.pool import open_pool
from wireroom.wire.kafka import admin


def migrate(settings: Settings) -> int:
    async def work() -> list[str]:
        async with open_pool(settings.postgres) as pool:
            return await apply(pool)

    try:
        done = asyncio.run(work())
    except SchemaTooNew as error:
        raise Trouble(f"{error}: run the newer version, or restore a backup") from error
    Console().print(f"applied: {', '.join(done)}" if done else "the database is up to date")
    return 0


def topics(settings: Settings) -> int:
    made = asyncio.run(admin.create(settings.kafka, all_topics()))
    Console().print(f"made: {', '.join(made)}" if made else "all topics are there")
    return 0


def config(settings: Settings) -> int:
    """What is in force, as lines that a shell or an env file takes; secrets masked."""
    for part, kind in PARTS.items():
        prefix = kind.model_config.get("env_prefix", "")
        held = getattr(settings, part)
        for name, field in kind.model_fields.items():
            if field.validation_alias is not None:
                continue
            variable = f"{prefix}{name}".upper()
            origin = "" if variable in os.environ else "  # default"
            sys.stdout.write(f"{variable}={masked(getattr(held, name))}{origin}\n")
    return 0


def dsn(settings: Settings) -> int:
    """With its password: for psql, not for a log."""
    sys.stdout.write(settings.postgres.dsn.get_secret_value() + "\n")
    return 0


def masked(value: object) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return "********" if value.get_secret_value() else ""
        case bool():
            return str(value).lower()
        case tuple() | frozenset():
            return ",".join(sorted(map(str, value)))
    return str(value)
