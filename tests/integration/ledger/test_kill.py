"""kill -9 of the ledger amid a stream, over real servers: the balance is exact."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.ledger import GROUPS
from wireroom.ledger.service import TOLD
from wireroom.ledger.states import folded, state
from wireroom.storage import Pool, connection, ledger_reading
from wireroom.storage.ledger_rows import Story
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.settings import Settings as Kafka
from wireroom.wire.topics import of_event
from wireroom.wire.transport import Producer

from . import stream

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

PROGRAM = Path(__file__).parent / "ledger_worker.py"
TOPICS = {kind.topic: of_event(kind) for kind in (ArticleSubmitted, ArticleJournal)}
KILLS = 3
RECORDS = 600


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, PROGRAM, *arguments)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def read(pool: Pool) -> int:
    """Records whose place was written."""
    async with connection(pool) as session:
        query = "SELECT coalesce(sum(greatest(next_offset, 0)), 0) FROM kafka_offsets WHERE grp = ANY($1)"
        return int(await session.fetchval(query, list(GROUPS)))


async def until_read(pool: Pool, count: int) -> None:
    async with asyncio.timeout(120):
        while await read(pool) < count:  # noqa: ASYNC110  # a database rings no bell
            await asyncio.sleep(0.02)


async def publish(
    producer: Producer, accepted: dict[UUID, int], lines: list[ArticleJournal]
) -> None:
    await asyncio.gather(stream.hand_in(producer, accepted), stream.journal(producer, lines))


async def states_after_kills(
    servers: Servers, database: str, pool: Pool, fault: str = ""
) -> tuple[Counter[str], Counter[str]]:
    """Records by state: as the ledger has them, and as they must be."""
    kafka = Kafka(bootstrap_servers=servers.addresses.kafka)
    await admin.create(kafka, TOPICS.values())
    accepted, lines = stream.mixed(range(RECORDS), random.Random())
    arguments = (servers.addresses.kafka, database, fault)
    async with KafkaBroker(kafka, limits={}).producer() as producer:
        publishing = asyncio.create_task(publish(producer, accepted, lines))
        for _ in range(KILLS):
            before = await read(pool)
            async with running(*arguments) as process:
                await until_read(pool, before + 60)
                process.send_signal(signal.SIGKILL)
                await process.wait()
        await publishing
    expected, there = await _told(kafka)
    # The last one is honest: what is lost by then stays lost.
    async with running(servers.addresses.kafka, database) as process:
        await until_read(pool, there)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    balance = await ledger_reading.balance(pool, None)
    found: Counter[str] = Counter()
    for one in balance.lines:
        found[one["state"]] += one["records"]
    return found, expected


async def _told(kafka: Kafka) -> tuple[Counter[str], int]:
    """What the topics say, read at once and by nobody who dies; and how many records they have."""
    told: list[Story] = []
    there = 0
    for topic, tell in TOLD.items():
        async for batch in log.read(kafka, topic):
            told += [tell(record, stream.CODEC).story for record in batch]
            there += len(batch)
    ends = [state(one).name for one in folded(told).values() if one.intake]
    return Counter(ends), there


async def test_killed_amid_a_stream_the_ledger_ends_in_the_exact_balance(
    servers: Servers, database: str, pool: Pool
) -> None:
    found, expected = await states_after_kills(servers, database, pool)
    assert found == expected
    assert (await ledger_reading.check(pool, 10_000)).miscounted == []


async def test_negative_control_a_place_written_before_its_rows_loses_some(
    servers: Servers, database: str, pool: Pool
) -> None:
    found, expected = await states_after_kills(servers, database, pool, "early")
    assert found != expected
