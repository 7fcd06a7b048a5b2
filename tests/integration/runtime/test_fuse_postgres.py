"""A Postgres that refuses every write pauses the index, and nothing is buried for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from wireroom import index, urls
from wireroom.events import Article, ArticleClassified, ArticleJournal, Submission
from wireroom.index import Report
from wireroom.runtime import Transient, Unavailable, batch, fuse
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.fuse import LIMIT, Fuse
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Stage
from wireroom.storage import Pool, Settings, connection, migrate, open_pool
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas

CODEC = Codec(Schemas())
TOPIC = ArticleClassified.topic
RECORDS = 60

RECONNECT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
REFUSING = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{code}'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON article FOR EACH ROW EXECUTE FUNCTION refuse()
"""
NO_LONGER_REFUSING = "DROP FUNCTION refuse() CASCADE"


@dataclass(frozen=True)
class Cause:
    """What an administrator, or the disk, does to Postgres, and how it is mended."""

    reason: str
    breaking: Sequence[str]
    mending: Sequence[str]


CAUSES = {
    "read-only": Cause(
        "postgres_read_only",
        ("ALTER DATABASE {db} SET default_transaction_read_only = on", RECONNECT),
        ("SET default_transaction_read_only = off",
         "ALTER DATABASE {db} RESET default_transaction_read_only", RECONNECT),
    ),
    "rights revoked": Cause(
        "postgres_other",
        ("REVOKE INSERT ON article FROM {role}",),
        ("GRANT INSERT ON article TO {role}",),
    ),
    "disk full": Cause(
        "postgres_resources", (REFUSING.format(code="53100"),), (NO_LONGER_REFUSING,)
    ),
    "a trigger of somebody's": Cause(
        "postgres_other", (REFUSING.format(code="P0001"),), (NO_LONGER_REFUSING,)
    ),
}  # fmt: skip


class Database:
    """``pool`` is the worker's, under a role of its own; ``run`` is an administrator's."""

    def __init__(self, address: str, pool: Pool, role: str) -> None:
        self.pool = pool
        self._address = address
        self._names = {"db": address.rpartition("/")[2], "role": role}

    async def run(self, statements: Sequence[str]) -> None:
        for statement in statements:
            for name, value in self._names.items():
                statement = statement.replace(f"{{{name}}}", value)
            await _execute(self._address, statement)

    async def count(self) -> int:
        async with connection(self.pool) as session:
            return int(await session.fetchval("SELECT count(*) FROM article"))


async def _execute(address: str, *statements: str) -> None:
    session = await asyncpg.connect(address)
    try:
        for statement in ("SET ROLE NONE", "SET default_transaction_read_only = off", *statements):
            await session.execute(statement)
    finally:
        await session.close()


