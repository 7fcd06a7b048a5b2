"""``up``: everything on one machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from wireroom.cli.composition import SERVICES, all_topics
from wireroom.cli.connections import at, external
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.embedded.addresses import Addresses, write_addresses
from wireroom.embedded.brood import Brood
from wireroom.embedded.errors import EmbeddedError
from wireroom.embedded.ports import is_free, next_free
from wireroom.embedded.servers import Servers, servers
from wireroom.embedded.supervise import Child, supervise
from wireroom.runtime import process
from wireroom.storage.migrate import SchemaTooNew, migrate
from wireroom.storage.pool import open_pool
from wireroom.wire.kafka import admin

METRICS_FROM = 9400

LOADED = (
    "wireroom.cli.run",
    *(f"wireroom.{name}" for name in ("fetch", "clean", "classify", "index")),
    *(f"wireroom.{name}" for name in ("relay", "ledger", "canary")),
    "wireroom.clean.work:warm",
    "wireroom.classify.article:warm",
)
"""What services and their pools import and load, for the process that they are forked from."""


class Ports(NamedTuple):
    """Of the embedded servers."""

    kafka: int
    postgres: int


USUAL = Ports(9092, 15432)


@dataclass(frozen=True, slots=True)
class Running:
    """Servers that are up and made ready, what the services are told, and what forks them."""

    settings: Settings
    addresses: Addresses
    children: Sequence[Child]
    servers: Servers | None = None  # those that are embedded
    brood: Brood | None = None


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def up(settings: Settings, data: Path) -> int:
    data.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_up(settings, data))


async def _up(settings: Settings, data: Path) -> int:
    stop = process.stop_on_signals()
    async with prepared(settings, data, {}, {name: [name] for name in SERVICES}) as running:
        say(f"Kafka {running.addresses.kafka}   Postgres {_shown(running.addresses.postgres)}")
        for name, port in running.addresses.metrics.items():
            say(f"{name:9} http://127.0.0.1:{port}/metrics")
        say("Publish with `wireroom publish URL`; stop with Ctrl-C.")
        await supervise(running.children, stop, say, running.brood)
    return 0


@asynccontextmanager
async def prepared(
    settings: Settings,
    data: Path,
    environment: Mapping[str, str],
    processes: Mapping[str, Sequence[str]],
    ports: Ports = USUAL,
) -> AsyncIterator[Running]:
    """Servers up (or those that the environment names), migrated, topics made; the processes, by
    name with the services that each runs, not started yet. ``environment`` is added to theirs;
    ``ports``: where the servers are to listen. Raises ``Trouble``.
    """
    brood = Brood("wireroom.cli:main", LOADED)  # loads while the servers start
    try:
        async with _prepared(settings, data, environment, processes, ports) as running:
            yield replace(running, brood=brood)
    finally:
        brood.close()


@asynccontextmanager
async def _prepared(
    settings: Settings,
    data: Path,
    environment: Mapping[str, str],
    processes: Mapping[str, Sequence[str]],
    ports: Ports,
) -> AsyncIterator[Running]:
    named = external()
    if named.kafka != named.postgres:
        lacking = "WIREROOM_POSTGRES_DSN" if named.kafka else "WIREROOM_KAFKA_BOOTSTRAP_SERVERS"
        raise Trouble(f"set {lacking} too: either both servers are yours, or both are embedded")
    if named.kafka:
        dsn = settings.postgres.dsn.get_secret_value()
        addresses = Addresses(settings.kafka.bootstrap_servers, dsn, {})
        yield await _ready(settings, addresses, data, environment, processes)
        return
    try:
        started = servers(
            data,
            say=say,
            settings=settings.embedded,
            kafka_port=ports.kafka,
            postgres_port=ports.postgres,
        )
        async with started as embedded:
            ready = await _ready(settings, embedded.addresses, data, environment, processes)
            running = replace(ready, servers=embedded)
            stop = asyncio.Event()
            watch = asyncio.create_task(embedded.watch(stop))
            try:
                yield running
            finally:
                stop.set()
                await watch
    except EmbeddedError as error:
        raise Trouble(str(error)) from error


async def _ready(
    settings: Settings,
    addresses: Addresses,
    data: Path,
    environment: Mapping[str, str],
    processes: Mapping[str, Sequence[str]],
) -> Running:
    here = at(settings, kafka=addresses.kafka, postgres=addresses.postgres)

    async def tables() -> None:
        async with open_pool(here.postgres) as pool:
            try:
                await migrate(pool)
            except SchemaTooNew as error:
                raise Trouble(f"{error}: run the newer version") from error

    await asyncio.gather(tables(), admin.create(here.kafka, all_topics()))
    metrics = _ports(processes)
    known = Addresses(addresses.kafka, addresses.postgres, metrics)
    write_addresses(data, known)
    told = {
        "WIREROOM_KAFKA_BOOTSTRAP_SERVERS": addresses.kafka,
        "WIREROOM_POSTGRES_DSN": addresses.postgres,
        **_contact(settings, environment),
        **environment,
    }
    children = [
        Child(
            name,
            [sys.executable, "-m", "wireroom", "run", *services],
            data / "log" / f"{name}.log",
            told,
            partial(free_port, known, name, data),
            ["run", *services],
        )
        for name, services in processes.items()
    ]
    return Running(here, known, children)


def free_port(known: Addresses, name: str, data: Path) -> Mapping[str, str]:
    """The service's port for metrics; another than ``known`` had when somebody took that."""
    port = known.metrics[name]
    if not is_free(port):
        known.metrics[name] = next_free(max(known.metrics.values()) + 1)
        say(f"{name}: port {port} is taken, {known.metrics[name]} is used")
        write_addresses(data, known)
    return {"WIREROOM_METRICS_PORT": str(known.metrics[name])}


def _ports(names: Iterable[str]) -> dict[str, int]:
    ports: dict[str, int] = {}
    start = METRICS_FROM
    for name in names:
        ports[name] = next_free(start)
        start = ports[name] + 1
    return ports


def _contact(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """Who fetches from here may be asked: on a trial machine, its user."""
    if settings.fetch.contact or "WIREROOM_FETCH_CONTACT" in (os.environ | dict(environment)):
        return {}
    contact = f"{getpass.getuser()}@{socket.gethostname()}"
    say(f"Sites that you fetch from are told {contact}; better set WIREROOM_FETCH_CONTACT.")
    return {"WIREROOM_FETCH_CONTACT": contact}


def _shown(dsn: str) -> str:
    """Without the password."""
    return dsn.split("@")[-1]
