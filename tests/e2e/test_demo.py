"""The show itself, as the first thing that anybody runs."""

from __future__ import annotations

import subprocess

import psutil
from tests.e2e.pipeline import WIREROOM, clean_environment


def test_the_demo_ends_well_balances_and_leaves_no_process() -> None:
    done = subprocess.run(
        [*WIREROOM, "demo"],
        capture_output=True,
        env=clean_environment(),
        timeout=120,
        check=False,
    )
    output = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, output
    assert "accepted" in output
    assert "wireroom up" in output
    left = [p for p in psutil.process_iter(["cmdline"]) if "wireroom-demo-" in _line(p)]
    assert left == []


def _line(process: psutil.Process) -> str:
    return " ".join(process.info["cmdline"] or [])
