"""A whole pipeline in child processes, as `wireroom up` makes it, and the commands against it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

T = TypeVar("T")
WIREROOM = [sys.executable, "-m", "wireroom"]


def clean_environment() -> dict[str, str]:
    """Ours, without settings that somebody has set on this machine."""
    return {k: v for k, v in os.environ.items() if not k.startswith("WIREROOM_")}


def eventually(look: Callable[[], T | None], seconds: float = 60.0, *, what: str = "it") -> T:
    """What ``look`` gives once it is neither None nor False."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come within {seconds:g} s")


@dataclass(frozen=True)
class Pipeline:
    """A running ``wireroom up`` and its data folder."""

    process: subprocess.Popen[bytes]
    data: Path
    environment: Mapping[str, str]

    def command(
        self, *arguments: str, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``wireroom ARGUMENTS --data …``; output is text."""
        done = subprocess.run(
            [*WIREROOM, *arguments, "--data", str(self.data)],
            input=stdin,
            capture_output=True,
            env=dict(self.environment),
            timeout=60,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def addresses(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "addresses.json").read_text())
        return found

    def row(self, what: str) -> dict[str, Any] | None:
        done = self.command("show", what, "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def journal(self, what: str) -> list[dict[str, Any]]:
        done = self.command("journal", what, "--json")
        return json.loads(done.stdout) if done.returncode == 0 else []

    def children(self) -> dict[str, psutil.Process]:
        """Service name → process, of those that ``up`` supervises."""
        found = {}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = child.cmdline()
            except psutil.Error:
                continue
            if "run" in line and "wireroom" in line:
                found[line[line.index("run") + 1]] = child
        return found


@contextmanager
def running(data: Path, more: Mapping[str, str]) -> Iterator[Pipeline]:
    """Everything up and every worker a member of its group; at the end, nothing left."""
    environment = {**clean_environment(), **more}
    out = (data.parent / f"{data.name}.up.log").open("wb")
    process = subprocess.Popen(
        [*WIREROOM, "up", "--data", str(data)], stdout=out, stderr=out, env=environment
    )
    pipeline = Pipeline(process, data, environment)
    try:
        eventually(lambda: _ready(pipeline), 90, what=f"ready workers (see {out.name})")
        yield pipeline
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()
            out.close()


def _ready(pipeline: Pipeline) -> bool:
    import urllib.request

    assert pipeline.process.poll() is None, "wireroom up has ended"
    try:
        ports = pipeline.addresses()["metrics"].values()
        for port in ports:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
    except (OSError, ValueError):
        return False
    return bool(ports)


def scrape(port: int) -> dict[str, float]:
    """Sample name with labels → value."""
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
