"""``docker compose`` for one project, and what can be asked about its containers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEPLOY = Path(__file__).parents[1]
TAG = "check"
LAST = 25  # lines of a container's log that a failure shows


class Failed(Exception):
    """A check did not hold. ``service``: whose last lines tell more."""

    def __init__(self, what: str, service: str | None = None) -> None:
        super().__init__(what)
        self.service = service


@dataclass(frozen=True)
class Compose:
    """One project. ``env``: file with what .env would hold; ``ports``: service → host port."""

    project: str
    env: Path
    ports: Mapping[str, int]
    overlays: Sequence[Path] = field(default=())

    def __call__(
        self, *arguments: str, check: bool = True, timeout: float = 300, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``docker compose ARGUMENTS``. Raises ``Failed`` with its last words."""
        try:
            done = subprocess.run(
                self.command(*arguments),
                capture_output=True, text=True, timeout=timeout, input=stdin, check=False,
                env=environment(),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Failed(
                f"docker compose {' '.join(arguments)}: not done in {timeout:g} s"
            ) from error
        if check and done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines()[-6:]
            raise Failed(f"docker compose {' '.join(arguments)}: " + "\n".join(said))
        return done

    def command(self, *arguments: str) -> list[str]:
        found = ["docker", "compose", "--progress", "quiet", "-p", self.project]
        found += ["--env-file", str(self.env)]
        for file in (DEPLOY / "compose.yaml", *self.overlays):
            found += ["-f", str(file)]
        return [*found, *arguments]

    def up(self, *arguments: str) -> None:
        """Up and healthy; a failure names the container that is not."""
        done = self("up", "-d", "--wait", *arguments, check=False)
        if done.returncode != 0:
            bad = [c for c in self.containers() if not c.well]
            names = ", ".join(f"{c.name} ({c.state})" for c in bad)
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise Failed(f"not healthy: {names}; {last}", bad[0].service if bad else None)

    def containers(self, service: str | None = None) -> list[Container]:
        """Running and ended ones, as the engine tells of them."""
        filters = ["--filter", f"label=com.docker.compose.project={self.project}"]
        if service:
            filters += ["--filter", f"label=com.docker.compose.service={service}"]
        ids = docker("ps", "-aq", *filters).split()
        return [Container(c) for c in json.loads(docker("inspect", *ids))] if ids else []

    def sql(self, statement: str, service: str = "postgres") -> str:
        done = self(
            "exec", "-T", service, "psql", "-U", "wireroom", "-XAtc", statement, check=False
        )
        return done.stdout.strip()

    def last_lines(self, service: str) -> str:
        return self("logs", "--no-color", "--tail", str(LAST), service, check=False).stdout


@dataclass(frozen=True)
class Container:
    """What ``docker inspect`` says."""

    inspected: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.inspected["Name"]).lstrip("/")

    @property
    def service(self) -> str:
        return str(self.inspected["Config"]["Labels"]["com.docker.compose.service"])

    @property
    def pid(self) -> int:
        return int(self.inspected["State"]["Pid"])

    @property
    def restarts(self) -> int:
        return int(self.inspected["RestartCount"])

    @property
    def state(self) -> str:
        state = self.inspected["State"]
        health = state.get("Health", {}).get("Status")
        ended = f", status {state['ExitCode']}" if state["Status"] == "exited" else ""
        return f"{state['Status']}{ended}" + (f", {health}" if health else "")

    @property
    def well(self) -> bool:
        return self.state in ("running", "running, healthy", "exited, status 0")


def environment() -> dict[str, str]:
    """For the client. No setting of this shell: it would go before those of the file."""
    kept = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG")
    return {name: os.environ[name] for name in kept if name in os.environ}


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"docker {' '.join(arguments[:3])}: {done.stderr.strip()[-300:]}")
    return done.stdout


def engine_answers() -> bool:
    """The client alone does not count."""
    try:
        subprocess.run(["docker", "info"], capture_output=True, check=True, timeout=20)
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
