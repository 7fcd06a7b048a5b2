"""The whole pipeline as `wireroom up` runs it: articles a second, CPU by process, per article.

On pages of 200 KB that the sender hands in, and on syndicated texts; after a warm-up. Beside it
two programs that do the same by hand (``reference``), on the same pages and the same servers;
what the servers spend beside them includes the pipeline's idle workers, so compare the programs.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from tests.bench import load, pages, reference
from tests.bench.processes import cpu_seconds, leaders
from tests.e2e.pipeline import Pipeline, running

from wireroom.events import ArticleSubmitted
from wireroom.wire.kafka import admin
from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic

PAGES, TEXTS, WARM_UP = 200, 600, 40
CONTACT = {"WIREROOM_FETCH_CONTACT": "bench@localhost"}
HEADER = f"{'':26}{'articles/s':>11}{'CPU ms':>8}"


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    with running(folder / "pipeline", CONTACT) as up:
        return [
            f"whole pipeline, CPU ms an article by process (its children included), "
            f"after {WARM_UP} articles of warm-up",
            HEADER,
            *_through(up, f"{PAGES} pages of 200 KB", load.html, PAGES),
            *_by_hand(up),
            *_through(up, f"{TEXTS} syndicated texts", load.texts, TEXTS),
        ]


def _through(
    up: Pipeline,
    label: str,
    make: Callable[[range], Sequence[ArticleSubmitted]],
    count: int,
) -> list[str]:
    events = make(range(WARM_UP + count))
    load.run_through(up, events[:WARM_UP], lambda: None)
    processes = leaders(up)
    before = {name: cpu_seconds(process) for name, process in processes.items()}
    took = load.run_through(up, events[WARM_UP:], lambda: None)
    spent = {
        name: (cpu_seconds(process) - before[name]) / count * 1e3
        for name, process in processes.items()
    }
    total = sum(spent.values())
    parts = "  ".join(f"{name} {ms:.1f}" for name, ms in spent.items())
    return [f"  {label:24}{count / took:11.1f}{total:8.1f}   {parts}"]


def _by_hand(up: Pipeline) -> list[str]:
    """The references, one after the other, with what broker and database spend on them."""
    addresses = up.addresses()
    kafka, postgres = addresses["kafka"], addresses["postgres"]
    asyncio.run(
        admin.create(
            Settings(bootstrap_servers=kafka),
            [Topic(reference.TOPIC, 12, 1, reference.LARGEST, "")],
        )
    )
    written = [(pages.Article(n).url, pages.page(n)) for n in range(WARM_UP + PAGES)]
    asyncio.run(reference.fill(kafka, written))
    servers = {n: p for n, p in leaders(up).items() if n in ("broker", "postgres")}
    return [
        _reference(name, label, kafka, postgres, servers)
        for name, label in (("usual", "by hand, as usual"), ("lean", "by hand, trafilatura fast"))
    ]


def _reference(
    name: str, label: str, kafka: str, postgres: str, servers: dict[str, psutil.Process]
) -> str:
    before = {server: cpu_seconds(process) for server, process in servers.items()}
    count = WARM_UP + PAGES
    command = [sys.executable, "-m", "tests.bench.reference", name, kafka, postgres]
    done = subprocess.run([*command, str(count), str(WARM_UP)], stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    beside = {n: (cpu_seconds(p) - before[n]) / count * 1e3 for n, p in servers.items()}
    total = found["ms"] + sum(beside.values())
    parts = "  ".join(f"{n} {ms:.1f}" for n, ms in beside.items())
    return f"  {label:24}{found['rate']:11.1f}{total:8.1f}   program {found['ms']:.1f}  {parts}"
