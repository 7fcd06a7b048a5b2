"""Dashboards that answer, alerts that fire and resolve, rules that hold their own tests."""

from __future__ import annotations

import json
import math
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from deploy.check import chaos, flow, registry
from deploy.check.engine import DEPLOY, Compose, Failed
from deploy.check.transcript import Transcript, eventually
from deploy.check.watch import Prometheus

RULE_TESTS = "/etc/prometheus/rules/tests"
INTERVAL = "1m"  # what Grafana puts in for $__rate_interval, about
STOPPED, ALERT = "classify", "WorkerDown"
FIRES, RESOLVES = 150, 120  # seconds: `for: 1m`, two intervals, and a machine that is busy


def _rules(compose: Compose, out: Transcript) -> None:
    files = [f"{RULE_TESTS}/{f.name}" for f in (DEPLOY / "prometheus/rules/tests").glob("*.yml")]
    promtool = ("exec", "-T", "prometheus", "promtool")
    compose(*promtool, "check", "config", "/etc/prometheus/prometheus.yml")
    done = compose(*promtool, "test", "rules", *files, check=False)
    if done.returncode != 0:
        raise Failed(f"promtool: {(done.stdout + done.stderr)[-1500:]}")
    cases = sum((DEPLOY / "prometheus/rules/tests" / f.rsplit("/", 1)[1]).read_text().count(
        "alertname:") for f in files)  # fmt: skip
    out.say(f"promtool: {cases} cases hold")


def loaded(compose: Compose, out: Transcript) -> None:
    """While articles flow: what memory they take, and whether every query of a panel answers."""
    out.step("under load: memory, and every panel's query")
    with flow.load(compose, out):
        _dashboards(compose, out)


def _dashboards(compose: Compose, out: Transcript) -> None:
    prometheus = Prometheus(compose.ports["prometheus"])
    queries = dict(_queries())
    silent = {q: title for q, title in queries.items() if not _answers(prometheus, q)}
    if silent:  # once more: a rate needs two scrapes of the same worker
        time.sleep(20)
        silent = {q: title for q, title in silent.items() if not _answers(prometheus, q)}
    if silent:
        lines = "\n".join(f"{title}: {query}" for query, title in silent.items())
        raise Failed(f"{len(silent)} of {len(queries)} queries give nothing:\n{lines}")
    out.say(f"{len(queries)} queries, all with data")


def _queries() -> Iterator[tuple[str, str]]:
    for file in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for inner in (panel, *panel.get("panels", ())):
                for target in inner.get("targets", ()):
                    query = target["expr"].replace("$__rate_interval", INTERVAL)
                    yield query, f"{file.stem}, {inner['title']}"


def _answers(prometheus: Prometheus, query: str) -> bool:
    return any(not math.isnan(value) for _, value in prometheus.series(query))


def alert(compose: Compose, out: Transcript) -> None:
    """In the minute that the rule itself waits, what needs nobody's articles is checked."""
    out.step(f"an alert fires when {STOPPED} is stopped, and resolves")
    compose("stop", STOPPED)
    began = time.monotonic()
    registry.started_beside(compose)
    chaos.frozen(compose, out)
    _rules(compose, out)
    flow.again(compose, out)
    eventually(lambda: _firing(compose), FIRES, what=f"{ALERT} at Alertmanager")
    out.say(f"{ALERT} was at Alertmanager {time.monotonic() - began:.0f} s after the stop")
    compose("start", STOPPED)
    began = time.monotonic()
    eventually(lambda: not _firing(compose), RESOLVES, what=f"the end of {ALERT}", service=STOPPED)
    out.say(f"resolved {time.monotonic() - began:.0f} s after the start")


def _firing(compose: Compose) -> bool:
    address = f"http://127.0.0.1:{compose.ports['alertmanager']}/api/v2/alerts?active=true"
    with urllib.request.urlopen(address, timeout=10) as answer:
        alerts: list[dict[str, Any]] = json.load(answer)
    return any(a["labels"]["alertname"] == ALERT for a in alerts)


def canary(compose: Compose, out: Transcript) -> None:
    """A probe's time when nothing else flows; told, not judged: it depends on the machine."""
    out.step("canary, idle")
    prometheus = Prometheus(compose.ports["prometheus"])
    time.sleep(30)
    buckets = "sum by (le) (rate(wireroom_canary_roundtrip_seconds_bucket[30s]))"
    p50, p99 = (prometheus.value(f"histogram_quantile({q}, {buckets})") for q in (0.5, 0.99))
    count = prometheus.value("sum(increase(wireroom_canary_roundtrip_seconds_count[30s]))")
    out.say(f"{count:.0f} probes within 30 s: p50 {p50:.2f} s, p99 {p99:.2f} s")
    if not count:
        raise Failed("no probe came through", "canary")
