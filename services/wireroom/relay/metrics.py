"""What one relay reports."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class RelayMetrics:
    """By tier: what went back, what waits; and how late the latest is."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.relayed = Counter(
            "wireroom_relayed_total",
            "Parked records that went back to their topic.",
            ["tier"],
            registry=registry,
        )
        self.waiting = Gauge(
            "wireroom_parked_records",
            "Records that wait in this relay's partitions of a retry tier.",
            ["tier"],
            registry=registry,
        )
        self.overdue = Gauge(
            "wireroom_relay_overdue_seconds",
            "By how much the parked record that is most overdue is late; 0 when none is.",
            registry=registry,
        )
