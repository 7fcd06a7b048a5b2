"""Metrics of a process and of its connections, whichever stages it runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

EVERY = 0.25  # seconds between two looks
LATE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class ClientMetrics:
    """What the Kafka client notices; see ``wire.kafka.watcher``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rebuilds = Counter(
            "wireroom_producer_rebuilds_total",
            "Producers replaced because the broker refused for good.",
            registry=registry,
        )
        self._refused = Counter(
            "wireroom_commits_refused_total",
            "Commits of offsets whose partitions were no longer ours.",
            registry=registry,
        )
        self._skew = Gauge(
            "wireroom_clock_skew_seconds",
            "By how much the broker's clock is at least ahead of ours; negative: behind.",
            registry=registry,
        )

        self._partitions = Gauge(
            "wireroom_topic_partitions",
            "Partitions of the topic, whoever reads them.",
            ["topic"],
            registry=registry,
        )

    def producer_rebuilt(self) -> None:
        self._rebuilds.inc()

    def commit_refused(self) -> None:
        self._refused.inc()

    def clock_skew(self, seconds: float) -> None:
        self._skew.set(seconds)

    def topic_partitions(self, topic: str, count: int) -> None:
        self._partitions.labels(topic).set(count)


class Pulse:
    """A service that is woken regularly and counts how late: what keeps the loop busy."""

    name = "pulse"
    ready = True

    def __init__(self, registry: CollectorRegistry) -> None:
        self._late = Histogram(
            "wireroom_loop_lag_seconds",
            "How late the process's event loop gets to what is due.",
            registry=registry,
            buckets=LATE,
        )

    async def run(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            due = loop.time() + EVERY
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await stop.wait()
            self._late.observe(max(0.0, loop.time() - due))
