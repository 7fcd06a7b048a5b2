"""The ledger: what its questions take with a million articles, its bytes, its CPU per article.

Rows are made by the database itself, shaped as the service writes them: one submission and four
hops per article, a tenth of them dead, dropped, parked or in flight. The service is measured as a
process of its own over a steady stream of pages and texts, each with its four journal lines.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psutil
from pydantic import SecretStr
from tests.bench import pages
from tests.bench.servers import kafka_and_postgres

from wireroom import urls
from wireroom.cli.composition import all_topics, codec
from wireroom.embedded.addresses import Addresses
from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.ledger import GROUPS
from wireroom.storage import Pool, Settings, connection, ledger_reading, ledger_trace, migrate
from wireroom.storage.pool import open_pool
from wireroom.wire import headers
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.kafka import KafkaBroker, admin
from wireroom.wire.settings import Settings as Kafka
from wireroom.wire.transport import Producer

ARTICLES = 1_000_000
WAY = ("fetch", "clean", "classify", "index")
WORDS = (*WAY, "indexed", "dropped", "dead", "parked", "in flight", "passed", "too_short",
         "http_404", "live", *(f"articles.{name}" for name in ("intake", "fetched", "cleaned",
         "classified")), *(f"{name}-host-1" for name in WAY), '{"clean":"1"}')  # fmt: skip
STREAM, RATE = 2_000, 100  # articles, and how many a second
PAGES = 100  # different ones

# n → its ids; a million of them in one statement each.
_ID = "md5('{}' || n)::uuid"
_W = "(SELECT id FROM ledger_word WHERE word = '{}')"
_FILL = (
    f"""
    INSERT INTO ledger (submission_id, article_id, accepted_at, since, hop_at, end_at, hop_offset,
        end_offset, state, stage, reason, lane, hop_stage, hop_event, hop_topic, hop_part,
        end_stage, end_event, end_reason, end_topic, end_part, attempts, intake, probe, source)
    SELECT {_ID.format("s")}, {_ID.format("a")}, began,
        CASE WHEN open THEN began + interval '1 s' END, CASE WHEN open THEN began END,
        CASE WHEN NOT open THEN began END, CASE WHEN open THEN n END,
        CASE WHEN NOT open THEN n END,
        CASE WHEN open THEN {_W.format("in flight")} WHEN dead THEN {_W.format("dead")}
            ELSE {_W.format("indexed")} END,
        CASE WHEN open THEN {_W.format("clean")} WHEN dead THEN {_W.format("fetch")} END,
        CASE WHEN dead THEN {_W.format("http_404")} END, {_W.format("live")},
        CASE WHEN open THEN {_W.format("fetch")} END, CASE WHEN open THEN {_W.format("passed")} END,
        CASE WHEN open THEN {_W.format("articles.intake")} END, CASE WHEN open THEN n % 12 END,
        CASE WHEN NOT open THEN {_W.format("index")} END,
        CASE WHEN dead THEN {_W.format("dead")} WHEN NOT open THEN {_W.format("indexed")} END,
        CASE WHEN dead THEN {_W.format("http_404")} END,
        CASE WHEN NOT open THEN {_W.format("articles.classified")} END,
        CASE WHEN NOT open THEN n % 12 END, 1, true, false, 'news-' || n % 3000 || '.example'
    FROM (SELECT n, now() - interval '14 days' * (1 - n::float8 / {ARTICLES}) AS began,
                 n > {ARTICLES} * 0.999 AS open, n % 20 = 0 AND n <= {ARTICLES} * 0.999 AS dead
          FROM generate_series(1, {ARTICLES}) AS n) AS made
    """,
    f"""
    INSERT INTO ledger_hop SELECT {_ID.format("s")},
        now() - interval '14 days' * (1 - n::float8 / {ARTICLES}) + interval '1 s' * hop, NULL, n,
        hop, CASE WHEN hop = 4 THEN {_W.format("indexed")} ELSE {_W.format("passed")} END, NULL, 1,
        13 + hop, n % 12, 3.5, 21.5, 17 + hop, 22
    FROM generate_series(1, {ARTICLES}) AS n, generate_series(1, 4) AS hop
    """,
    """
    INSERT INTO ledger_count
    SELECT date_trunc('hour', accepted_at), probe, state, coalesce(stage, 0), coalesce(reason, 0),
           count(*) FROM ledger GROUP BY 1, 2, 3, 4, 5
    """,
    "INSERT INTO ledger_count SELECT hour, probe, 0, 0, 0, sum(records) FROM ledger_count GROUP BY 1, 2",
    "INSERT INTO ledger_reading SELECT 'articles.journal', n, now(), 0 FROM generate_series(0, 5) AS n",
    f"""
    INSERT INTO article SELECT {_ID.format("a")}, 'https://news-' || n % 3000 || '.example/' || n,
        NULL, 'example', 'A title', 'A text.', '{{}}', now(), 0, false, 'en', 1, 'text', '[]', NULL,
        '[]', NULL, '[]', '{{}}', '{{}}', decode(md5('c' || n), 'hex'), 1, NULL, 'live', false,
        NULL, NULL, {_ID.format("s")}, now(), now(), now()
    FROM generate_series(1, {ARTICLES}) AS n
    """,
    f"""
    INSERT INTO article_alias SELECT {_ID.format("k")}, 'https://copy.example/' || n,
        {_ID.format("a")} FROM generate_series(1, {ARTICLES}, 10) AS n
    """,
    "ANALYZE",
)
_SIZES = """
    SELECT relname AS name, pg_total_relation_size(oid) AS bytes, pg_indexes_size(oid) AS indexes
    FROM pg_class WHERE relname IN ('ledger', 'ledger_hop', 'ledger_count') ORDER BY 1
