"""Where the parts meet: stages get their settings, workers their broker, codec and journal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry

from wireroom import __version__
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.events import (
    ArticleClassified,
    ArticleCleaned,
    ArticleFetched,
    ArticleIndexed,
    ArticleJournal,
    ArticleSubmitted,
)
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics, StageMetrics
from wireroom.runtime.service import Service
from wireroom.runtime.stage import Delivery, Stage
from wireroom.runtime.surroundings import ClientMetrics, Pulse
from wireroom.runtime.worker import Worker
from wireroom.storage.outbox import OutboxRow
from wireroom.storage.pool import open_pool
from wireroom.wire import topics
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.kafka import KafkaBroker, log
from wireroom.wire.kafka.watcher import Watcher
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import host_name
from wireroom.wire.topics import Topic
from wireroom.wire.transport import Producer, Record

STAGES: dict[str, type[Event]] = {
    "fetch": ArticleSubmitted,
    "clean": ArticleFetched,
    "classify": ArticleCleaned,
    "index": ArticleClassified,
}
"""Name → the event that it consumes, in the order of an article's way."""

SERVICES = (*STAGES, "relay", "ledger", "canary")
"""What ``wireroom run`` knows."""

WRITING = frozenset(("index", "ledger"))
"""Those that can do nothing without Postgres."""

LARGEST = max(STAGES.values(), key=lambda kind: kind.max_bytes)
"""The relay moves the records of all stages."""

BURIERS: dict[str, type[Event]] = {**STAGES, "relay": LARGEST}
"""Name → the event whose records it buries."""


def all_topics() -> list[Topic]:
    """Those of events, then the retry tiers, then the dead letters of each stage."""
    beside = (ArticleIndexed, ArticleJournal)
    kinds: list[type[Event]] = [*STAGES.values(), *beside]
    return [
        *(topics.of_event(kind) for kind in kinds),
        *topics.of_tiers(LARGEST.max_bytes),
        *(topics.of_dead_letters(name, kind) for name, kind in BURIERS.items()),
    ]


def broker(
    settings: Settings, *, instance: str | None = None, watcher: Watcher | None = None
) -> KafkaBroker:
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    return KafkaBroker(settings.kafka, limits=limits, instance=instance, watcher=watcher)


@cache
def codec() -> Codec:
    return Codec(Schemas())


@asynccontextmanager
async def services(
    names: list[str], settings: Settings, registry: CollectorRegistry
) -> AsyncIterator[list[Service]]:
    """What ``wireroom run NAMES`` runs, with everything it needs open."""
    metrics = Metrics(registry, __version__)
    instance = settings.process.instance or host_name()
    kafka = broker(settings, instance=instance, watcher=ClientMetrics(registry))
    async with AsyncExitStack() as opened:
        found: list[Service] = [Pulse(registry)]
        for name in names:
            if name == "canary":
                found.append(_canary(settings, kafka, registry))
                continue
            if name == "relay":
                found.append(_relay(kafka, metrics, registry, instance))
                continue
            if name == "ledger":
                from wireroom import ledger

                tables = ledger.service(
                    settings.ledger, settings.postgres, kafka, codec(), registry
                )
                found.append(await opened.enter_async_context(tables))
                continue
            if name == "index":
                found += await opened.enter_async_context(
                    _index(settings, kafka, metrics, registry, instance)
                )
                continue
            stage = await opened.enter_async_context(_stage(name, settings, registry))
            found.append(Worker(stage, kafka, codec(), metrics, _journal(stage, instance)))
        yield found


@asynccontextmanager
async def _index(
    settings: Settings,
    kafka: KafkaBroker,
    metrics: Metrics,
    registry: CollectorRegistry,
    instance: str,
) -> AsyncIterator[list[Service]]:
    from wireroom import index

    counted = metrics.of("index")
    journal = Journal(
        ArticleJournal,
        stage="index",
        instance=f"index-{instance}",
        versions={"index": __version__},
    )
    async with open_pool(settings.postgres) as pool, kafka.producer() as producer:
        follow_up = index.FollowUp(pool, _sender(producer, counted))
        report = index.Report(_encoded, journal.entry, _observer(counted), follow_up.wake)
        async with index.stage(settings.index, pool, report) as stage:
            worker = BatchWorker(stage, kafka, codec(), metrics, journal)
            limit = settings.index.size_limit_gib * 1024**3
            gauges = index.Gauges(pool, index.DatabaseMetrics(registry), limit)
            yield [worker, follow_up, gauges]


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


def _relay(
    kafka: KafkaBroker, metrics: Metrics, registry: CollectorRegistry, instance: str
) -> Service:
    from wireroom.relay import Relay, RelayMetrics

    return Relay(
        kafka,
        [kind.topic for kind in STAGES.values()],
        RelayMetrics(registry),
        codec=codec(),
        counted=metrics.of("relay"),
        journal=Journal(
            ArticleJournal,
            stage="relay",
            instance=f"relay-{instance}",
            versions={"relay": __version__},
        ),
    )


def _canary(settings: Settings, kafka: KafkaBroker, registry: CollectorRegistry) -> Service:
    from wireroom import canary

    def arrivals() -> AsyncIterator[Sequence[Record]]:
        return log.news(settings.kafka, ArticleIndexed.topic)

    metrics = canary.CanaryMetrics(registry)
    return canary.Canary(settings.canary, kafka.producer, arrivals, codec(), metrics)


@asynccontextmanager
async def _stage(
    name: str, settings: Settings, registry: CollectorRegistry
) -> AsyncIterator[Stage[Any]]:
    # Imported when they run: ``run fetch`` does not pay for the others' libraries.
    if name == "fetch":
        from wireroom import fetch

        if not settings.fetch.contact:
            raise Trouble(
                "WIREROOM_FETCH_CONTACT is not set: give a mail address or URL at which the "
                "sites that you fetch from can reach you"
            )
        async with AsyncExitStack() as opened:
            known = fetch.nothing_known
            if settings.fetch.conditional:
                recall = fetch.recall(settings.postgres, registry)
                known = await opened.enter_async_context(recall)
            web = fetch.WebMetrics(registry)
            yield await opened.enter_async_context(fetch.stage(settings.fetch, known, web))
    elif name == "clean":
        from wireroom import clean

        async with clean.stage(settings.clean) as stage:
            yield stage
    else:
        from wireroom import classify

        async with classify.stage(settings.classify) as stage:
            yield stage


def replay_journal(stage: str) -> Journal:
    """For what is put back by hand: the line stands under the stage that had buried it."""
    return Journal(
        ArticleJournal,
        stage=stage,
        instance=f"replay-{host_name()}",
        versions={"replay": __version__},
    )


def _journal(stage: Stage[Any], instance: str) -> Journal:
    versions = {stage.name: __version__, **stage.versions}
    return Journal(
        ArticleJournal, stage=stage.name, instance=f"{stage.name}-{instance}", versions=versions
    )
