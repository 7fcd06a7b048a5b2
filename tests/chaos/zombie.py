"""Part of L3: an index worker stands still until another has its partitions, and then goes on.

It still believes in what it holds, with a batch in hand: it has to be fenced, without one row by
it. Who writes what is told by Postgres, which knows the session behind each row and each claim.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

import psutil
from tests.chaos.inject.order import Order
from tests.chaos.standing import READY, Standing, eventually
from tests.chaos.verdict import Verdict, told

from wireroom.cli.chaos import ZOMBIE, quiet
from wireroom.cli.verify import Asked, proving
from wireroom.embedded.ports import next_free
from wireroom.embedded.supervise import Child, supervise
from wireroom.storage.pool import Pool, connection, open_pool
from wireroom.verify.catalogue import Case
from wireroom.verify.judgement import Judgement, judge
from wireroom.verify.prove import Kit, settled

RATE = 60.0
MOST = 2 * READY + ZOMBIE  # seconds that a round may take
CONTROLS = 3  # rounds without the fence
UNFENCED = "saves_the_place_without_the_fence"
WORKERS = ("first", "second")

WATCHED = """
    CREATE TABLE written (app text, backend integer, claim boolean, at timestamptz);
    CREATE FUNCTION note_writer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO written VALUES (current_setting('application_name'), pg_backend_pid(),
            TG_TABLE_NAME = 'kafka_offsets', clock_timestamp());
        RETURN NULL;
    END $$;
    CREATE TRIGGER rows AFTER INSERT OR UPDATE ON article
        FOR EACH ROW EXECUTE FUNCTION note_writer();
    CREATE TRIGGER claims AFTER UPDATE OF epoch ON kafka_offsets
        FOR EACH ROW EXECUTE FUNCTION note_writer()
"""
UNWATCHED = "DROP FUNCTION note_writer() CASCADE; DROP TABLE written"
BUSY = """
    SELECT count(DISTINCT app) = 2 FROM written
    WHERE NOT claim AND at > now() - interval '3 s'
"""
CLAIMED = "SELECT max(at) > $2 FROM written WHERE claim AND app <> $1"
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = $1"
# From its awakening until it claims anew, which is its right.
BY_IT = """
    SELECT count(*) FROM written WHERE NOT claim AND backend = ANY($1) AND at >= $2
    AND at < coalesce((SELECT min(at) FROM written WHERE claim AND app = $3 AND at >= $2),
        'infinity')
"""


@dataclass(frozen=True, slots=True)
class Round:
    """``fenced``: whether it ended; else it gave up its partitions in good order."""

    rows: int
    fenced: bool


async def run(stood: Standing, seed: int, times: int) -> Verdict:
    """Last, without the fence: then a zombie's rows have to be found."""
    rounds, judgement = await _played(stood, seed, times, ())
    rows, fenced = sum(one.rows for one in rounds), sum(one.fenced for one in rounds)
    open_rounds, _ = await _played(stood, seed + 1, CONTROLS, (UNFENCED,))
    found = sum(one.rows for one in open_rounds)
    did = f"{times} zombies, {fenced} fenced, {rows} rows by them; {found} without the fence"
    bad = [f"{rows} rows by zombies"] if rows else []
    if not judgement.clean:
        bad.append(told(judgement))
    if not found:
        bad.append("without the fence nothing was found either")
    return Verdict(did, bad)


async def _played(
    stood: Standing, seed: int, times: int, breaks: Sequence[str]
) -> tuple[list[Round], Judgement]:
    random = Random(seed)
    asked = Asked(count=round(RATE * MOST * times), seed=seed, poison=True)
    rounds: list[Round] = []
    async with (
        open_pool(stood.running.settings.postgres) as pool,
        proving(asked, stood.running.settings) as (kit, made),
    ):
        cases = [case for case in made if not case.second]
        async with _watched(pool), _two(stood, breaks):
            over = asyncio.Event()
            sending = asyncio.create_task(_sent(kit, cases, over))
            for _ in range(times):
                rounds.append(await _round(pool, random.choice(WORKERS)))
            over.set()
            sent = await sending
            await settled(kit, sent, READY)
        return rounds, judge(sent, await kit.look(sent))


async def _sent(kit: Kit, cases: Sequence[Case], over: asyncio.Event) -> Sequence[Case]:
    """Both workers have something to do until it is ``over``."""
    acked = []
    for case in cases:
        if over.is_set():
            break
        acked.append(await kit.send(case))
        await asyncio.sleep(1 / RATE)
    for one in acked:
        await one
    return cases[: len(acked)]


async def _round(pool: Pool, victim: str) -> Round:
    await eventually(lambda: _is(pool, BUSY), READY, "rows by both workers")
    pid = _pid(victim)
    began = await _now(pool)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(ZOMBIE)
        taken = "the claim of the other worker"
        await eventually(lambda: _is(pool, CLAIMED, victim, began), READY, taken)
        async with connection(pool) as session:
            backends = [row["pid"] for row in await session.fetch(BACKENDS, victim)]
    finally:
        awake = await _now(pool)
        os.kill(pid, signal.SIGCONT)
    back = "rows by both workers again"
    await eventually(lambda: _is(pool, BUSY), READY, back)
    async with connection(pool) as session:
        rows = int(await session.fetchval(BY_IT, backends, awake, victim))
    return Round(rows, fenced=not psutil.pid_exists(pid))


@asynccontextmanager
async def _watched(pool: Pool) -> AsyncIterator[None]:
    async with connection(pool) as session:
        await session.execute(WATCHED)
    try:
        yield
    finally:
        async with connection(pool) as session:
            await session.execute(UNWATCHED)


@asynccontextmanager
async def _two(stood: Standing, breaks: Sequence[str]) -> AsyncIterator[None]:
    """Two index workers instead of the one."""
    (child,) = (one for one in stood.running.children if one.name == "index")
    if breaks:
        child = replace(child, env={**child.env, **Order(folder="/", breaks=breaks).environment()})
    stop = asyncio.Event()
    await stood.stop("index")
    keeper = asyncio.create_task(supervise([_named(child, n) for n in WORKERS], stop, quiet))
    try:
        yield
    finally:
        stop.set()
        await keeper
        await stood.start("index")
        await stood.ready("index")


def _named(child: Child, name: str) -> Child:
    port = next_free(26_000 + 100 * WORKERS.index(name))
    more = {
        "WIREROOM_INSTANCE": name,
        "WIREROOM_POSTGRES_APPLICATION_NAME": name,
        "WIREROOM_METRICS_PORT": str(port),
    }
    log = child.log.with_stem(f"index-{name}")
    return replace(child, name=f"index-{name}", env={**child.env, **more}, log=log, fresh=dict)


def _pid(name: str) -> int:
    for child in psutil.Process().children(recursive=True):
        if child.cmdline()[-2:] == ["run", "index"] and (
            child.environ().get("WIREROOM_INSTANCE") == name
        ):
            return int(child.pid)
    raise LookupError(f"no index worker {name}")


async def _is(pool: Pool, question: str, *arguments: object) -> bool:
    async with connection(pool) as session:
        return bool(await session.fetchval(question, *arguments))


async def _now(pool: Pool) -> datetime:
    async with connection(pool) as session:
        found: datetime = await session.fetchval("SELECT clock_timestamp()")
        return found
