"""`make bench`: one table, with the conditions that it holds for. Numbers, no verdict.

python -m tests.bench [hop|fetch|pipeline|memory|extract|syndicated|hosts|restarts …]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from wireroom.runtime.logs import quiet

PARTS = (
    "hop",
    "fetch",
    "pipeline",
    "memory",
    "hosts",
    "extract",
    "syndicated",
    "restarts",
    "ledger",
)
LIBRARIES = ("aiokafka", "fastavro", "pydantic", "asyncpg", "trafilatura", "lxml", "py3langid")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed and size.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; else all")
    chosen = parser.parse_args(arguments).parts or PARTS
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    quiet()
    _say("\n".join(conditions(chosen)))
    with tempfile.TemporaryDirectory(prefix="wireroom-bench-") as folder:
        for name in chosen:
            began = time.monotonic()
            measure: Callable[[Path], list[str]] = import_module(f"tests.bench.{name}").measure
            lines = measure(Path(folder))
            _say("\n".join(["", *lines, f"  (took {time.monotonic() - began:.0f} s)"]))
    return 0


def conditions(parts: tuple[str, ...] | list[str]) -> list[str]:
    """What the numbers depend on, read from the machine."""
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return [
        f"python -m tests.bench {' '.join(parts)}   {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{os.cpu_count()} CPUs ({_processor()}), load before {load}, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}",
        ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
