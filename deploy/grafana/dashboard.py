"""The dashboard, made from what is said here.

python deploy/grafana/dashboard.py            write dashboards/wireroom.json
python deploy/grafana/dashboard.py --check    fail if it is out of date

Intervals are fixed, so that every query can be asked of Prometheus as it stands. Series that
exist only once something has happened are shown as 0 until then.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "dashboards" / "wireroom.json"
SOURCE = {"type": "prometheus", "uid": "wireroom-prometheus"}
STAGES = ("fetch", "clean", "classify", "index")
WIDTH = 24
SLO = 120  # seconds


@dataclass(frozen=True)
class Panel:
    """``queries``: PromQL → legend. ``limit``: a red line, or red from there on."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    about: str = ""
    limit: float | None = None
    below: bool = False  # red below the limit instead of above
    width: int = 6
    height: int = 7


def quantile(q: float, metric: str, labels: str = "") -> str:
    return f"histogram_quantile({q}, sum by (le) (rate({metric}_bucket{labels}[5m])))"


def glance() -> list[Panel]:
    return [
        Panel("Accepted / s", {"wireroom:accepted:rate_5m": ""}, "ops", "stat", width=3, height=4),
        Panel("Indexed / s", {"wireroom:indexed:rate_5m": ""}, "ops", "stat", width=3, height=4),
        Panel("Freshness p50", {quantile(0.5, "wireroom_e2e_seconds"): ""}, "s", "stat",
              "From the intake's acceptance to the row's commit; at most 120 s for 99 of 100.",
              SLO, width=3, height=4),
        Panel("Freshness p99", {quantile(0.99, "wireroom_e2e_seconds"): ""}, "s", "stat",
              limit=SLO, width=3, height=4),
        Panel("In flight", {"sum(wireroom_in_flight)": ""}, kind="stat", width=3, height=4),
        Panel("Dead letters, 1 h",
              {'sum(increase(wireroom_outcomes_total{outcome="dead"}[1h])) or on () vector(0)': ""},
              kind="stat", about="See them with: wireroom dead list", limit=1, width=3, height=4),
        Panel("Last probe, age",
              {"time() - max(wireroom_canary_last_success_timestamp_seconds)": ""}, "s", "stat",
              "Every 30 s an article of our own goes the whole way.", 120, width=3, height=4),
        Panel("Alerts", {'count(ALERTS{alertstate="firing"}) or on () vector(0)': ""}, kind="stat",
              about="Each has an entry in deploy/RUNBOOK.md.", limit=1, width=3, height=4),
        Panel("Throughput", {"wireroom:accepted:rate_5m": "accepted",
                             "wireroom:indexed:rate_5m": "indexed"}, "ops"),
        Panel("Freshness", {quantile(q, "wireroom_e2e_seconds"): f"p{q * 100:g}"
                            for q in (0.5, 0.95, 0.99)}, "s", limit=SLO),
        Panel("Lag by stage", {"wireroom:lag_seconds:max": "{{stage}}"}, "s",
              about="Age of the oldest record in hand that is not finished."),
        Panel("Canary", {quantile(0.5, "wireroom_canary_roundtrip_seconds"): "p50",
                         quantile(0.99, "wireroom_canary_roundtrip_seconds"): "p99"}, "s"),
        Panel("Records that wait", {"wireroom:lag_records:sum": "{{stage}}"}),
        Panel("Outcomes in the index",
              {'sum by (outcome) (rate(wireroom_outcomes_total{stage="index"}[5m]))'
               " or on () vector(0)": "{{outcome}}"}, "ops"),
        Panel("Dropped and dead",
              {"sum by (stage, outcome) "
               '(rate(wireroom_outcomes_total{outcome=~"dropped|dead"}[5m]))'
               " or on () vector(0)": "{{stage}} {{outcome}}"}, "ops"),
        Panel("Stopped by itself",
              {"max by (stage, reason) (wireroom_pipeline_paused) or on () vector(0)":
               "{{stage}} {{reason}}"}, limit=1),
    ]  # fmt: skip


