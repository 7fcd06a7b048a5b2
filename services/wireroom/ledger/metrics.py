"""What the ledger reports."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class LedgerMetrics:
    """Probes are left out of all of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.accepted = Counter(
            "wireroom_ledger_accepted_total",
            "Records of the intake that the ledger met for the first time.",
            registry=registry,
        )
        self.records = Gauge(
            "wireroom_ledger_records",
            "Accepted records by where they are; their sum is all that was accepted.",
            ["state"],
            registry=registry,
        )
        self.missing = Gauge(
            "wireroom_ledger_missing",
            "Records on their way without a sign for longer than the deadline.",
            registry=registry,
        )
        self.behind_records = Gauge(
            "wireroom_ledger_behind_records",
            "Records of a topic that the ledger has not read yet.",
            ["topic"],
            registry=registry,
        )
        self.behind_seconds = Gauge(
            "wireroom_ledger_behind_seconds",
            "For how long the oldest of them has waited.",
            ["topic"],
            registry=registry,
        )
        self.skipped = Counter(
            "wireroom_ledger_skipped_total",
            "Lines of the journal that are none, and records whose values no table takes.",
            registry=registry,
        )
