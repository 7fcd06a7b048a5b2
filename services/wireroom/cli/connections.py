"""Which Kafka and which Postgres a command means."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.embedded.addresses import read_addresses


@dataclass(frozen=True, slots=True)
class External:
    """What the environment names: these are used, and nothing is embedded."""

    kafka: bool
    postgres: bool


def external() -> External:
    return External(
        any(name.startswith("WIREROOM_KAFKA_BOOTSTRAP") for name in os.environ),
        any(name.startswith("WIREROOM_POSTGRES_DSN") for name in os.environ),
    )


def connected(settings: Settings, data: Path, *, postgres: bool = True) -> Settings:
    """``settings`` with the servers of the environment, else those that run in ``data``.

    ``postgres``: whether one is needed. Raises ``Trouble`` when there is none of what is needed.
    """
    named = external()
    if named.kafka and (named.postgres or not postgres):
        return settings
    running = read_addresses(data)
    if running is None:
        lacking = [] if named.kafka else ["WIREROOM_KAFKA_BOOTSTRAP_SERVERS"]
        lacking += [] if named.postgres or not postgres else ["WIREROOM_POSTGRES_DSN"]
        raise Trouble(
            f"nothing runs in {data}: start it with `wireroom up --data {data}`, "
            f"or set {' and '.join(lacking)} to use servers of your own"
        )
    return at(
        settings,
        kafka=None if named.kafka else running.kafka,
        postgres=None if named.postgres else running.postgres,
    )


def at(settings: Settings, *, kafka: str | None, postgres: str | None) -> Settings:
    """``settings`` with other addresses; None leaves one as it is."""
    changes: dict[str, object] = {}
    if kafka:
        changes["kafka"] = settings.kafka.model_copy(update={"bootstrap_servers": kafka})
    if postgres:
        dsn = SecretStr(postgres)
        changes["postgres"] = settings.postgres.model_copy(update={"dsn": dsn})
    return settings.model_copy(update=changes)