"""


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    with kafka_and_postgres(folder / "ledger") as addresses:
        return asyncio.run(_measure(addresses))


async def _measure(addresses: Addresses) -> list[str]:
    settings = Settings(dsn=SecretStr(addresses.postgres), statement_timeout=3_600)
    async with open_pool(settings) as pool:
        await migrate(pool)
        cost = await _stream(addresses, pool)
        await _fill(pool)
        return [
            f"ledger, {ARTICLES:,} articles",
            *await _sizes(pool),
            *await _questions(pool),
            *cost,
        ]


async def _fill(pool: Pool) -> None:
    async with connection(pool) as session:
        await session.execute(
            "TRUNCATE ledger, ledger_hop, ledger_count, ledger_reading, ledger_word RESTART IDENTITY"
        )
        for word in WORDS:
            await session.execute("INSERT INTO ledger_word (word) VALUES ($1)", word)
        for statement in _FILL:
            await session.execute(statement, timeout=3_600)


async def _sizes(pool: Pool) -> list[str]:
    async with connection(pool) as session:
        return [
            f"  {row['name']:13} {row['bytes'] / ARTICLES:7.1f} bytes per article, "
            f"{row['indexes'] / ARTICLES:.1f} of them indexes"
            for row in await session.fetch(_SIZES)
        ]


async def _questions(pool: Pool) -> list[str]:
    async with connection(pool) as session:
        number = ARTICLES // 2 + 1
        ids = await session.fetchrow(
            f"SELECT {_ID.format('a')} AS article, {_ID.format('s')} AS submission"
            f" FROM (SELECT {number} AS n) AS one"
        )
    assert ids is not None
    since = datetime.now(UTC) - timedelta(days=1)
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "balance": lambda: ledger_reading.balance(pool, None),
        "balance of a day": lambda: ledger_reading.balance(pool, since),
        "how many are missing": lambda: ledger_reading.count_missing(pool, 900),
        "by source": lambda: ledger_reading.grouped(pool, "source", None),
        "by language, a day": lambda: ledger_reading.grouped(pool, "language", since),
        "by language": lambda: ledger_reading.grouped(pool, "language", None),
        "trace by article": lambda: ledger_trace.trace(pool, str(ids["article"])),
        "trace by submission": lambda: ledger_trace.trace(pool, str(ids["submission"])),
        "trace of nothing": lambda: ledger_trace.trace(pool, "https://nothing.example/"),
        "check": lambda: ledger_reading.check(pool, 1_000),
    }
    return [f"  {name:22} {await _time(ask):8.1f} ms" for name, ask in asked.items()]


async def _time(ask: Callable[[], Awaitable[object]], times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def _stream(addresses: Addresses, pool: Pool) -> list[str]:
    """CPU of the process per article, beyond what it needs idle."""
    kafka = Kafka(bootstrap_servers=addresses.kafka)
    await admin.create(kafka, all_topics())
    environment = {
        "WIREROOM_KAFKA_BOOTSTRAP_SERVERS": addresses.kafka,
        "WIREROOM_POSTGRES_DSN": addresses.postgres,
        "WIREROOM_METRICS_PORT": str(psutil.Process().pid % 10_000 + 30_000),
    }
    command = [sys.executable, "-m", "wireroom", "run", "ledger"]
    worker = psutil.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    lines = []
    try:
        async with KafkaBroker(kafka, limits=limits).producer() as producer:
            await _publish(producer, 100, page=False)
            await _until_read(pool, 500)
            idle = await _idle(worker)
            done = 500
            for name, page in (("texts", False), ("pages", True)):
                began, used = time.monotonic(), _cpu(worker)
                await _publish(producer, STREAM, page=page)
                done += STREAM * 5
                await _until_read(pool, done)
                took = time.monotonic() - began
                own = _cpu(worker) - used - idle * took
                lines.append(
                    f"  service, {name:5} {own / STREAM * 1000:6.2f} ms CPU per article at "
                    f"{STREAM / took:.0f} a second; idle {idle * 100:.1f} % of a CPU"
                )
    finally:
        worker.terminate()
        worker.wait(20)
    return lines


async def _idle(worker: psutil.Popen) -> float:
    before = _cpu(worker)
    await asyncio.sleep(5)
    return (_cpu(worker) - before) / 5


def _cpu(worker: psutil.Popen) -> float:
    times = worker.cpu_times()
    return float(times.user + times.system)


async def _publish(producer: Producer, count: int, *, page: bool) -> None:
    """Steadily: each article, and its four lines as the stages would write them."""
    made = [pages.page(n) if page else None for n in range(PAGES)]
    began, acks = time.monotonic(), []
    for n in range(count):
        html = made[n % PAGES]
        event = ArticleSubmitted(
            url=f"https://news.example/{uuid4()}",
            html=html,
            text=None if page else pages.syndicated(n),
        )
        key = uuid4()
        for kind, one, first in [
            (ArticleSubmitted, event, headers.first(key)),
            *_lines(event, key),
        ]:
            acks.append(
                await producer.send(
                    kind.topic,
                    key=str(key).encode(),
                    value=codec().encode(one),
                    headers={**first, FINGERPRINT: codec().fingerprint(kind)},
                )
            )
        await asyncio.sleep(max(0.0, began + n / RATE - time.monotonic()))
    for acked in acks:
        await acked


def _lines(
    event: ArticleSubmitted, key: UUID
) -> list[tuple[type[ArticleJournal], ArticleJournal, dict[str, bytes]]]:
    article, now = urls.article_id(str(event.url)), datetime.now(UTC)
    return [
        (
            ArticleJournal,
            ArticleJournal(
                subject_id=article, article_id=article, submission_id=key, stage=stage,
                event="indexed" if stage == "index" else "passed", accepted_at=now, at=now,
                waited_ms=2.0, worked_ms=20.0, record_topic=f"articles.{stage}",
                record_partition=1, record_offset=7, instance=f"{stage}-host-1",
                versions={stage: "0.1.0"},
            ),
            {},
        )
        for stage in WAY
    ]  # fmt: skip


async def _until_read(pool: Pool, count: int) -> None:
    query = (
        "SELECT coalesce(sum(greatest(next_offset, 0)), 0) FROM kafka_offsets WHERE grp = ANY($1)"
    )
    async with asyncio.timeout(120):
        while True:
            async with connection(pool) as session:
                if await session.fetchval(query, list(GROUPS)) >= count:
                    return
            await asyncio.sleep(0.1)
