"""The index stage and what follows it, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid5

import pytest

from wireroom import index, urls
from wireroom.events import Article, ArticleClassified, ArticleIndexed, ArticleJournal, Submission
from wireroom.index import FollowUp, Report
from wireroom.runtime.errors import Permanent
from wireroom.runtime.journal import Hop, Journal
from wireroom.runtime.stage import Delivery, Fenced, Stage
from wireroom.storage import Pool, PostgresOffsets, connection
from wireroom.storage.outbox import OutboxRow
from wireroom.storage.reading import search, show
from wireroom.wire.event import Event
from wireroom.wire.headers import Envelope
from wireroom.wire.transport import Partition, Record

from .sample import START, body

P = Partition("articles.classified", 3)
Deliveries = Sequence[Delivery[ArticleClassified]]


def _delivery(url: str, text: str, offset: int) -> Delivery[ArticleClassified]:
    key = urls.article_id(url)
    event = ArticleClassified(
        article_id=key,
        submission=Submission(url=url),
        article=Article(text=text, title="A title"),
        language="en",
        language_confidence=1.0,
        language_source="text",
    )
    envelope = Envelope(
        str(uuid5(key, str(offset))).encode(),
        str(uuid5(key, f"{offset} s")).encode(),
        int(START.timestamp() * 1000),
    )
    record = Record(P, offset, envelope.accepted_ms + 50, b"k", b"", {})
    return Delivery(event, Hop(record, envelope, key, START.timestamp() + 1))


class _World:
    """Keeps what the stage reports, and what is sent."""

    def __init__(self) -> None:
        self.observed: list[str] = []
        self.repeated = 0
        self.woken = 0
        self.encoded: list[Event] = []
        self.sent: list[OutboxRow] = []
        self._sent = asyncio.Event()
        self.report = Report(
            encode=self._encode,
            journal=Journal(ArticleJournal, stage="index", instance="index-0", versions={}).entry,
            observe=self._observe,
            wake=self._wake,
        )

    def _encode(self, event: Event) -> tuple[bytes, dict[str, bytes]]:
        self.encoded.append(event)
        return event.model_dump_json().encode(), {"avro-fp": b"12345678"}

    def _observe(
        self, written: Sequence[tuple[Delivery[ArticleClassified], str]], repeated: int = 0
    ) -> None:
        self.repeated += repeated
        self.observed += [outcome for _, outcome in written]

    def _wake(self) -> None:
        self.woken += 1

    async def send(self, row: OutboxRow) -> None:
        self.sent.append(row)
        self._sent.set()

    async def until_sent(self, count: int) -> None:
        while len(self.sent) < count:
            self._sent.clear()
            await self._sent.wait()


async def _run(stage: Stage[ArticleClassified], deliveries: Deliveries, reached: int) -> None:
    assert stage.handle_batch is not None
    assert stage.offsets is not None
    checkpoint = stage.offsets.checkpoint({P: reached})
    await stage.handle_batch(deliveries, checkpoint)
    stage.offsets.saved(checkpoint)


async def test_a_batch_is_written_told_and_found(pool: Pool) -> None:
    world = _World()
    follow_up = FollowUp(pool, world.send)
    stop = asyncio.Event()
    async with index.stage(index.Settings(), pool, world.report) as stage:
        assert stage.offsets is not None
        await stage.offsets.claim([P])
        batch = [
            _delivery("https://a.example/1", body("bridges"), 0),
            _delivery("https://b.example/1", body("bridges"), 1),
            _delivery("https://a.example/1", body("tunnels"), 2),
            _delivery("https://a.example/1", body("tunnels"), 3),
        ]
        await _run(stage, batch, 4)
    assert world.observed == ["indexed", "duplicate", "revised", "unchanged"]
    assert world.woken == 1
    stop.set()
    await follow_up.run(stop)
    indexed = [event for event in world.encoded if isinstance(event, ArticleIndexed)]
    assert [event.outcome for event in indexed] == ["indexed", "duplicate", "revised"]
    assert [event.revision for event in indexed] == [1, 1, 2]
    told = [event for event in world.encoded if isinstance(event, ArticleJournal)]
    assert [event.event for event in told] == world.observed
    assert [event.record_offset for event in told] == [0, 1, 2, 3]
    assert all(event.waited_ms == 950 for event in told)
    assert [row.message.value for row in world.sent] == [
        event.model_dump_json().encode() for event in world.encoded
    ]
    first = world.sent[0].message
    assert first.topic == "articles.indexed"
    assert first.key == str(batch[0].event.article_id).encode()
    assert first.headers["avro-fp"] == b"12345678"
    assert first.headers["caused-by"] == str(batch[0].hop.envelope.event_id).encode()


async def test_work_done_twice_gives_the_same_event_ids(pool: Pool) -> None:
    ids = []
    for group in ("one", "two"):
        world = _World()
        async with index.stage(index.Settings(), pool, world.report) as stage:
            assert stage.offsets is not None
            await stage.offsets.claim([P])
            await _run(stage, [_delivery(f"https://{group}.example/", body(group), 5)], 6)
            await _forget_all_but_the_outbox(pool)
            await stage.offsets.claim([P])
            await _run(stage, [_delivery(f"https://{group}.example/", body(group), 5)], 6)
        stop = asyncio.Event()
        stop.set()
        await FollowUp(pool, world.send).run(stop)
        events = [row.message.headers["event-id"] for row in world.sent]
        assert len(events) == 4
        assert events[:2] == events[2:]
        ids += events[:2]
    assert len(set(ids)) == 4


async def _forget_all_but_the_outbox(pool: Pool) -> None:
    async with connection(pool) as session:
        tables = await session.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('outbox', 'schema_migration')"
        )
        await session.execute(f"TRUNCATE {', '.join(row[0] for row in tables)}")


async def test_a_fenced_batch_leaves_nothing_and_tells_nobody(pool: Pool) -> None:
    world = _World()
    async with index.stage(index.Settings(), pool, world.report) as stage:
        assert stage.offsets is not None
        await stage.offsets.claim([P])
        checkpoint = stage.offsets.checkpoint({P: 1})
        await PostgresOffsets(pool, "index").claim([P])
        assert stage.handle_batch is not None
        with pytest.raises(Fenced):
            await stage.handle_batch([_delivery("https://a.example/", body("x"), 0)], checkpoint)
    assert (world.observed, world.woken) == ([], 0)
    assert await _counts(pool) == {"article": 0, "outbox": 0, "search_pending": 0}


async def test_a_bad_row_leaves_nothing_and_the_others_can_be_written_without_it(
    pool: Pool,
) -> None:
    world = _World()
    good, bad = (
        _delivery("https://a.example/", body("x"), 0),
        _delivery("https://b.example/", "nul \x00 here", 1),
    )
    async with index.stage(index.Settings(), pool, world.report) as stage:
        assert stage.offsets is not None
        await stage.offsets.claim([P])
        with pytest.raises(Permanent, match="sqlstate_22021"):
            await _run(stage, [good, bad], 2)
        assert await _counts(pool) == {"article": 0, "outbox": 0, "search_pending": 0}
        await _run(stage, [good], 1)
        await _run(stage, [], 2)
    assert world.observed == ["indexed"]
    assert await PostgresOffsets(pool, "index").claim([P]) == {P: 2}


async def test_the_follow_up_wakes_fills_search_and_ends(pool: Pool) -> None:
    world = _World()
    follow_up = FollowUp(pool, world.send)
    stop = asyncio.Event()
    running = asyncio.create_task(follow_up.run(stop))
    report = Report(world.report.encode, world.report.journal, world.report.observe, follow_up.wake)
    async with index.stage(index.Settings(), pool, report) as stage:
        assert stage.offsets is not None
        await stage.offsets.claim([P])
        await _run(stage, [_delivery("https://a.example/", body("lighthouses"), 0)], 1)
        async with asyncio.timeout(5):
            await world.until_sent(2)
            while not await search(pool, "lighthouses"):  # noqa: ASYNC110  # it rings no bell
                await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(5):
        await running
    shown = await show(pool, "a.example")
    assert shown is not None
    assert shown["indexed_at"] <= datetime.now(UTC)


async def test_while_a_table_is_away_the_follow_up_waits_and_then_goes_on(pool: Pool) -> None:
    world = _World()
    async with index.stage(index.Settings(), pool, world.report) as stage:
        assert stage.offsets is not None
        await stage.offsets.claim([P])
        await _run(stage, [_delivery("https://a.example/", body("lighthouses"), 0)], 1)
    async with connection(pool) as session:
        await session.execute("ALTER TABLE outbox RENAME TO hidden")
    stop = asyncio.Event()
    running = asyncio.create_task(FollowUp(pool, world.send).run(stop))
    await asyncio.sleep(0.2)
    assert world.sent == []
    async with connection(pool) as session:
        await session.execute("ALTER TABLE hidden RENAME TO outbox")
    async with asyncio.timeout(5):
        await world.until_sent(2)
    stop.set()
    await running


async def test_a_sender_that_fails_ends_the_follow_up(pool: Pool) -> None:
    async def fail(row: OutboxRow) -> None:
        raise ConnectionError("broker away")

    world = _World()
    async with index.stage(index.Settings(), pool, world.report) as stage:
        assert stage.offsets is not None
        await stage.offsets.claim([P])
        await _run(stage, [_delivery("https://a.example/", body("lighthouses"), 0)], 1)
    with pytest.raises(ExceptionGroup):
        await FollowUp(pool, fail).run(asyncio.Event())


async def _counts(pool: Pool) -> dict[str, int]:
    async with connection(pool) as session:
        return {
            table: await session.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("article", "outbox", "search_pending")
        }
