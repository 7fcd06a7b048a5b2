"""From kill -9 of a service to its next finished article, while articles come all the time; and
of a server, from the moment at which it serves again.

Forked from a process that has everything loaded, as `wireroom up` does it, and as new Pythons.
Relay and ledger finish no articles: of them it is the time until they say that they are ready.
CPU: what the new process and its children have used by then. Memory: PSS of all services, with
what they are forked from, in which what processes have in common counts once.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median

import psutil
from tests.bench import load
from tests.bench.processes import MB

from wireroom.cli import settings
from wireroom.cli.chaos import process
from wireroom.cli.composition import STAGES, broker, codec
from wireroom.cli.progress import last_progress
from wireroom.cli.up import Ports, Running, prepared
from wireroom.embedded.brood import Brood
from wireroom.embedded.ports import next_free
from wireroom.embedded.process import Server
from wireroom.embedded.supervise import supervise
from wireroom.wire import headers
from wireroom.wire.headers import FINGERPRINT

SERVICES = (*STAGES, "relay", "ledger")
KILLS = 10  # of each
RATE = 10.0  # articles a second
PAUSE = 2.0  # seconds between a recovery and the next kill: each lives for ten, or it has to wait
GIVE_UP = 60.0
LOOK = 0.02  # between two looks over HTTP; nothing in this process knows (hence ASYNC110)
CONTACT = {"WIREROOM_FETCH_CONTACT": "bench@localhost"}


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    return asyncio.run(_measure(folder / "restarts"))


async def _measure(folder: Path) -> list[str]:
    each = {name: [name] for name in SERVICES}
    lines = [
        f"seconds from kill -9 to the next article, {KILLS} kills of each: median, longest; CPU s",
        f"{'':10}" + "".join(f"{name:>18}" for name in SERVICES) + f"{'ready':>8}{'MB':>6}",
    ]
    ports = Ports(next_free(24_000), next_free(25_000))
    async with prepared(settings.load(), folder, CONTACT, each, ports) as running:
        for label, brood in (("executed", None), ("forked", running.brood)):
            lines.append(f"  {label:8}" + await _way(running, brood))
        lines.append(f"kill -9 of a server, {KILLS} times each")
        return [*lines, *await _servers(running)]


async def _way(running: Running, brood: Brood | None) -> str:
    async with _supervised(running, brood) as started:
        memory = _memory(brood)
        async with _stream(running):
            found = [(name, await _kill(running, name)) for name in SERVICES * KILLS]
    parts = []
    for service in SERVICES:
        times = [took for name, (took, _) in found if name == service]
        spent = median(cpu for name, (_, cpu) in found if name == service)
        parts.append(f"{median(times):7.2f}{max(times):6.2f}{spent:5.2f}")
    return "".join(parts) + f"{started:8.1f}{memory:6.0f}"


@asynccontextmanager
async def _supervised(running: Running, brood: Brood | None) -> AsyncIterator[float]:
    """All services, ready; in how many seconds."""
    stop, began = asyncio.Event(), time.monotonic()
    keeper = asyncio.create_task(supervise(running.children, stop, lambda line: None, brood))
    try:
        await _until_ready(running)
        yield time.monotonic() - began
    finally:
        stop.set()
        await keeper


async def _servers(running: Running) -> list[str]:
    """A line for each: until it serves, and from then until every stage that needs it goes on."""
    assert running.servers is not None
    kinds = ((running.servers.postgres, ("index",)), (running.servers.kafka, tuple(STAGES)))
    lines = []
    async with _supervised(running, running.brood), _stream(running):
        for server, stages in kinds:
            took = [await _kill_server(running, server, stages) for _ in range(KILLS)]
            away, after = ([one[n] for one in took] for n in (0, 1))
            lines.append(
                f"  {server.name}: away {median(away):.2f} s, at most {max(away):.2f}; then until "
                f"{', '.join(stages)} went on {median(after):.2f} s, at most {max(after):.2f}"
            )
    return lines


async def _kill_server(
    running: Running, server: Server, stages: Sequence[str]
) -> tuple[float, float]:
    await asyncio.sleep(PAUSE)
    pid, killed = server.pid, time.time()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(GIVE_UP):
        while server.pid in (None, pid) or not server.serving:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
        back = time.time()
        for name in stages:
            while not await asyncio.to_thread(_goes_on, running, name, back):  # noqa: ASYNC110
                await asyncio.sleep(LOOK)
    return back - killed, time.time() - back


async def _kill(running: Running, name: str) -> tuple[float, float]:
    await asyncio.sleep(PAUSE)
    pid = process(name)
    assert pid is not None
    began = time.time()
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(GIVE_UP):
        while not await asyncio.to_thread(_goes_on, running, name, began):  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
    took = time.time() - began
    return took, _cpu(process(name))


def _cpu(pid: int | None) -> float:
    """Of a process that is new and its children."""
    if pid is None:
        return 0.0
    leader = psutil.Process(pid)
    times = [p.cpu_times() for p in (leader, *leader.children(recursive=True))]
    return sum(t.user + t.system for t in times)


def _memory(brood: Brood | None) -> float:
    found = [psutil.Process(pid) for name in SERVICES if (pid := process(name))]
    family = [*found, *(child for one in found for child in one.children(recursive=True))]
    if brood is not None and brood.pid is not None:
        family.append(psutil.Process(brood.pid))
    total = 0.0
    for one in family:
        with suppress(psutil.NoSuchProcess):
            total += one.memory_full_info().pss / MB
    return total


async def _until_ready(running: Running) -> None:
    async with asyncio.timeout(GIVE_UP):
        for name in SERVICES:
            while not await asyncio.to_thread(_is_ready, running, name):  # noqa: ASYNC110
                await asyncio.sleep(LOOK)


def _goes_on(running: Running, name: str, moment: float) -> bool:
    if name not in STAGES:
        return _is_ready(running, name)
    return last_progress(_answer(running, name, "/metrics")[1]) > moment


def _is_ready(running: Running, name: str) -> bool:
    return _answer(running, name, "/readyz")[0] == 200


def _answer(running: Running, name: str, path: str) -> tuple[int, str]:
    """Status and text; 0 where nobody answers."""
    connection = HTTPConnection("127.0.0.1", running.addresses.metrics[name], timeout=1)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, HTTPException):
        return 0, ""
    finally:
        connection.close()


@asynccontextmanager
async def _stream(running: Running) -> AsyncIterator[None]:
    publishing = asyncio.create_task(_publish(running))
    try:
        yield
    finally:
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)


async def _publish(running: Running) -> None:
    first = int(time.time()) % 1_000_000 * 100  # other articles than the way before
    async with broker(running.settings).producer() as producer:
        for number in itertools.count(first):
            (event,) = load.texts([number])
            mark = {FINGERPRINT: codec().fingerprint(type(event))}
            await producer.send(
                event.topic,
                key=None,
                value=codec().encode(event),
                headers={**headers.first(), **mark},
            )
            await asyncio.sleep(1 / RATE)
