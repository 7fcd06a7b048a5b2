"""The embedded servers keep data and port, whoever is killed, and leave no process behind."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from wireroom.embedded import aot, kafka, postgres
from wireroom.embedded.errors import EmbeddedError
from wireroom.embedded.identity import identity
from wireroom.embedded.jars import load_lock
from wireroom.embedded.java import find_java
from wireroom.embedded.ports import HOST
from wireroom.embedded.process import reap
from wireroom.embedded.servers import Addresses, read_addresses, servers, write_addresses
from wireroom.embedded.settings import Settings

TOPIC = "wire"


class Ports(TypedDict):
    kafka_port: int
    postgres_port: int


@pytest.fixture
def ports() -> Ports:
    base = random.randrange(20_001, 22_000)
    return {"kafka_port": base, "postgres_port": base + 3_000}


async def until(met: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def make(addresses: Addresses) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=addresses.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 1, 1)])
    await admin.close()
    await sql(addresses.postgres, "CREATE TABLE copy (id int)")


async def put(addresses: Addresses, number: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=addresses.kafka, acks="all")
    await producer.start()
    await producer.send_and_wait(TOPIC, b"%d" % number)
    await producer.stop()
    await sql(addresses.postgres, f"INSERT INTO copy VALUES ({number})")


async def sql(address: str, statement: str) -> list[int]:
    session = await asyncpg.connect(address)
    try:
        return [row[0] for row in await session.fetch(statement)]
    finally:
        await session.close()


async def kept(addresses: Addresses, count: int) -> tuple[list[int], list[int]]:
    """The numbers that Kafka and PostgreSQL have."""
    consumer = AIOKafkaConsumer(
        TOPIC, bootstrap_servers=addresses.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    records = [await asyncio.wait_for(consumer.getone(), 10) for _ in range(count)]
    await consumer.stop()
    rows = await sql(addresses.postgres, "SELECT id FROM copy ORDER BY id")
    return [int(record.value) for record in records], rows


async def test_killed_servers_are_started_again_with_data_and_port(
    tmp_path: Path, ports: Ports
) -> None:
    said: list[str] = []
    async with servers(tmp_path, say=said.append, **ports) as running:
        addresses = running.addresses
        assert addresses.kafka == f"{HOST}:{ports['kafka_port']}"
        await make(addresses)
        await put(addresses, 1)
        stop = asyncio.Event()
        watching = asyncio.create_task(running.watch(stop))
        old = {running.kafka.pid, running.postgres.pid}
        assert running.kafka.serving
        assert running.postgres.serving
        running.kafka.kill9()
        running.postgres.kill9()
        assert not running.kafka.serving
        assert not running.postgres.serving
        await until(lambda: sum("died, starts again" in line for line in said) == 2)
        # It runs before it serves; whoever asks is not told too early.
        await until(lambda: running.kafka.pid is not None)
        assert not running.kafka.serving
        # Nobody waits for readiness here: clients of a restarting server connect again.
        await running.kafka.start()
        await running.postgres.start()
        assert running.kafka.serving
        assert old.isdisjoint({running.kafka.pid, running.postgres.pid})
        await put(addresses, 2)
        assert await kept(addresses, 2) == ([1, 2], [1, 2])
        stop.set()
        await watching
        pids = [running.kafka.pid, running.postgres.pid]
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    async with servers(tmp_path, say=said.append, **ports) as running:
        assert running.addresses == addresses
        assert await kept(addresses, 2) == ([1, 2], [1, 2])


async def test_a_server_that_was_stopped_stays_stopped(tmp_path: Path, ports: Ports) -> None:
    said: list[str] = []
    async with servers(tmp_path, say=said.append, **ports) as running:
        stop = asyncio.Event()
        watching = asyncio.create_task(running.watch(stop))
        await running.postgres.stop()
        await asyncio.sleep(0.6)
        assert running.postgres.pid is None
        await running.postgres.start()
        assert await sql(running.addresses.postgres, "SELECT 1") == [1]
        stop.set()
        await watching
    assert not any("died" in line for line in said)


async def test_a_data_folder_has_one_user_who_is_named(tmp_path: Path, ports: Ports) -> None:
    async with servers(tmp_path, say=print, **ports) as running:
        with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}:"):
            async with servers(tmp_path, say=print, **ports):
                pass
        assert await sql(running.addresses.postgres, "SELECT 1") == [1]
        file = tmp_path / "addresses.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert read_addresses(tmp_path) == running.addresses
    assert read_addresses(tmp_path) is None


async def test_a_taken_port_is_replaced_and_the_choice_kept(tmp_path: Path, ports: Ports) -> None:
    said: list[str] = []
    with socket.create_server((HOST, ports["kafka_port"])):
        async with servers(tmp_path, say=said.append, **ports) as running:
            first = running.addresses
    assert first.kafka != f"{HOST}:{ports['kafka_port']}"
    assert any(f"Kafka: port {ports['kafka_port']} is taken" in line for line in said)
    async with servers(tmp_path, say=said.append, **ports) as running:
        assert running.addresses == first


HOLDER = """
import asyncio
from pathlib import Path
from wireroom.embedded.servers import servers
async def hold():
    async with servers(Path({data!r}), say=print, **{ports!r}) as running:
        print("pids", running.kafka.pid, running.postgres.pid, flush=True)
        await asyncio.sleep(600)