def stage(name: str) -> list[Panel]:
    own = f'{{stage="{name}"}}'
    last = (
        Panel("Batches", {f"rate(wireroom_batch_size_sum{own}[5m]) / "
                          f"rate(wireroom_batch_size_count{own}[5m])": "records",
                          quantile(0.99, "wireroom_batch_write_seconds", own): "seconds, p99"})
        if name == "index" else
        Panel("In flight", {f"sum(wireroom_in_flight{own})": "in flight",
                            f"sum(wireroom_in_flight_limit{own})": "limit"})
    )  # fmt: skip
    return [
        Panel("Records", {f"sum by (topic) (rate(wireroom_records_in_total{own}[5m]))":
                          "from {{topic}}",
                          f"sum by (topic) (rate(wireroom_records_out_total{own}[5m]))":
                          "to {{topic}}"}, "ops"),
        Panel("Outcomes", {f"sum by (outcome, reason) (rate(wireroom_outcomes_total{own}[5m]))"
                           " or on () vector(0)": "{{outcome}} {{reason}}"}, "ops"),
        Panel("Time for a record", {quantile(q, "wireroom_process_seconds", own): f"p{q * 100:g}"
                                    for q in (0.5, 0.95, 0.99)}, "s"),
        last,
        Panel("Lag", {f"max(wireroom_lag_seconds{own})": "oldest in hand",
                      f"max(wireroom_watermark_age_seconds{own})": "holds up the commits"}, "s"),
        Panel("Attempts that failed",
              {f"sum by (reason) (rate(wireroom_retries_total{own}[5m])) or on () vector(0)":
               "{{reason}}"}, "ops"),
        Panel("Partitions", {f"wireroom_assigned_partitions{own}": "{{instance}}",
                             f"sum(increase(wireroom_rebalances_total{own}[5m]))":
                             "rebalances in 5 min"}),
        Panel("Retention left", {f"min by (topic) (wireroom_retention_left_ratio{own})":
                                 "{{topic}}"}, "percentunit", limit=0.3, below=True),
    ]  # fmt: skip


def tiers() -> list[Panel]:
    return [
        Panel("Parked / s", {"sum by (stage, reason) (rate(wireroom_parked_total[5m]))"
                             " or on () vector(0)": "{{stage}} {{reason}}"}, "ops",
              about="Records that have to wait long: they leave their partition for a retry tier."),
        Panel("Moved back / s", {"sum by (tier) (rate(wireroom_relayed_total[5m]))"
                                 " or on () vector(0)": "{{tier}}"}, "ops"),
        Panel("Waiting in the tiers", {"sum by (tier) (wireroom_parked_records)"
                                       " or on () vector(0)": "{{tier}}"}),
        Panel("Overdue", {"max(wireroom_relay_overdue_seconds)": "most overdue"}, "s", limit=120),
    ]  # fmt: skip


def ledger() -> list[Panel]:
    return [
        Panel("Where all accepted articles are",
              {"max by (state) (wireroom_ledger_records)": "{{state}}"}),
        Panel("Missing", {"max(wireroom_ledger_missing)": "missing"}, limit=1,
              about="On their way without a sign for longer than the deadline."),
        Panel("Accepted / s", {"sum(rate(wireroom_ledger_accepted_total[5m]))": "accepted"}, "ops"),
        Panel("Behind", {"max by (topic) (wireroom_ledger_behind_seconds)": "{{topic}}"}, "s",
              limit=300),
    ]  # fmt: skip


def reading() -> list[Panel]:
    pages = 'sum(rate(wireroom_clean_bodies_total{kind!="syndicated"}[5m]))'
    return [
        Panel("Bodies by source", {"sum by (kind) (rate(wireroom_clean_bodies_total[5m]))":
                                   "{{kind}}"}, "ops",
              about="dom: the classifier; fallback: the other extractor; none: no article."),
        Panel("Pages that lack something, 6 h", {"wireroom:clean:lacking_ratio_6h": "{{kind}}"},
              "percentunit",
              about="By source: SELECT * FROM source_days(now() - interval '7 days')"),
        Panel("Why pages become no article",
              {'sum by (reason) (rate(wireroom_outcomes_total{stage="clean",outcome="dropped"}'
               "[5m])) or on () vector(0)": "{{reason}}"}, "ops"),
        Panel("Kinds", {"sum by (kind) (rate(wireroom_clean_kinds_total[5m])) or on () vector(0)":
                        "{{kind}}"}, "ops"),
        Panel("Length of a text", {quantile(q, "wireroom_clean_text_chars"): f"p{q * 100:g}"
                                   for q in (0.1, 0.5, 0.9)}),
        Panel("Blocks left out of a page, by cause",
              {f"sum by (kind) (rate(wireroom_clean_left_out_total[5m])) / on () group_left () "
               f"{pages} or on () vector(0)": "{{kind}}"}),
        Panel("Wrong about their language",
              {"sum(rate(wireroom_clean_language_conflicts_total[5m])) / "
               "sum(rate(wireroom_clean_kinds_total[5m])) or on () vector(0)": "of all articles"},
              "percentunit"),
    ]  # fmt: skip


