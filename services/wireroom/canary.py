"""The canary: an article of our own goes the whole way, again and again.

Counters of a pipeline in which nothing flows look like those of one that has stopped. A
probe every half minute tells them apart, and how long an article takes now. Probes stay out
of the view ``articles``, of search and of the statistics; their rows go after a day.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import TypeAlias

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wireroom.events import ArticleSubmitted
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.publish import Publisher
from wireroom.wire.transport import Producer, Record

log = structlog.get_logger(__name__)

ROUNDTRIP = (0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30, 60, 120, 300, 600)
FORGET = 3_600.0  # seconds: a probe that comes later still shows that the way is open

Arrivals: TypeAlias = Callable[[], AsyncIterator[Sequence[Record]]]
"""Opens ``articles.indexed`` at its end; the first batch tells that it is open."""


class Settings(BaseSettings):
    """Times in seconds."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_CANARY_", frozen=True, extra="ignore")

    every: float = Field(default=30.0, gt=0, description="Between two probes.")
    patience: float = Field(
        default=60.0, gt=0, description="A probe that takes longer counts as missed."
    )


class CanaryMetrics:
    """What the canary tells."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.roundtrip = Histogram(
            "wireroom_canary_roundtrip_seconds",
            "From handing in a probe to reading that it is indexed.",
            registry=registry,
            buckets=ROUNDTRIP,
        )
        self.last_success = Gauge(
            "wireroom_canary_last_success_timestamp_seconds",
            "When a probe last came through; at first, when the canary began.",
            registry=registry,
        )
        self.sent = Counter("wireroom_canary_sent_total", "Probes handed in.", registry=registry)
        self.missed = Counter(
            "wireroom_canary_missed_total",
            "Probes that did not come through in time.",
            registry=registry,
        )


@dataclass(slots=True)
class _Probe:
    sent: float  # time.monotonic()
    missed: bool = False


class Canary:
    """A service. ``producer`` opens a producer, ``arrivals`` the topic of what is indexed.

    ``run`` raises ``Gone`` when the broker gives out.
    """

    name = "canary"

    def __init__(
        self,
        settings: Settings,
        producer: Callable[[], AbstractAsyncContextManager[Producer]],
        arrivals: Arrivals,
        codec: Codec,
        metrics: CanaryMetrics,
    ) -> None:
        self._settings = settings
        self._producer = producer
        self._arrivals = arrivals
        self._codec = codec
        self._metrics = metrics
        self._waiting: dict[bytes, _Probe] = {}
        self._open = asyncio.Event()

    @property
    def ready(self) -> bool:
        return self._open.is_set()

    async def run(self, stop: asyncio.Event) -> None:
        self._metrics.last_success.set_to_current_time()
        async with self._producer() as producer, asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            await self._probe_until(stop, Publisher(producer, self._codec))
            watching.cancel()

    async def _probe_until(self, stop: asyncio.Event, publisher: Publisher) -> None:
        while not stop.is_set():
            if self._open.is_set():
                await self._send(publisher)
            wait = self._settings.every if self._open.is_set() else 0.1
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await stop.wait()

    async def _send(self, publisher: Publisher) -> None:
        began = time.monotonic()
        event = ArticleSubmitted(text=text(time.time_ns()), probe=True, submitted_by="canary")
        submission = await publisher.publish(event, key=None)  # any partition: all have their turn
        self._waiting[str(submission).encode()] = _Probe(began)
        self._metrics.sent.inc()

    async def _watch(self) -> None:
        async for batch in self._arrivals():
            self._open.set()
            for record in batch:
                self._arrived(headers.read(record).submission)
            self._count_missed()

    def _arrived(self, submission: bytes) -> None:
        probe = self._waiting.pop(submission, None)
        if probe is not None:
            self._metrics.roundtrip.observe(time.monotonic() - probe.sent)
            self._metrics.last_success.set_to_current_time()

    def _count_missed(self) -> None:
        now = time.monotonic()
        for submission, probe in list(self._waiting.items()):
            if not probe.missed and now - probe.sent > self._settings.patience:
                probe.missed = True
                self._metrics.missed.inc()
                log.warning("probe_missed", submission=submission.decode())
            if now - probe.sent > FORGET:
                del self._waiting[submission]


def text(number: int) -> str:
    """A short article that no other number gives."""
    return (
        f"Test article {number} of the pipeline's own canary\n\n"
        f"This article was made by a machine to see whether the way from the intake to the "
        f"database is open. It carries the number {number}, so that no two of its kind are the "
        "same text and each of them gets a row of its own.\n\n"
        "Every half minute another one is handed in, passes every stage as any other article "
        "does, and is written beside the others. Readers never see it: it is marked as a probe, "
        "stays out of the public view and out of search, and is deleted after a day.\n\n"
        "If it does not arrive, something on the way has stopped, even where nothing else moves "
        "and no counter would tell.\n"
    )
