"""How everything stands at the end, as an operator would ask."""

from __future__ import annotations

from deploy.check.engine import Compose, docker
from deploy.check.flow import IMAGE
from deploy.check.transcript import Transcript, eventually, table
from deploy.check.watch import WORKERS, Prometheus, memory


def shown(compose: Compose, out: Transcript) -> None:
    out.step("docker compose ps")
    shape = "table {{.Service}}\t{{.Status}}\t{{.Ports}}"
    out.say(compose("ps", "-a", "--format", shape).stdout)
    out.step("Prometheus targets")
    prometheus = Prometheus(compose.ports["prometheus"])
    eventually(
        lambda: prometheus.targets() == dict.fromkeys(WORKERS, 1), 40, what="a target for each",
        service="prometheus",
    )  # fmt: skip
    active = prometheus.ask("targets", state="active")["activeTargets"]
    rows = sorted((t["labels"].get("service", t["labels"]["job"]), t["scrapeUrl"], t["health"])
                  for t in active)  # fmt: skip
    out.say(table(rows))
    out.step("image")
    size = int(docker("image", "inspect", "-f", "{{.Size}}", IMAGE))
    out.say(f"{IMAGE}: {size / 1e6:.0f} MB")
    out.step("memory")
    out.say(table(memory(compose).items()))
