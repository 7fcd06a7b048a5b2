"""``verify --embedded``: its own servers and services; with ``--chaos`` all that can break does."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import psutil
from rich.console import Console
from rich.table import Table

from wireroom.cli import composition
from wireroom.cli.progress import Progress
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.cli.up import Ports, Running, prepared
from wireroom.cli.verify import Asked, proving, report, say
from wireroom.embedded.ports import next_free
from wireroom.embedded.supervise import supervise
from wireroom.runtime.errors import Unavailable
from wireroom.storage.pool import connection, open_pool
from wireroom.verify import volume
from wireroom.verify.faults import (
    Fault,
    Struck,
    breaking,
    filling,
    freezing,
    havoc,
    killing,
    killing_server,
    recoveries,
)
from wireroom.verify.judgement import Judgement
from wireroom.verify.network import Link, link
from wireroom.verify.prove import judged, through
from wireroom.verify.volume import MB, NoVolume, Volume

PORTS_FROM = 21_000  # away from a pipeline that may be running here
STAGES = tuple(composition.STAGES)
SERVICES = (*STAGES, "relay", "ledger")
CONTACT = {"WIREROOM_FETCH_CONTACT": "verify@localhost"}  # nothing is fetched
SESSION = 10.0  # seconds; wire.settings.session_timeout_ms
ZOMBIE = SESSION + 2.0
AWAY = 4.0  # seconds that a link is cut or frozen
DISK = 1_000  # MB under Postgres that is to run full: of them 512 for its log
ROOM = 25_000  # bytes for each submission; a run of 20,000 had room enough
LATE = 0.15  # seconds by which a slow link is late, each way
PAUSE = 0.4  # seconds between a recovery and the next fault, on average


@dataclass(frozen=True, slots=True)
class Links:
    kafka: Link
    postgres: Link


def embedded(asked: Asked, settings: Settings, *, chaos: bool, as_json: bool) -> int:
    folder = Path(tempfile.mkdtemp(prefix="wireroom-verify-"))
    try:
        judgement, struck = asyncio.run(_embedded(asked, settings, folder, chaos))
    except BaseException:
        say(f"logs and data are left in {folder}")
        raise
    if struck:
        print_recoveries(struck)
    status = report(judgement, as_json=as_json)
    if status == 0:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        say(f"logs and data are left in {folder}")
    return status


async def _embedded(
    asked: Asked, settings: Settings, folder: Path, chaos: bool
) -> tuple[Judgement, Sequence[Struck]]:
    room = _small_disk(folder, asked.count) if chaos else nullcontext()
    with room as disk:
        async with started(settings, folder) as (running, links):
            stop = asyncio.Event()
            keeper = asyncio.create_task(supervise(running.children, stop, quiet, running.brood))
            try:
                chosen = faults(running, links, disk) if chaos else ()
                return await proved(asked, running, chosen)
            finally:
                stop.set()
                await keeper


@contextmanager
def _small_disk(folder: Path, count: int) -> Iterator[Volume | None]:
    """Under Postgres, where one can be had: it is to be filled."""
    with ExitStack() as stack:
        disk = None
        try:
            size = DISK + count * ROOM // MB
            disk = stack.enter_context(volume.small(folder / "postgres", size))
        except NoVolume as error:
            say(f"the disk will not run full: {error}")
        yield disk


async def proved(
    asked: Asked, running: Running, chosen: Sequence[Fault]
) -> tuple[Judgement, Sequence[Struck]]:
    """The proof against a pipeline whose services run, and what was done to it meanwhile."""
    async with proving(asked, running.settings) as (kit, made):
        sent = asyncio.create_task(through(kit, made, rate=asked.rate, patience=asked.patience))
        struck = await _meanwhile(sent, running, chosen, asked.seed) if chosen else ()
        await sent
        return await judged(kit, made), struck


@asynccontextmanager
async def started(settings: Settings, folder: Path) -> AsyncIterator[tuple[Running, Links]]:
    """A pipeline behind two links; its supervisor's and the proof's own connections go direct to
    Postgres, and to Kafka as the broker tells them: through the link.
    """
    ports = Ports(next_free(PORTS_FROM), next_free(PORTS_FROM + 1_000))
    async with link(ports.kafka) as kafka, link(ports.postgres) as postgres:
        told = settings.embedded.model_copy(update={"kafka_told": kafka.port})
        here = settings.model_copy(update={"embedded": told})
        each = {name: [name] for name in SERVICES}
        async with prepared(here, folder, CONTACT, each, ports) as running:
            if running.servers is None:
                raise Trouble("verify --embedded has servers of its own: unset WIREROOM_KAFKA_…")
            dsn = running.addresses.postgres.replace(f":{ports.postgres}/", f":{postgres.port}/")
            linked = {"WIREROOM_POSTGRES_DSN": dsn, "WIREROOM_FETCH_CONTACT": "verify@localhost"}
            children = [replace(child, env={**child.env, **linked}) for child in running.children]
            yield replace(running, children=children), Links(kafka, postgres)


async def _meanwhile(
    sent: asyncio.Task[None], running: Running, chosen: Sequence[Fault], seed: int | None
) -> Sequence[Struck]:
    """Break things until all that was sent has its end. The last fault is over when it returns."""
    busy = asyncio.Event()
    busy.set()
    sent.add_done_callback(lambda _: busy.clear())
    return await havoc(chosen, Random(seed), PAUSE, Progress(running).past, busy)


def faults(running: Running, links: Links, disk: Volume | None = None) -> list[Fault]:
    """All that is done, with how often it is chosen beside the others."""
    servers, postgres = running.servers, serving(running)
    assert servers is not None

    async def broker() -> bool:
        return servers.kafka.serving

    workers = [killing(name, partial(process, name), (name,), weight=3) for name in STAGES]
    return [
        *workers,
        killing("relay", partial(process, "relay"), ()),
        killing("ledger", partial(process, "ledger"), ()),
        killing_server("the broker", lambda: servers.kafka.pid, broker, STAGES),
        killing_server("Postgres", lambda: servers.postgres.pid, postgres, ("index",)),
        *(freezing(name, partial(process, name), (name,), ZOMBIE) for name in ("clean", "index")),
        *of_links(links),
        *of_disk(disk),
    ]


def of_disk(disk: Volume | None) -> list[Fault]:
    """The disk under Postgres is full."""
    if disk is None:
        return []
    return [filling("Postgres's disk full", disk.fill, disk.free, ("index",), AWAY)]


def of_links(links: Links) -> list[Fault]:
    """Cut, slow, and half open: nothing comes through and nobody is told."""
    kafka, postgres = links.kafka, links.postgres
    return [
        breaking("Kafka cut off", kafka.cut, kafka.mend, STAGES, AWAY),
        breaking("Kafka half open", kafka.freeze, kafka.mend, STAGES, AWAY),
        breaking("Kafka slow", lambda: kafka.slow(LATE), kafka.mend, (), AWAY),
        breaking("Postgres cut off", postgres.cut, postgres.mend, ("index",), AWAY),
        breaking("Postgres half open", postgres.freeze, postgres.mend, ("index",), AWAY),
    ]


def process(name: str) -> int | None:
    """The child that runs this service."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            line = child.cmdline()
            if line[-2:] == ["run", name] and "leash.py" not in " ".join(line):
                return int(child.pid)
    return None


def serving(running: Running) -> Callable[[], Awaitable[bool]]:
    """Whether Postgres takes a statement."""

    async def look() -> bool:
        try:
            async with open_pool(running.settings.postgres) as pool, connection(pool) as session:
                return bool(await session.fetchval("SELECT true"))
        except Unavailable:
            return False

    return look


def print_recoveries(struck: Sequence[Struck]) -> None:
    """On stderr: each fault, how often, and how long until articles flowed again."""
    table = Table("fault", "times", "median", "longest", box=None, title_justify="left")
    for name, (count, middle, longest) in recoveries(struck).items():
        times = [f"{t:.1f} s" if t is not None else "none waited" for t in (middle, longest)]
        table.add_row(name, str(count), *times)
    console = Console(file=sys.stderr)
    console.print(f"{len(struck)} faults; seconds from the end of each to the next article:")
    console.print(table)


def quiet(line: str) -> None:
    """Children that end are the point."""