@pytest_asyncio.fixture
async def database_of_a_role(database: str) -> AsyncIterator[Database]:
    async with open_pool(Settings(dsn=SecretStr(database))) as owner:
        await migrate(owner)
    role, name = f"clerk_{uuid4().hex[:8]}", database.rpartition("/")[2]
    await _execute(
        database,
        f"CREATE ROLE {role}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"ALTER DATABASE {name} SET role = {role}",
    )
    try:
        async with open_pool(Settings(dsn=SecretStr(database))) as pool:
            yield Database(database, pool, role)
    finally:
        await _execute(
            database, f"ALTER DATABASE {name} RESET role", f"DROP OWNED BY {role}",
            f"DROP ROLE {role}",
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes that only cost time here."""
    monkeypatch.setattr(fuse, "FIRST", 0.02)
    monkeypatch.setattr(fuse, "CAP", 0.1)
    monkeypatch.setattr(batch, "POLL", 0.02)


class Index:
    """The index over a broker in memory."""

    def __init__(self, pool: Pool) -> None:
        self.broker = MemoryBroker(partitions=2)
        self.registry = CollectorRegistry()
        self.pool = pool
        self.writes = 0
        self.worker: Any = None
        self.ended: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(
        self, change: Callable[[Stage[Any], Pool], Stage[Any]] = lambda stage, pool: stage
    ) -> AsyncIterator[None]:
        journal = Journal(ArticleJournal, stage="index", instance="index-0", versions={})
        report = Report(
            encode=lambda e: (CODEC.encode(e), {FINGERPRINT: CODEC.fingerprint(type(e))}),
            journal=journal.entry,
            observe=lambda written, repeated=0: None,
            wake=lambda: None,
        )
        stop = asyncio.Event()
        async with index.stage(index.Settings(batch_size=16), self.pool, report) as stage:
            changed = change(self._counting(stage), self.pool)
            metrics = Metrics(self.registry, "test")
            self.worker = BatchWorker(changed, self.broker, CODEC, metrics, journal)
            yield_to = asyncio.create_task(self.worker.run(stop))
            self.ended = yield_to
            try:
                yield
            finally:
                stop.set()
                await yield_to

    def _counting(self, stage: Stage[Any]) -> Stage[Any]:
        inner = stage.handle_batch
        assert inner is not None

        async def handle(deliveries: Any, checkpoint: Any) -> None:
            self.writes += 1
            await inner(deliveries, checkpoint)

        return replace(stage, handle_batch=handle)

    async def publish(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            url = f"https://a.example/{number}"
            event = ArticleClassified(
                article_id=urls.article_id(url),
                submission=Submission(url=url),
                article=Article(text=f"The {number}th ferry of the day was late once more."),
                language="en",
                language_confidence=1.0,
                language_source="text",
            )
            sent = self.broker.send(
                TOPIC, key=event.key, value=CODEC.encode(event), headers=headers.first()
            )
            await (await sent)

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not reached():
                if self.ended is not None and self.ended.done():
                    self.ended.result()
                await asyncio.sleep(0.01)

    def paused(self, reason: str) -> bool:
        labels = {"stage": "index", "reason": reason}
        return bool(self.registry.get_sample_value("wireroom_pipeline_paused", labels))

    def buried(self) -> int:
        return len(self.broker.records("dead.index"))

    def committed(self) -> int:
        marks = (self.broker.mark("index", p).offset for p in self.broker.partitions(TOPIC))
        return sum(marks)


def blamed_on_the_data(stage: Stage[Any], pool: Pool) -> Stage[Any]:
    """As if Postgres's refusals were not told from failures of a record."""
    inner = stage.handle_batch
    assert inner is not None

    async def handle(deliveries: Any, checkpoint: Any) -> None:
        try:
            await inner(deliveries, checkpoint)
        except Unavailable as error:
            if deliveries:
                raise Transient(error.reason, str(error)) from error
            async with connection(pool) as session:
                await checkpoint.save(session)

    return replace(stage, handle_batch=handle, backoff=Backoff(waits=()))


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES.keys())
async def test_the_index_pauses_keeps_its_records_and_goes_on_by_itself(
    database_of_a_role: Database, cause: Cause
) -> None:
    database, indexing = database_of_a_role, Index(database_of_a_role.pool)
    async with indexing.running():
        await indexing.publish(0, 5)
        await indexing.until(lambda: indexing.committed() == 5)
        await database.run(cause.breaking)
        await indexing.publish(5, RECORDS)
        await indexing.until(lambda: indexing.paused(cause.reason))
        asked = indexing.writes + 3
        await indexing.until(lambda: indexing.writes >= asked)  # it probes
        assert indexing.committed() == 5
        await database.run(cause.mending)
        await indexing.until(lambda: indexing.committed() == 5 + RECORDS)
    assert await database.count() == 5 + RECORDS
    assert not indexing.paused(cause.reason)
    assert indexing.buried() == 0


async def test_even_where_a_refusal_looks_like_the_datas_fault_few_are_buried(
    database_of_a_role: Database,
) -> None:
    database, indexing = database_of_a_role, Index(database_of_a_role.pool)
    cause = CAUSES["disk full"]
    await database.run(cause.breaking)
    async with indexing.running(blamed_on_the_data):
        await indexing.publish(0, RECORDS)
        await indexing.until(lambda: indexing.paused(cause.reason))
        kept = indexing.buried()
        assert kept < LIMIT
        await database.run(cause.mending)
        await indexing.until(lambda: indexing.committed() == RECORDS)
    assert indexing.buried() == kept
    assert await database.count() == RECORDS - kept


async def test_a_constraint_that_no_row_meets_pauses_it_and_pours_nothing_out(
    database_of_a_role: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuse, "FIRST", 1.0)  # each probe that fails is buried
    monkeypatch.setattr(fuse, "CAP", 1.0)
    database, indexing = database_of_a_role, Index(database_of_a_role.pool)
    await database.run(("ALTER TABLE article ALTER title SET NOT NULL",))
    async with indexing.running():
        await indexing.publish(0, RECORDS)
        await indexing.until(lambda: indexing.paused("sqlstate_23502"))
        await database.run(("ALTER TABLE article ALTER title DROP NOT NULL",))
        await indexing.until(lambda: indexing.committed() == RECORDS)
    assert LIMIT - 1 <= indexing.buried() < RECORDS / 2
    assert await database.count() == RECORDS - indexing.buried()


async def test_negative_control_without_a_fuse_all_articles_are_poured_into_the_dead_letters(
    database_of_a_role: Database,
) -> None:
    database, indexing = database_of_a_role, Index(database_of_a_role.pool)
    await database.run(CAUSES["disk full"].breaking)
    async with indexing.running(blamed_on_the_data):
        indexing.worker._fuse = Fuse(indexing.worker._fuse_changed, limit=10**9)
        await indexing.publish(0, RECORDS)
        await indexing.until(lambda: indexing.buried() == RECORDS)
    assert await database.count() == 0
