"""Relays as processes on a real broker: killed, stopped, in company. Nothing is lost or early."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest_asyncio

from wireroom.cli.composition import all_topics
from wireroom.relay.tier import TOGETHER
from wireroom.runtime.parking import DUE, TOPIC
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.settings import Settings
from wireroom.wire.topics import TIERS
from wireroom.wire.transport import Record

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

INTAKE = "articles.intake"
TICK = 100  # milliseconds


@pytest_asyncio.fixture
async def settings(servers: Servers) -> Settings:
    found = Settings(bootstrap_servers=servers.addresses.kafka, session_timeout_ms=6_000)
    await admin.create(found, all_topics())
    return found


class Relay:
    """``wireroom run relay`` in a process."""

    def __init__(self, settings: Settings, instance: str) -> None:
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("WIREROOM_")},
            "WIREROOM_KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "WIREROOM_KAFKA_SESSION_TIMEOUT_MS": "6000",
            "WIREROOM_INSTANCE": instance,
            "WIREROOM_METRICS_PORT": "0",
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wireroom", "run", "relay",
            env=self._environment, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip

    async def end(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return await self._process.wait()


@asynccontextmanager
async def relay(settings: Settings, instance: str) -> AsyncIterator[Relay]:
    one = Relay(settings, instance)
    await one.start()
    try:
        yield one
    finally:
        await one.end(signal.SIGTERM)


async def park(settings: Settings, mark: str, count: int, spread: float) -> None:
    """``count`` records, due one after another over ``spread`` seconds from a second on."""
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    tiers = list(TIERS)
    async with KafkaBroker(settings, limits=limits).producer() as producer:
        now = time.time()
        sent = [
            await producer.send(
                tiers[n % len(tiers)],
                key=b"%d" % n,
                value=f"{mark} {n}".encode(),
                headers={
                    TOPIC: INTAKE.encode(),
                    DUE: b"%d" % ((now + 1 + spread * (n * 7919 % count) / count) * 1000),
                    "due": b"%d" % ((now + 1 + spread * (n * 7919 % count) / count) * 1000),
                },
            )
            for n in range(count)
        ]
        for acked in sent:
            await acked


async def came_back(settings: Settings, mark: str) -> list[Record]:
    found = [record async for batch in log.read(settings, INTAKE) for record in batch]
    return [record for record in found if record.value.startswith(f"{mark} ".encode())]


async def some_more_back(settings: Settings, mark: str) -> None:
    """A relay is at work."""
    before = len(await came_back(settings, mark))
    async with asyncio.timeout(30):
        while len(await came_back(settings, mark)) == before:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.1)


async def all_back(settings: Settings, mark: str, count: int) -> list[Record]:
    end = time.monotonic() + 60
    while True:
        found = await came_back(settings, mark)
        missing = {f"{mark} {n}".encode() for n in range(count)} - {r.value for r in found}
        if not missing:
            return found
        assert time.monotonic() < end, f"{len(missing)} did not come back: {sorted(missing)[:9]}"
        await asyncio.sleep(0.5)


def early(records: list[Record]) -> list[Record]:
    return [r for r in records if r.timestamp + TICK < int(r.headers["due"])]


async def test_killed_again_and_again_it_loses_nothing_and_repeats_little(
    settings: Settings,
) -> None:
    count, kills = 600, 3
    await park(settings, "killed", count, spread=6)
    async with relay(settings, "one") as one:
        for _ in range(kills):
            await asyncio.sleep(2)
            await one.end(signal.SIGKILL)
            await one.start()
        found = await all_back(settings, "killed", count)
    repeated = sum(n - 1 for n in Counter(r.value for r in found).values())
    assert len({r.value for r in found}) == count
    assert repeated <= kills * TOGETHER
    assert early(found) == []


async def test_stopped_in_the_ordinary_way_it_repeats_nothing(settings: Settings) -> None:
    count = 600
    await park(settings, "stopped", count, spread=6)
    async with relay(settings, "one") as one:
        for how in (signal.SIGINT, signal.SIGTERM):
            await some_more_back(settings, "stopped")
            assert await one.end(how) == 0
            await one.start()
        found = await all_back(settings, "stopped", count)
    assert len(found) == count
    assert early(found) == []


async def test_two_share_the_work_and_when_one_comes_or_goes_nothing_is_repeated(
    settings: Settings,
) -> None:
    count = 600
    await park(settings, "shared", count, spread=6)
    async with relay(settings, "one"):
        await some_more_back(settings, "shared")
        async with relay(settings, "two"):
            await asyncio.sleep(3)  # it joins, takes its share, and leaves
        found = await all_back(settings, "shared", count)
    assert len(found) == count
    assert early(found) == []
