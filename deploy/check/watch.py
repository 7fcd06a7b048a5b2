"""Prometheus, and what the containers use."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from deploy.check.engine import Compose, Failed, docker

WORKERS = ("fetch", "clean", "classify", "index", "relay", "ledger", "canary")


@dataclass(frozen=True)
class Prometheus:
    port: int

    def ask(self, path: str, **parameters: str) -> Any:
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?"
        try:
            with urllib.request.urlopen(
                address + urllib.parse.urlencode(parameters), timeout=20
            ) as answer:
                return json.load(answer)["data"]
        except OSError as error:
            raise Failed(f"{path} {parameters}: {error}", "prometheus") from error

    def series(self, expression: str) -> list[tuple[dict[str, str], float]]:
        result = self.ask("query", query=expression)["result"]
        return [(one["metric"], float(one["value"][1])) for one in result]

    def value(self, expression: str) -> float:
        """Of the first series; 0 without any."""
        return next((value for _, value in self.series(expression)), 0.0)

    def targets(self) -> dict[str, int]:
        """Worker service → targets that are up."""
        found: dict[str, int] = {}
        for target in self.ask("targets", state="active")["activeTargets"]:
            service = target["labels"].get("service")
            if service and target["health"] == "up":
                found[service] = found.get(service, 0) + 1
        return found


def memory(compose: Compose) -> dict[str, str]:
    """Service → memory in use of its limit, as the engine counts it."""
    prefix = f"{compose.project}-"
    lines = docker("stats", "--no-stream", "--format", "{{.Name}}\t{{.MemUsage}}").splitlines()
    pairs = (line.split("\t") for line in lines)
    return {
        name.removeprefix(prefix).removesuffix("-1"): used
        for name, used in sorted(pairs) if name.startswith(prefix)
    }  # fmt: skip
