"""A thousand records through one worker that is killed in the middle: is one missing?"""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from wireroom.wire.codec import Codec
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.publish import Publisher
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings

PROGRAM = Path(__file__).parent / "hop_worker.py"
RECORDS = 1_000
CODEC = Codec(Schemas())


@asynccontextmanager
async def worker(settings: Settings, *arguments: str) -> AsyncIterator[Process]:
    """In a process of its own, which is gone at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, settings.bootstrap_servers, *arguments
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def submit(settings: Settings, kind: Any) -> None:
    async with KafkaBroker(settings, limits={kind.topic: kind.max_bytes}).producer() as producer:
        publisher = Publisher(producer, CODEC)
        await asyncio.gather(
            *(publisher.publish(kind(text=str(n)), key=b"%d" % n) for n in range(RECORDS))
        )


async def some_have_passed(settings: Settings, kind: Any, count: int) -> None:
    passed = 0
    async for batch in log.read(settings, kind.topic, follow=True):
        passed += len(batch)
        if passed >= count:
            return


async def all_committed(settings: Settings, group: str, kind: Any) -> None:
    """Until the group has reached the ends. Nobody tells of commits: they have to be looked at."""
    looking = AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, group_id=group, enable_auto_commit=False
    )
    await looking.start()
    try:
        partitions = [TopicPartition(kind.topic, n) for n in range(kind.partitions)]
        looking.assign(partitions)
        ends = await looking.end_offsets(partitions)
        async with asyncio.timeout(30):
            for partition in partitions:
                while (await looking.committed(partition) or 0) < ends[partition]:  # noqa: ASYNC110  # a broker rings no bell
                    await asyncio.sleep(0.05)
    finally:
        await looking.stop()


async def killed_in_the_middle(settings: Settings, hop: Any, fault: str = "") -> Counter[str]:
    """How often each record came out at the other end."""
    run = uuid4().hex[:12]
    submitted, fetched = hop.kinds(run)
    await admin.create(settings, hop.topics(run))
    await submit(settings, submitted)
    async with worker(settings, run, fault) as first:
        await some_have_passed(settings, fetched, RECORDS // 3)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    async with worker(settings, run, fault) as second:
        await all_committed(settings, f"hop-{run}", submitted)
        second.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(second.wait(), 20) == 0
    out: Counter[str] = Counter()
    async for batch in log.read(settings, fetched.topic):
        out.update(CODEC.decode(r.value, fetched, r.headers).text for r in batch)
    return out


async def test_nothing_is_missing_after_a_kill(settings: Settings, hop: Any) -> None:
    out = await killed_in_the_middle(settings, hop)
    assert set(out) == {str(n) for n in range(RECORDS)}
    assert out.total() < 1.5 * RECORDS  # what was in hand or not yet committed came twice


async def test_negative_control_committing_early_loses_some(settings: Settings, hop: Any) -> None:
    out = await killed_in_the_middle(settings, hop, "early")
    assert 0 < RECORDS - len(out) < RECORDS // 2
