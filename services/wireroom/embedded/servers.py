"""Both servers together: where they are, who may start them, and that they stay up."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from wireroom.embedded import aot, kafka, postgres
from wireroom.embedded.addresses import Addresses, read_addresses, sole_user, write_addresses
from wireroom.embedded.errors import EmbeddedError
from wireroom.embedded.identity import identity
from wireroom.embedded.jars import fetch, jgo_download, load_lock
from wireroom.embedded.java import find_java
from wireroom.embedded.ports import HOST, is_free, keep, kept, next_free
from wireroom.embedded.process import Program, Server, reap_recorded
from wireroom.embedded.settings import Settings
from wireroom.embedded.supervise import STEADY, pause
from wireroom.embedded.train import build_archive

__all__ = ["Addresses", "Servers", "read_addresses", "servers", "write_addresses"]

Say = Callable[[str], None]

CONTROLLER_OFFSET = 10_000
"""Kafka's second port, which no client needs, is looked for this far above its first."""

SETTLED = 60.0
"""Seconds of running after which building the start-up cache disturbs nobody's first try."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and with what the servers run; ``servers`` grows as they are started."""

    data: Path
    settings: Settings
    say: Say
    servers: list[Server]


@dataclass(frozen=True, slots=True)
class Servers:
    """Two running servers; both keep data and port over every restart."""

    addresses: Addresses
    kafka: Server
    postgres: Server
    place: _Place

    async def watch(self, stop: asyncio.Event) -> None:
        """Start a server again that died, until ``stop``; one that was stopped stays stopped.

        Once they have run for a while, Kafka's start-up cache is made beside them.
        """
        training = asyncio.create_task(_train_when_idle(self.place))
        try:
            await asyncio.gather(
                *(_watch(s, stop, self.place.say) for s in (self.kafka, self.postgres))
            )
        finally:
            training.cancel()
            await asyncio.gather(training, return_exceptions=True)


@asynccontextmanager
async def servers(
    data: Path,
    *,
    say: Say,
    kafka_port: int = 9092,
    postgres_port: int = 15432,
    settings: Settings | None = None,
) -> AsyncIterator[Servers]:
    """Start both, hand them over, stop both at the end. State is kept in ``data``.

    A port that is taken is replaced by the next free one; the choice is kept. ``addresses.json`` is
    written, with no metrics ports yet, and removed at the end.

    Raises ``EmbeddedError``: another process uses ``data``, or a server can't be had or started.
    """
    place = _place(data, settings or Settings(), say)
    with sole_user(place.data):
        tasks = [
            asyncio.create_task(_kafka(place, kafka_port)),
            asyncio.create_task(_postgres(place, postgres_port)),
        ]
        try:
            (bootstrap, broker), (dsn, database) = await asyncio.gather(*tasks)
            addresses = Addresses(bootstrap, dsn, {})
            write_addresses(place.data, addresses)
            yield Servers(addresses, broker, database, place)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            (place.data / "addresses.json").unlink(missing_ok=True)
            await asyncio.gather(*(server.stop() for server in place.servers))


def _place(data: Path, settings: Settings, say: Say) -> _Place:
    data = data.absolute()
    data.mkdir(parents=True, exist_ok=True)
    return _Place(data, settings, say, [])


async def _kafka(place: _Place, asked: int) -> tuple[str, Server]:
    settings, loop = place.settings, asyncio.get_running_loop()
    java, lock = find_java(settings.java), load_lock()

    def say(line: str) -> None:
        loop.call_soon_threadsafe(place.say, line)

    download = jgo_download(settings.maven_mirror)
    jars = await asyncio.to_thread(fetch, lock, settings.cache, settings.m2, download, say)
    archive = aot.archive(settings.cache, java, lock, kafka.JVM)

    def broker(port: int) -> kafka.Broker:
        controller = next_free(min(port + CONTROLLER_OFFSET, 60_000))
        folder, logs = place.data / "kafka", place.data / "log"
        return kafka.Broker(folder, logs, port, controller, place.settings.kafka_told)

    def program(port: int) -> Program:
        return kafka.program(broker(port), java, lock, jars, archive)

    port, server = await _started(place, asked, program)
    return f"{HOST}:{port}", server


async def _postgres(place: _Place, asked: int) -> tuple[str, Server]:
    programs = postgres.find_programs(place.settings.pg_bin)
    folder = place.data / "postgres"
    folder.mkdir(exist_ok=True)
    user = await asyncio.to_thread(identity, programs, folder)

    def cluster(port: int) -> postgres.Cluster:
        return postgres.Cluster(folder, place.data / "log", port, programs, user)

    port, server = await _started(place, asked, lambda port: postgres.program(cluster(port)))
    return cluster(port).dsn(), server


async def _started(
    place: _Place, asked: int, program: Callable[[int], Program]
) -> tuple[int, Server]:
    """Start on the port kept for this wish, else the next free one; returns the port too."""
    name = program(asked).name
    await asyncio.to_thread(reap_recorded, program(asked))
    wished = kept(place.data, name, asked)
    for last in (False, False, True):
        port = next_free(wished)
        if port != wished:
            place.say(f"{name}: port {wished} is taken, {port} is used")
        server = Server(program(port), os.getpid())
        place.servers.append(server)
        try:
            await server.start()
        except EmbeddedError:
            # Another program may have taken the port since it was looked at.
            if last or is_free(port):
                raise
            await server.stop()
            continue
        keep(place.data, name, asked, port)
        return port, server
    raise AssertionError("the last try returns or raises")


async def _watch(server: Server, stop: asyncio.Event, say: Say) -> None:
    quick_ends, since = 0, time.monotonic()
    while not await _stopped_within(stop, 0.2):
        if not server.died:
            continue
        quick_ends = 1 if time.monotonic() - since > STEADY else quick_ends + 1
        seconds = pause(quick_ends)
        say(f"{server.name} died, starts again in {seconds:.1f} s; see {server.log}")
        if await _stopped_within(stop, seconds):
            return
        since = time.monotonic()
        try:
            await server.start()
        except EmbeddedError as error:
            say(str(error))


async def _train_when_idle(place: _Place) -> None:
    await asyncio.sleep(SETTLED)
    try:
        await build_archive(place.settings)
    except (EmbeddedError, OSError) as error:
        place.say(f"Kafka's start-up cache was not built, starts stay as they are: {error}")


async def _stopped_within(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()
