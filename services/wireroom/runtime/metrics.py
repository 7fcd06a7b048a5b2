"""Every metric that the runtime reports, in one place. No label holds a URL, host or id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from wireroom.wire.transport import Partition

# OpenTelemetry's buckets for messaging durations, and what a fetch may take.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15, 30, 60)
END_TO_END = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
BATCHES = (1, 10, 50, 100, 250, 500, 1000)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far one partition is behind; ``watermark_age``: see the metric of that name."""

    records: int = 0
    seconds: float = 0.0
    watermark_age: float = 0.0


class Metrics:
    """What one process reports, for all stages that it runs."""

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        def counter(name: str, doc: str, *labels: str) -> Counter:
            return Counter(f"wireroom_{name}", doc, labels, registry=registry)

        def gauge(name: str, doc: str, *labels: str) -> Gauge:
            return Gauge(f"wireroom_{name}", doc, labels, registry=registry)

        def histogram(name: str, doc: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"wireroom_{name}", doc, labels, registry=registry, buckets=buckets)

        self.records_in = counter(
            "records_in_total", "Records taken from a topic.", "stage", "topic"
        )
        self.records_out = counter(
            "records_out_total", "Records sent and acknowledged.", "stage", "topic"
        )
        self.outcomes = counter(
            "outcomes_total",
            "Records by what became of them here: passed, dropped, dead, or, in the index stage, "
            "indexed, duplicate, revised, unchanged. Without probes.",
            "stage", "outcome", "reason",
        )  # fmt: skip
        self.probes = counter(
            "probes_total",
            "The same for probes, such as the canary's: they count nowhere else.",
            "stage", "outcome",
        )  # fmt: skip
        self.repeated = counter(
            "records_repeated_total",
            "Records that were worked on twice before and are written once.",
            "stage",
        )
        self.retries = counter(
            "retries_total", "Attempts that failed and were tried again.", "stage", "reason"
        )
        self.parked = counter(
            "parked_total", "Records sent to a retry tier to wait there.", "stage", "reason"
        )
        self.moved = counter(
            "records_moved_total",
            "Records handed on to the partition in which they belong.",
            "stage",
        )
        self.process_seconds = histogram(
            "process_seconds",
            "From taking a record to knowing its outcome, waits between attempts included.",
            SECONDS, "stage",
        )  # fmt: skip
        self.e2e_seconds = histogram(
            "e2e_seconds",
            "From the intake's acceptance to the row's commit. Without probes.",
            END_TO_END,
        )
        self.batch_size = histogram("batch_size", "Records in one transaction.", BATCHES, "stage")
        self.batch_seconds = histogram(
            "batch_write_seconds", "Time to write one batch.", SECONDS, "stage"
        )
        self.lag_records = gauge(
            "lag_records", "Records not finished yet.", "stage", "topic", "partition"
        )
        self.lag_seconds = gauge(
            "lag_seconds",
            "Age of the oldest record in hand that is not finished; 0 when there is none.",
            "stage", "topic", "partition",
        )  # fmt: skip
        self.watermark_age = gauge(
            "watermark_age_seconds",
            "For how long one unfinished record has held up what may be committed; 0 when none is.",
            "stage", "topic", "partition",
        )  # fmt: skip
        self.retention_left = gauge(
            "retention_left_ratio",
            "What the oldest record in hand has left of its topic's retention; 1 when none is in "
            "hand. At 0 Kafka deletes what nobody has read.",
            "stage", "topic",
        )  # fmt: skip
        self.in_flight = gauge("in_flight", "Records in hand.", "stage")
        self.in_flight_limit = gauge("in_flight_limit", "Most records in hand at once.", "stage")
        self.assigned = gauge("assigned_partitions", "Partitions that are ours.", "stage")
        self.rebalances = counter("rebalances_total", "Times that partitions came.", "stage")
        self.paused = gauge(
            "pipeline_paused", "1 while the stage has stopped by itself.", "stage", "reason"
        )
        self.fenced = counter(
            "fenced_total", "Batches refused because another worker owns the partition.", "stage"
        )
        self.progress = gauge(
            "last_progress_timestamp_seconds", "When a record was last finished.", "stage"
        )
        self.build = gauge("build_info", "1; which version runs.", "version")
        self.build.labels(version).set(1)

    def of(self, stage: str) -> StageMetrics:
        return StageMetrics(self, stage)


class StageMetrics:
    """The same for one stage, with the label lookups of the hot path done once."""

    def __init__(self, all_of: Metrics, stage: str) -> None:
        self._all = all_of
        self._stage = stage
        self._paused: str | None = None
        self.process_seconds = all_of.process_seconds.labels(stage)
        self.in_flight = all_of.in_flight.labels(stage)
        self.in_flight_limit = all_of.in_flight_limit.labels(stage)
        self.assigned = all_of.assigned.labels(stage)
        self.rebalances = all_of.rebalances.labels(stage)
        self.fenced = all_of.fenced.labels(stage)
        self.repeated = all_of.repeated.labels(stage)
        self.moved = all_of.moved.labels(stage)
        self.progress = all_of.progress.labels(stage)
        self.batch_size = all_of.batch_size.labels(stage)
        self.batch_seconds = all_of.batch_seconds.labels(stage)
        self.e2e_seconds = all_of.e2e_seconds
        self._outcome: Callable[[str, str], Counter] = lru_cache(1024)(
            lambda outcome, reason: all_of.outcomes.labels(stage, outcome, reason)
        )
        self._in: Callable[[str], Counter] = lru_cache(64)(
            lambda topic: all_of.records_in.labels(stage, topic)
        )
        self._out: Callable[[str], Counter] = lru_cache(64)(
            lambda topic: all_of.records_out.labels(stage, topic)
        )

    def taken(self, topic: str, count: int) -> None:
        self._in(topic).inc(count)

    def sent(self, topic: str) -> None:
        self._out(topic).inc()

    def outcome(self, outcome: str, reason: str = "", *, probe: bool = False) -> None:
        if probe:
            self._all.probes.labels(self._stage, outcome).inc()
        else:
            self._outcome(outcome, reason).inc()

    def retried(self, reason: str) -> None:
        self._all.retries.labels(self._stage, reason).inc()

    def parked(self, reason: str) -> None:
        self._all.parked.labels(self._stage, reason).inc()

    def fuse(self, reason: str | None) -> None:
        """The stage has stopped for ``reason``; None: it goes on."""
        if self._paused is not None:
            self._all.paused.labels(self._stage, self._paused).set(0)
        self._paused = reason
        if reason is not None:
            self._all.paused.labels(self._stage, reason).set(1)

    def lag(self, partition: Partition, lag: Lag) -> None:
        place = (self._stage, *partition)
        self._all.lag_records.labels(*place).set(lag.records)
        self._all.lag_seconds.labels(*place).set(lag.seconds)
        self._all.watermark_age.labels(*place).set(lag.watermark_age)

    def retention_left(self, topic: str, ratio: float) -> None:
        self._all.retention_left.labels(self._stage, topic).set(ratio)

    def no_lag(self, partition: Partition) -> None:
        """The partition is another worker's now."""
        everything = self._all
        for gauge in (everything.lag_records, everything.lag_seconds, everything.watermark_age):
            gauge.remove(self._stage, partition.topic, str(partition.number))