asyncio.run(hold())
"""


async def holder(data: Path, ports: Ports) -> tuple[asyncio.subprocess.Process, list[int]]:
    """Another process that runs the servers; with the servers' process ids."""
    program = HOLDER.format(data=str(data), ports=ports)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    async for line in process.stdout:
        if line.startswith(b"pids"):
            return process, [int(word) for word in line.split()[1:]]
    raise AssertionError("the servers did not start")


async def test_orphans_of_a_killed_parent_are_ended_at_the_next_start(
    tmp_path: Path, ports: Ports
) -> None:
    parent, pids = await holder(tmp_path, ports)
    for pid in pids:  # stopped, they can't follow their parent
        os.kill(pid, signal.SIGSTOP)
    parent.kill()
    await parent.communicate()
    assert read_addresses(tmp_path) is None
    assert all(psutil.pid_exists(pid) for pid in pids)
    said: list[str] = []
    async with servers(tmp_path, say=said.append, **ports) as running:
        assert not any(psutil.pid_exists(pid) for pid in pids)
        assert not any("taken" in line for line in said)
        assert await sql(running.addresses.postgres, "SELECT 1") == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
async def test_servers_follow_a_killed_parent(tmp_path: Path, ports: Ports) -> None:
    parent, pids = await holder(tmp_path, ports)
    parent.kill()
    await parent.communicate()
    await until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


async def test_a_process_that_merely_has_the_old_pid_is_left_alone(tmp_path: Path) -> None:
    stranger = await asyncio.create_subprocess_exec("sleep", "600", str(tmp_path))
    assert not reap(stranger.pid, str(tmp_path / "server.properties"), signal.SIGTERM)
    assert stranger.returncode is None
    stranger.kill()
    await stranger.wait()


async def test_a_broken_start_up_cache_does_not_break_the_start(
    tmp_path: Path, ports: Ports
) -> None:
    usual = Settings()
    lock = load_lock()
    (tmp_path / "cache").mkdir()
    folder = f"kafka-{lock.kafka}"
    (tmp_path / "cache" / folder).symlink_to(usual.cache / folder)
    settings = Settings(cache=tmp_path / "cache")
    archive = aot.archive(settings.cache, find_java(settings.java), lock, kafka.JVM)
    if archive:
        archive.write_bytes(b"not a cache" * 1000)
    async with servers(tmp_path / "data", say=print, settings=settings, **ports) as running:
        assert running.kafka.pid


def test_addresses_of_a_process_that_is_gone_are_not_read(tmp_path: Path) -> None:
    addresses = Addresses("h:1", "postgresql://x", {"fetch": 9401})
    write_addresses(tmp_path, addresses)
    assert read_addresses(tmp_path) == addresses
    file = tmp_path / "addresses.json"
    file.write_text(file.read_text().replace('"born": ', '"born": 1'))
    assert read_addresses(tmp_path) is None


def test_postgres_never_runs_as_root(tmp_path: Path) -> None:
    programs = postgres.find_programs(None)
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    user = identity(programs, hidden)
    assert (os.geteuid() == 0) == bool(user.prefix)
