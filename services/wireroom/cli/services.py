"""How each service is put together from its parts: one function for each, by name.

A service's own package is imported when it runs: ``run fetch`` does not pay for the libraries of
the others.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from prometheus_client import CollectorRegistry

from wireroom import __version__
from wireroom.cli.composition import STAGES, broker, codec
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.events import ArticleClassified, ArticleIndexed, ArticleJournal
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics, StageMetrics
from wireroom.runtime.service import Service
from wireroom.runtime.stage import Delivery, Stage
from wireroom.runtime.surroundings import ClientMetrics, Pulse
from wireroom.runtime.worker import Worker
from wireroom.storage.outbox import OutboxRow
from wireroom.storage.pool import open_pool
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.kafka import KafkaBroker, log
from wireroom.wire.settings import host_name
from wireroom.wire.transport import Producer, Record


@dataclass(frozen=True, slots=True)
class Process:
    """What all services of one process share. ``instance``: its name among its like."""

    settings: Settings
    kafka: KafkaBroker
    metrics: Metrics
    registry: CollectorRegistry
    instance: str

    def journal(self, name: str, versions: Mapping[str, str] | None = None) -> Journal:
        """Of the service ``name``; ``versions``: of what else has a hand in its work."""
        return Journal(
            ArticleJournal,
            stage=name,
            instance=f"{name}-{self.instance}",
            versions={name: __version__, **(versions or {})},
        )

    def worker(self, stage: Stage[Any]) -> Worker[Any]:
        journal = self.journal(stage.name, stage.versions)
        return Worker(stage, self.kafka, codec(), self.metrics, journal)


Opened: TypeAlias = AbstractAsyncContextManager[Sequence[Service]]


@asynccontextmanager
async def services(
    names: Sequence[str], settings: Settings, registry: CollectorRegistry
) -> AsyncIterator[list[Service]]:
    """What ``wireroom run NAMES`` runs, with everything it needs open. Raises ``Trouble``."""
    instance = settings.process.instance or host_name()
    kafka = broker(settings, instance=instance, watcher=ClientMetrics(registry))
    process = Process(settings, kafka, Metrics(registry, __version__), registry, instance)
    async with AsyncExitStack() as opened:
        found: list[Service] = [Pulse(registry)]
        for name in names:
            found += await opened.enter_async_context(SERVICES[name](process))
        yield found


@asynccontextmanager
async def _fetch(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom import fetch

    settings, registry = process.settings, process.registry
    if not settings.fetch.contact:
        raise Trouble(
            "WIREROOM_FETCH_CONTACT is not set: give a mail address or URL at which the "
            "sites that you fetch from can reach you"
        )
    async with AsyncExitStack() as opened:
        known = fetch.nothing_known
        if settings.fetch.conditional:
            known = await opened.enter_async_context(fetch.recall(settings.postgres, registry))
        stage = fetch.stage(settings.fetch, known, fetch.WebMetrics(registry))
        yield [process.worker(await opened.enter_async_context(stage))]


@asynccontextmanager
async def _clean(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom import clean

    metrics = clean.CleanMetrics(process.registry)
    async with clean.stage(process.settings.clean, metrics.seen) as stage:
        yield [process.worker(stage)]


@asynccontextmanager
async def _classify(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom import classify

    async with classify.stage(process.settings.classify) as stage:
        yield [process.worker(stage)]


@asynccontextmanager
async def _index(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom import index

    settings, counted = process.settings, process.metrics.of("index")
    journal = process.journal("index")
    async with open_pool(settings.postgres) as pool, process.kafka.producer() as producer:
        follow_up = index.FollowUp(pool, _sender(producer, counted))
        report = index.Report(_encoded, journal.entry, _observer(counted), follow_up.wake)
        async with index.stage(settings.index, pool, report) as stage:
            worker = BatchWorker(stage, process.kafka, codec(), process.metrics, journal)
            limit = settings.index.size_limit_gib * 1024**3
            gauges = index.Gauges(pool, index.DatabaseMetrics(process.registry), limit)
            yield [worker, follow_up, gauges]


@asynccontextmanager
async def _relay(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom.relay import Relay, RelayMetrics

    yield [
        Relay(
            process.kafka,
            [kind.topic for kind in STAGES.values()],
            RelayMetrics(process.registry),
            codec=codec(),
            counted=process.metrics.of("relay"),
            journal=process.journal("relay"),
        )
    ]


@asynccontextmanager
async def _ledger(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom import ledger

    settings = process.settings
    opened = ledger.service(
        settings.ledger, settings.postgres, process.kafka, codec(), process.registry
    )
    async with opened as service:
        yield [service]


@asynccontextmanager
async def _canary(process: Process) -> AsyncIterator[Sequence[Service]]:
    from wireroom import canary

    settings = process.settings

    def arrivals() -> AsyncIterator[Sequence[Record]]:
        return log.news(settings.kafka, ArticleIndexed.topic)

    metrics = canary.CanaryMetrics(process.registry)
    yield [canary.Canary(settings.canary, process.kafka.producer, arrivals, codec(), metrics)]


SERVICES: Mapping[str, Callable[[Process], Opened]] = {
    "fetch": _fetch,
    "clean": _clean,
    "classify": _classify,
    "index": _index,
    "relay": _relay,
    "ledger": _ledger,
    "canary": _canary,
}


# What index needs of the wire and of the metrics, which it does not know


def _encoded(event: Event) -> tuple[bytes, dict[str, bytes]]:
    return codec().encode(event), {FINGERPRINT: codec().fingerprint(type(event))}


def _observer(
    counted: StageMetrics,
) -> Callable[[Sequence[tuple[Delivery[ArticleClassified], str]], int], None]:
    """Counts what a batch has written; probes apart, and without their times."""

    def observe(written: Sequence[tuple[Delivery[ArticleClassified], str]], repeated: int) -> None:
        now = time.time()
        counted.repeated.inc(repeated)
        for delivery, outcome in written:
            probe = delivery.event.submission.probe
            counted.outcome(outcome, probe=probe)
            if not probe:
                counted.e2e_seconds.observe(now - delivery.hop.envelope.accepted_ms / 1000)

    return observe


def _sender(producer: Producer, counted: StageMetrics) -> Callable[[OutboxRow], Awaitable[None]]:
    """Sends what the outbox holds; done once the broker has it."""

    async def send(row: OutboxRow) -> None:
        message = row.message
        acked = await producer.send(
            message.topic, key=message.key, value=message.value, headers=message.headers
        )
        await acked
        counted.sent(message.topic)

    return send
