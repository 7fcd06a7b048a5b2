"""The ledger over a broker in memory and a real database."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from wireroom.events import ArticleSubmitted
from wireroom.ledger import GROUPS, Ledger, LedgerMetrics, Settings, reader
from wireroom.ledger.states import folded, state, story
from wireroom.runtime.stage import Fenced
from wireroom.storage import Pool, connection, ledger, ledger_reading
from wireroom.wire import headers
from wireroom.wire.memory import MemoryBroker

from . import stream

QUICK = Settings(batch_size=50, batch_wait=0.01)


async def read_all(
    pool: Pool, broker: MemoryBroker, settings: Settings = QUICK
) -> CollectorRegistry:
    """Run a ledger until it has read everything."""
    registry, stop = CollectorRegistry(), asyncio.Event()
    service = Ledger(settings, broker, pool, stream.CODEC, LedgerMetrics(registry))
    sent = sum(len(broker.records(topic)) for topic in ("articles.intake", "articles.journal"))
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(service.run(stop))
        while await reached(pool) < sent:  # noqa: ASYNC110  # the database has no event to wait for
            await asyncio.sleep(0.02)
        await service.look()
        stop.set()
    return registry


async def reached(pool: Pool) -> int:
    async with connection(pool) as session:
        return int(
            await session.fetchval(
                "SELECT coalesce(sum(greatest(next_offset, 0)), 0) FROM kafka_offsets"
            )
        )


async def sums(pool: Pool, *, probes: bool = False) -> dict[str, int]:
    found: Counter[str] = Counter()
    balance = await ledger_reading.balance(pool, None, probes=probes)
    for one in balance.lines:
        found[one["state"]] += one["records"]
    assert balance.accepted == sum(found.values())
    return dict(found)


def expected(
    accepted: dict[stream.UUID, int], lines: list[stream.ArticleJournal]
) -> dict[str, int]:
    stories = folded(map(story, lines))
    return dict(
        Counter(state(stories[key]).name if key in stories else "in flight" for key in accepted)
    )


async def test_every_accepted_record_is_counted_once_under_what_became_of_it(pool: Pool) -> None:
    broker, chance = MemoryBroker(partitions=3), random.Random(1)
    accepted, lines = stream.mixed(range(300), chance)
    await stream.journal(broker, lines[:400])
    await stream.hand_in(broker, accepted)
    await stream.journal(broker, lines[400:])
    registry = await read_all(pool, broker)
    assert await sums(pool) == expected(accepted, lines)
    assert sum((await sums(pool)).values()) == 300
    assert registry.get_sample_value("wireroom_ledger_accepted_total") == 300
    check = await ledger_reading.check(pool, 1000)
    assert check.miscounted == []


async def test_a_record_that_is_no_event_is_an_accepted_record_too(pool: Pool) -> None:
    broker = MemoryBroker(partitions=2)
    for value in (b"", b"\xff\xfe garbage", b"{broken", b'{"url": 7}', b"\x00\x00\x00\x00\x63xx"):
        await stream.send(broker, ArticleSubmitted.topic, None, value, {})
    first = broker.records("articles.intake")[0]
    submission = headers.read(first).submission_id
    await stream.journal(broker, [
        stream.line(submission, 0, "fetch", "dead", 1, reason="not_avro_or_json", article_id=None)
    ])  # fmt: skip
    await stream.send(broker, "articles.journal", b"x", b"not a line", {})
    registry = await read_all(pool, broker)
    assert await sums(pool) == {"in flight": 4, "dead": 1}
    assert registry.get_sample_value("wireroom_ledger_skipped_total") == 1


async def test_a_record_that_was_moved_or_came_back_counts_once(pool: Pool) -> None:
    broker, key = MemoryBroker(partitions=2), stream.new()
    await stream.hand_in(broker, {key: 1})
    (first,) = broker.records("articles.intake")
    for more in (
        {headers.MOVED_FROM: b"articles.intake/0/0"},
        {"retry-attempts": b"1"},
        {"replayed-from": b"fetch/0/0"},
    ):
        await stream.send(
            broker, "articles.intake", b"other", first.value, {**first.headers, **more}
        )
    await read_all(pool, broker)
    assert await sums(pool) == {"in flight": 1}


async def test_probes_are_kept_apart(pool: Pool) -> None:
    broker, key = MemoryBroker(partitions=2), stream.new()
    probe = ArticleSubmitted(text="A probe.", probe=True)
    await stream.send(
        broker, "articles.intake", None, stream.CODEC.encode(probe), dict(headers.first(key))
    )
    await stream.journal(broker, stream.way(key, 5))
    await stream.hand_in(broker, {stream.new(): 6})
    registry = await read_all(pool, broker)
    assert await sums(pool) == {"in flight": 1}
    assert await sums(pool, probes=True) == {"indexed": 1}
    assert registry.get_sample_value("wireroom_ledger_records", {"state": "indexed"}) == 0


async def test_what_the_journal_alone_knows_is_no_accepted_record(pool: Pool) -> None:
    broker = MemoryBroker(partitions=2)
    await stream.journal(broker, stream.way(stream.new(), 1))
    await read_all(pool, broker)
    assert await sums(pool) == {}
    assert (await ledger_reading.balance(pool, None)).strangers == 1


async def test_a_value_that_no_table_takes_is_left_out_alone(pool: Pool) -> None:
    broker = MemoryBroker(partitions=1)
    good = [stream.new() for _ in range(20)]
    await stream.hand_in(broker, dict.fromkeys(good, 1))
    bad = stream.line(stream.new(), 2, "fetch", "dead", 1, reason="a\0b")
    await stream.journal(
        broker,
        [
            *(x for key in good[:10] for x in stream.way(key, 1)),
            bad,
            *(x for key in good[10:] for x in stream.way(key, 1)),
        ],
    )
    registry = await read_all(pool, broker)
    assert await sums(pool) == {"indexed": 20}
    assert registry.get_sample_value("wireroom_ledger_skipped_total") == 1


async def test_a_rebuild_gives_the_same_balance(pool: Pool) -> None:
    broker, chance = MemoryBroker(partitions=3), random.Random(2)
    accepted, lines = stream.mixed(range(100), chance)
    await stream.hand_in(broker, accepted)
    await stream.journal(broker, lines)
    await read_all(pool, broker)
    before = await sums(pool)
    assert await ledger.rebuild(pool, GROUPS, timedelta(days=6)) == 100
    assert await sums(pool) == {}
    await read_all(pool, broker)
    assert await sums(pool) == before == expected(accepted, lines)


async def test_a_rebuild_keeps_what_is_older_than_the_broker_keeps(pool: Pool) -> None:
    broker, old, young = MemoryBroker(partitions=1), stream.new(), stream.new()
    ago = {"accepted_at": datetime.now(UTC) - timedelta(days=20)}
    await stream.hand_in(broker, {young: 1, old: 2})
    await stream.journal(
        broker, [stream.line(old, 2, "index", "indexed", 4, **ago), *stream.way(young, 1)]
    )
    await read_all(pool, broker)
    assert await ledger.rebuild(pool, GROUPS, timedelta(days=6)) == 1
    assert await sums(pool) == {"indexed": 1}


async def test_old_hops_go_and_outcomes_stay(pool: Pool) -> None:
    broker, key = MemoryBroker(partitions=1), stream.new()
    await stream.hand_in(broker, {key: 1})
    long_ago = datetime.now(UTC) - timedelta(days=15)
    await stream.journal(
        broker,
        [
            stream.line(key, 1, "fetch", "passed", 0, at=long_ago),
            stream.line(key, 1, "index", "indexed", 1),
        ],
    )
    await read_all(pool, broker)
    async with connection(pool) as session:
        hops = "SELECT count(*) FROM ledger_hop"
        assert await session.fetchval(hops) == 2
        tables = ledger.LedgerTables(pool, lambda a, b: a, state, ())
        await tables.prune(14)
        assert await session.fetchval(hops) == 1
    assert await sums(pool) == {"indexed": 1}


async def missing(
    pool: Pool, broker: MemoryBroker, lines: Callable[[stream.UUID], list[stream.ArticleJournal]]
) -> int:
    key = stream.new()
    await stream.hand_in(broker, {key: 1})
    await stream.journal(broker, lines(key))
    registry = await read_all(pool, broker)
    return int(registry.get_sample_value("wireroom_ledger_missing") or 0)


async def test_what_gives_no_sign_until_the_deadline_is_missing(pool: Pool) -> None:
    hours = timedelta(hours=3)
    assert (
        await missing(
            pool,
            MemoryBroker(1),
            lambda key: [
                stream.line(
                    key,
                    1,
                    "fetch",
                    "passed",
                    -hours.total_seconds(),
                    accepted_at=stream.START - hours,
                )
            ],
        )
        == 1
    )
    (found,) = await ledger_reading.missing(pool, 900, 10)
    assert (found["hop_stage"], found["hop_event"], found["stage"]) == ("fetch", "passed", "clean")


async def test_a_parked_record_is_missing_only_past_its_time(pool: Pool) -> None:
    old, soon = stream.START - timedelta(hours=3), datetime.now(UTC) + timedelta(minutes=5)
    parked = {"at": old, "accepted_at": old}
    assert (
        await missing(
            pool,
            MemoryBroker(1),
            lambda key: [stream.line(key, 1, "fetch", "parked", 0, until=soon, **parked)],
        )
        == 0
    )
    assert (await ledger_reading.balance(pool, None)).parked == {"10m": 1}


async def test_a_quiet_partition_is_read_up_to_the_moment_of_looking(pool: Pool) -> None:
    broker = MemoryBroker(partitions=2)
    await stream.hand_in(broker, {stream.new(): 1})
    began = datetime.now(UTC)
    registry = await read_all(pool, broker)
    for row in (await ledger_reading.balance(pool, None)).reading:
        assert row["behind"] == 0
        assert row["read_to"] >= began
    for topic in ("articles.intake", "articles.journal"):
        behind = registry.get_sample_value("wireroom_ledger_behind_seconds", {"topic": topic})
        assert behind == 0


async def test_a_log_that_began_anew_is_read_from_its_beginning(pool: Pool) -> None:
    old, new = MemoryBroker(partitions=1), MemoryBroker(partitions=1)
    await stream.hand_in(old, {stream.new(): n for n in range(3)})
    await read_all(pool, old)
    async with connection(pool) as session:
        await session.execute("UPDATE kafka_offsets SET next_offset = -1")
    await stream.hand_in(new, {stream.new(): n for n in range(2)})
    await read_all(pool, new)
    assert await sums(pool) == {"in flight": 5}


async def test_a_rebuild_ends_the_ledger_that_reads_meanwhile(pool: Pool) -> None:
    broker, stop = MemoryBroker(partitions=1), asyncio.Event()
    await stream.hand_in(broker, {stream.new(): 1})
    service = Ledger(QUICK, broker, pool, stream.CODEC, LedgerMetrics(CollectorRegistry()))

    async def rebuild_amid() -> None:
        while await reached(pool) < 1:  # noqa: ASYNC110  # the database has no event to wait for
            await asyncio.sleep(0.02)
        await ledger.rebuild(pool, GROUPS, timedelta(days=6))
        await stream.hand_in(broker, {stream.new(): 2})

    with pytest.RaisesGroup(Fenced, flatten_subgroups=True):
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
            tasks.create_task(rebuild_amid())
            await service.run(stop)
    assert await sums(pool) == {}
    await read_all(pool, broker)
    assert await sums(pool) == {"in flight": 2}


async def test_while_its_tables_are_away_it_waits_and_says_so_and_then_catches_up(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PAUSE", 0.05)
    broker, stop = MemoryBroker(partitions=1), asyncio.Event()
    service = Ledger(QUICK, broker, pool, stream.CODEC, LedgerMetrics(CollectorRegistry()))
    async with connection(pool) as session:
        await session.execute("ALTER TABLE ledger RENAME TO gone")
    await stream.hand_in(broker, {stream.new(): 1, stream.new(): 2})
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(service.run(stop))
        while service.trouble != "postgres_schema":  # noqa: ASYNC110  # nobody rings
            await asyncio.sleep(0.02)
        assert not service.ready
        async with connection(pool) as session:
            await session.execute("ALTER TABLE gone RENAME TO ledger")
        while await reached(pool) < 2:  # noqa: ASYNC110  # nobody rings
            await asyncio.sleep(0.02)
        stop.set()
    assert service.ready
    assert await sums(pool) == {"in flight": 2}
