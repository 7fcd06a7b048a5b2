"""kill -9 of everything while articles flow: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

import asyncpg
import psutil
from tests.e2e import texts
from tests.e2e.pipeline import Pipeline, eventually, running

from wireroom import urls
from wireroom.cli.journal import entries
from wireroom.demo.account import account
from wireroom.wire.settings import Settings as Kafka

STAGES = ("fetch", "clean", "classify", "index")
EARLY = Path(__file__).parent / "commits_early"


def publish(pipeline: Pipeline, first: int, count: int) -> None:
    lines = "\n".join(json.dumps({"text": texts.text(first + n)}) for n in range(count))
    done = pipeline.command("publish", "--jsonl", "-", stdin=lines.encode())
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == count


def rows(pipeline: Pipeline) -> int:
    """How many articles are in the database, the canary's probes left out; -1 while it is away."""

    async def count() -> int:
        connection = await asyncpg.connect(pipeline.addresses()["postgres"], timeout=5)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM articles"))
        finally:
            await connection.close()

    try:
        return asyncio.run(count())
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return -1


def outcomes(pipeline: Pipeline, published: set[UUID]) -> tuple[Counter[str], set[UUID]]:
    """Outcomes in the index stage by name, and every submission that the journal knows.

    A journal entry may come twice, word for word: it is sent at least once.
    """

    async def read() -> tuple[Counter[str], set[UUID]]:
        kafka = Kafka(bootstrap_servers=pipeline.addresses()["kafka"])
        submissions, ends, all_entries = set(), set(), []
        async for entry in entries(kafka):
            if entry.article_id not in published:
                continue  # the canary's
            all_entries.append(entry)
            submissions.add(entry.submission_id)
            if entry.stage == "index":
                ends.add((entry.submission_id, entry.event))
        assert account(all_entries, list(submissions)).balances
        return Counter(event for _, event in ends), submissions

    return asyncio.run(read())


def server(pipeline: Pipeline, mark: str) -> psutil.Process:
    """The embedded server whose command line has ``mark``."""
    for child in psutil.Process(pipeline.process.pid).children(recursive=True):
        try:
            if any(mark in part for part in child.cmdline()):
                return child
        except psutil.Error:
            continue
    raise AssertionError(f"no process with {mark}")


def kill(find: Callable[[], psutil.Process]) -> None:
    find().kill()


def settled(pipeline: Pipeline, quiet: float) -> int:
    """The number of rows once it has not changed for ``quiet`` seconds."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < quiet:
        now = rows(pipeline)
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.5)
    return last


def test_nothing_is_lost_or_doubled_when_everything_is_killed(tmp_path: Path) -> None:
    total = 2_000
    with running(tmp_path / "data", {"WIREROOM_FETCH_CONTACT": "tests@localhost"}) as up:
        publish(up, 0, total // 2)
        for stage in STAGES:
            kill(lambda stage=stage: eventually(lambda: up.children().get(stage)))  # type: ignore[misc]  # bound by default
            time.sleep(1)  # the pace of the faults, nothing waits for it
        kill(lambda: server(up, "kafka.Kafka"))
        eventually(lambda: up.command("topics").returncode == 0, what="the broker")
        publish(up, total // 2, total // 2)
        kill(lambda: server(up, "pgdata"))
        for stage in reversed(STAGES):
            kill(lambda stage=stage: eventually(lambda: up.children().get(stage)))  # type: ignore[misc]  # bound by default
        eventually(lambda: rows(up) == total, 120, what=f"{total} rows")
        published = {urls.text_article_id(texts.text(n)) for n in range(total)}
        seen, submissions = outcomes(up, published)
    assert len(submissions) == total
    assert seen == {"indexed": total}


def test_the_kill_test_notices_a_worker_that_commits_early(
    tmp_path: Path, site: str, opened: Mapping[str, str]
) -> None:
    total = 100
    # At this pause the pages take 25 s, so most still wait when the first row is there.
    slow = {"WIREROOM_FETCH_HOST_DELAY": "0.25", "PYTHONPATH": str(EARLY)}
    with running(tmp_path / "data", {**opened, **slow}) as up:
        done = up.command("publish", *[f"{site}/news/pier-{n}" for n in range(total)])
        assert done.returncode == 0, done.stderr
        # Ten pauses are two commits, one a second; most pages still wait.
        eventually(lambda: rows(up) >= 10)
        kill(lambda: up.children()["fetch"])
        assert settled(up, quiet=6) < total