def machines() -> list[Panel]:
    ours = "* on (instance) group_left () (wireroom_build_info > 0)"
    return [
        Panel("Database size", {"max(wireroom_postgres_size_bytes)": "size",
                                "max(wireroom_postgres_size_limit_bytes)": "limit"}, "bytes"),
        Panel("Database connections", {"max(wireroom_postgres_connections)": "used",
                                       "max(wireroom_postgres_connections_limit)": "limit"}),
        Panel("Behind the rows", {"max(wireroom_search_pending)": "not searchable yet",
                                  "max(wireroom_outbox_pending)": "messages not sent yet"}),
        Panel("Search is behind", {"max(wireroom_search_pending_oldest_seconds)": "oldest"}, "s",
              limit=300),
        Panel("Memory", {f"process_resident_memory_bytes {ours}": "{{instance}}"}, "bytes"),
        Panel("CPU", {f"rate(process_cpu_seconds_total[1m]) {ours}": "{{instance}}"},
              "percentunit"),
        Panel("Event loop is late", {
            "histogram_quantile(0.99, sum by (instance, le) "
            "(rate(wireroom_loop_lag_seconds_bucket[5m])))": "{{instance}} p99"}, "s"),
        Panel("Clock of the broker", {"wireroom_clock_skew_seconds": "{{instance}}"}, "s"),
    ]  # fmt: skip


def dashboard() -> dict[str, Any]:
    panels: list[dict[str, Any]] = []
    y = 0
    groups: list[tuple[str, Sequence[Panel]]] = [("At a glance", glance())]
    groups += [(name.capitalize(), stage(name)) for name in STAGES]
    groups += [("What clean reads", reading())]
    groups += [("Retry tiers", tiers()), ("Ledger", ledger())]
    groups += [("Servers and processes", machines())]
    for title, group in groups:
        place = {"h": 1, "w": WIDTH, "x": 0, "y": y}
        panels.append({"type": "row", "title": title, "collapsed": False, "gridPos": place})
        y = _lay(group, panels, y + 1)
    for number, panel in enumerate(panels, 1):
        panel["id"] = number
    return {
        "uid": "wireroom",
        "title": "Wireroom",
        "description": "From the intake to the row.",
        "tags": ["wireroom"],
        "timezone": "browser",
        "schemaVersion": 41,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": []},
        "annotations": {"list": []},
        "panels": panels,
    }


def _lay(group: Sequence[Panel], panels: list[dict[str, Any]], y: int) -> int:
    """From left to right in rows; returns where the next group begins."""
    x = height = 0
    for panel in group:
        if x + panel.width > WIDTH:
            x, y, height = 0, y + height, 0
        panels.append(_panel(panel, {"h": panel.height, "w": panel.width, "x": x, "y": y}))
        x, height = x + panel.width, max(height, panel.height)
    return y + height


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + n), "datasource": SOURCE, "expr": query,
         "legendFormat": legend or "__auto"}
        for n, (query, legend) in enumerate(panel.queries.items())
    ]  # fmt: skip
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if "skew" in targets[0]["expr"]:
        del defaults["min"]
    if panel.limit is not None:
        colours = ("red", "green") if panel.below else ("green", "red")
        steps = [{"color": colours[0], "value": None}, {"color": colours[1], "value": panel.limit}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
        if panel.kind == "timeseries":
            defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    options: dict[str, Any] = {"legend": {"showLegend": True, "placement": "bottom"}}
    if panel.kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": place,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
    }


def text() -> str:
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        if FILE.exists() and FILE.read_text() == text():
            return 0
        sys.stderr.write(f"{FILE} is out of date: run python deploy/grafana/dashboard.py\n")
        return 1
    FILE.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
