"""``python -m deploy.check``: see the package. Status 0: all held, or there is no engine."""

from __future__ import annotations

import argparse
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.check import chaos, external, flow, last, monitoring, registry, safe
from deploy.check.engine import TAG, Compose, Failed, engine_answers
from deploy.check.transcript import Transcript

Check = Callable[[Compose, Transcript], None]
CHECKS: tuple[Check, ...] = (
    flow.build,
    flow.start,
    flow.watched,
    flow.counted,
    safe.safe,
    monitoring.canary,
    monitoring.loaded,
    monitoring.alert,
    chaos.kills,
    chaos.balanced,
    chaos.scaled,
    registry.foreign,
    chaos.down_and_up,
    external.external,
    last.shown,
)
PORTS = ("kafka", "postgres", "prometheus", "alertmanager", "grafana", "registry", "kafka_ui")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make compose-check", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="names of steps beside build, start")
    parser.add_argument("--keep", action="store_true", help="leave the containers after a failure")
    arguments = parser.parse_args()
    if not engine_answers():
        sys.stdout.write(
            "compose-check: no container engine answers (docker info), nothing was checked\n"
        )
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that it cleans up then too
    out = Transcript()
    with tempfile.TemporaryDirectory(prefix="compose-check-") as folder:
        compose = project(Path(folder))
        chosen = [*CHECKS[:2], *(c for c in CHECKS[2:] if _wanted(c, arguments.only))]
        held = False
        try:
            for check in chosen:
                check(compose, out)
            held = True
        except Failed as error:
            out.say(f"FAILED: {error}")
            if error.service:
                out.say(f"last lines of {error.service}:\n{compose.last_lines(error.service)}")
            return 1
        finally:
            if held or not arguments.keep:
                out.step("down with its volumes")
                compose("--profile", "*", "down", "-v", "--timeout", "20", check=False)
    out.step(f"{len(chosen)} steps, all held")
    return 0


def _wanted(check: Check, only: list[str]) -> bool:
    return not only or check.__name__ in only


def project(folder: Path) -> Compose:
    """A project of its own with ports that are free: nothing that runs here is touched."""
    ports = dict(zip(PORTS, _free(len(PORTS)), strict=True))
    env = folder / "env"
    lines = [f"{name.upper()}_PORT={port}" for name, port in ports.items()]
    lines += [f"ENV_FILE={env}", f"TAG={TAG}", "WIREROOM_FETCH_CONTACT=check@localhost"]
    lines += ["WIREROOM_CANARY_EVERY=2"]  # enough probes for a p99
    env.write_text("\n".join(lines) + "\n")
    return Compose(f"wireroom-check-{secrets.token_hex(3)}", env, ports)


def _free(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    numbers = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return numbers


if __name__ == "__main__":
    sys.exit(main())
