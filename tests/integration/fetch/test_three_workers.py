"""Three fetch workers and a client that sends no keys: each host still has its pauses."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from prometheus_client import CollectorRegistry
from tests.integration.web.conftest import GOOD, Names, Server, response, serving, settings

from wireroom import fetch
from wireroom.cli.composition import all_topics
from wireroom.events import ArticleJournal
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.worker import Worker
from wireroom.web.polite import polite
from wireroom.wire.codec import Codec
from wireroom.wire.headers import MOVED_FROM
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings as Kafka

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

INTAKE = "articles.intake"
HOSTS = [f"paper{n}" for n in range(6)]
PAGES = 8  # of each host
DELAY = 0.3
JITTER = 0.9  # of the delay: the pause that may be met
PAGE = b"<!doctype html><title>Ferry</title><p>The ferry sails again.</p>"


class Log:
    """When each host was asked."""

    def __init__(self) -> None:
        self.asked: defaultdict[str, list[float]] = defaultdict(list)

    async def answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        self.asked[path.split("/")[1]].append(time.monotonic())
        writer.write(response(PAGE, "Connection: close"))
        await writer.drain()

    def shortest_pause(self) -> float:
        return min(b - a for times in self.asked.values() for a, b in pairwise(sorted(times)))


@asynccontextmanager
async def three_workers(
    kafka: Kafka, site: Server, monkeypatch: pytest.MonkeyPatch, *, to_the_right_partition: bool
) -> AsyncIterator[None]:
    names = Names(**{host: [[GOOD]] for host in HOSTS})
    monkeypatch.setattr(fetch, "polite", partial(polite, lookup=names))
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    config = settings(site, host_delay=DELAY, robots="ignore", read_timeout=5, total_timeout=5)
    stop = asyncio.Event()
    async with AsyncExitStack() as opened, asyncio.TaskGroup() as tasks:
        for n in range(3):
            stage = await opened.enter_async_context(fetch.stage(config))
            if not to_the_right_partition:
                stage = replace(stage, belongs=lambda event: None)
            journal = Journal(ArticleJournal, stage="fetch", instance=f"fetch-{n}", versions={})
            broker = KafkaBroker(kafka, limits=limits, instance=f"three-{n}")
            metrics = Metrics(CollectorRegistry(), "test")
            worker = Worker(stage, broker, Codec(Schemas()), metrics, journal)
            tasks.create_task(worker.run(stop))
        yield
        stop.set()


async def run(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, *, to_the_right_partition: bool
) -> tuple[Log, int]:
    """What the site saw, and how many records were moved."""
    kafka = Kafka(bootstrap_servers=servers.addresses.kafka, session_timeout_ms=6_000)
    await admin.create(kafka, all_topics())
    seen = Log()
    async with serving(GOOD) as site:
        for host in HOSTS:
            for n in range(PAGES):
                site.answers[f"/{host}/{n}"] = seen.answer
        async with KafkaBroker(kafka, limits={}).producer() as producer:
            for n in range(PAGES):
                for host in HOSTS:
                    url = f"http://{host}.test:{site.port}/{host}/{n}"
                    await (
                        await producer.send(
                            INTAKE, key=None, value=json.dumps({"url": url}).encode(), headers={}
                        )
                    )
        running = three_workers(
            kafka, site, monkeypatch, to_the_right_partition=to_the_right_partition
        )
        async with running, asyncio.timeout(60):
            while sum(map(len, seen.asked.values())) < PAGES * len(HOSTS):  # noqa: ASYNC110  # others' work
                await asyncio.sleep(0.1)
    moved = 0
    async for batch in log.read(kafka, INTAKE):
        ours = [r for r in batch if f":{site.port}/".encode() in r.value]
        moved += sum(MOVED_FROM in record.headers for record in ours)
    return seen, moved


async def test_each_host_is_asked_by_one_worker_with_its_pauses(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, moved = await run(servers, monkeypatch, to_the_right_partition=True)
    assert {host: len(times) for host, times in seen.asked.items()} == dict.fromkeys(HOSTS, PAGES)
    assert moved > 0
    assert seen.shortest_pause() >= DELAY * JITTER


async def test_control_without_the_rule_a_host_has_three_who_each_keep_a_pause_of_their_own(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, moved = await run(servers, monkeypatch, to_the_right_partition=False)
    assert moved == 0
    assert seen.shortest_pause() < DELAY * JITTER
