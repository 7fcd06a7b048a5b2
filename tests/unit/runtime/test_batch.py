"""The loop of a stage that writes rows, over a table that commits or does not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest

from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.runtime import Delivery, Fenced, Permanent, Stage, Transient, Unavailable, batch, fuse
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.fuse import LIMIT, Fuse
from wireroom.runtime.journal import Journal
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Checkpoint
from wireroom.wire.codec import Codec
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Partition

INTAKE = "articles.intake"
ONLY = Partition(INTAKE, 0)
Rig = Any


class Table:
    """Rows and offsets of all workers, changed together or not at all."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.offsets: dict[Partition, int] = {}
        self.epochs: dict[Partition, int] = {}
        self.tried: list[list[str]] = []
        self.committed: list[list[str]] = []
        self.refuse: Callable[[list[str]], Exception | None] = lambda texts: None
        self.before: Callable[[list[str]], Awaitable[None]] | None = None

    async def write(
        self, deliveries: Sequence[Delivery[ArticleSubmitted]], checkpoint: Checkpoint
    ) -> None:
        texts = [d.event.text or "" for d in deliveries]
        self.tried.append(texts)
        if self.before is not None:
            await self.before(texts)
        if error := self.refuse(texts):
            raise error
        offsets = dict(self.offsets)
        await checkpoint.save(offsets)
        self.offsets = offsets
        self.rows += texts
        self.committed.append(texts)


@dataclass
class Saved:
    places: Places
    epochs: Mapping[Partition, int]
    began: Mapping[Partition, int | None]
    reached: Mapping[Partition, int]

    async def save(self, connection: Any) -> None:
        table = self.places.table
        for p, offset in self.reached.items():
            if table.epochs[p] != self.epochs[p] or table.offsets.get(p) != self.began[p]:
                raise Fenced(str(p))
            connection[p] = offset


class Places:
    """One worker's view of the offsets."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.mine: dict[Partition, int | None] = {}
        self.epochs: dict[Partition, int] = {}

    async def claim(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        for p in partitions:
            self.table.epochs[p] = self.epochs[p] = self.table.epochs.get(p, 0) + 1
            self.mine[p] = self.table.offsets.get(p)
        return {p: at for p in partitions if (at := self.mine[p]) is not None}

    def checkpoint(self, reached: Mapping[Partition, int]) -> Saved:
        began = {p: self.mine[p] for p in reached}
        return Saved(self, {p: self.epochs[p] for p in reached}, began, dict(reached))

    def saved(self, checkpoint: Checkpoint) -> None:
        assert isinstance(checkpoint, Saved)
        self.mine.update(checkpoint.reached)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def one(rigged: Callable[..., Rig]) -> Rig:
    return rigged(partitions=1)


def worker(rig: Rig, table: Table, **more: Any) -> BatchWorker[ArticleSubmitted]:
    more = {
        "backoff": Backoff(waits=(0.001,)),
        "batch_size": 50,
        "batch_wait": 0.01,
    } | more
    stage = Stage(
        name="fetch",
        consumes=ArticleSubmitted,
        produces=(),
        handle_batch=table.write,
        offsets=Places(table),
        identify=lambda event: uuid5(NAMESPACE_OID, event.text or ""),
        **more,
    )
    journal = Journal(ArticleJournal, stage="fetch", instance="fetch@test", versions={})
    return BatchWorker(stage, rig.broker, Codec(Schemas()), rig.metrics, journal)


def texts(count: int) -> list[str]:
    return [str(n) for n in range(count)]


async def all_written(rig: Rig, table: Table) -> None:
    await rig.until(lambda: all(
        table.offsets.get(p, 0) == len(rig.broker.log(p)) for p in rig.broker.partitions(INTAKE)
    ))  # fmt: skip


async def test_a_batch_is_one_transaction_of_rows_and_offsets(one: Rig, table: Table) -> None:
    await one.submit(*texts(120))
    async with one.running(worker(one, table)):
        await one.all_committed()
    assert table.committed == [texts(50), texts(100)[50:], texts(120)[100:]]
    assert table.offsets == {ONLY: 120}
    assert one.broker.committed["fetch", ONLY] == 120


async def test_a_batch_waits_a_moment_for_more(one: Rig, table: Table) -> None:
    async with one.running(worker(one, table, batch_wait=0.3)):
        await one.submit("a")
        await asyncio.sleep(0.02)  # it has begun to collect
        await one.submit("b")
        await one.all_committed()
    assert table.committed == [["a", "b"]]


@pytest.mark.parametrize(
    "error",
    [Permanent("22P02"), Transient("40001"), KeyError("bug")],
    ids=lambda e: type(e).__name__,
)
async def test_a_bad_row_is_buried_alone_and_all_others_are_written_once_in_order(
    one: Rig, table: Table, error: Exception
) -> None:
    bad = {"0", "17", "18", "49"}
    table.refuse = lambda texts: error if bad & set(texts) else None
    await one.submit(*texts(50))
    async with one.running(worker(one, table)):
        await one.all_committed()
    assert table.rows == [t for t in texts(50) if t not in bad]
    buried = [Codec(Schemas()).decode(r.value, ArticleSubmitted).text for r, _ in one.dead()]
    assert buried == sorted(bad, key=int)
    assert set(one.reasons()) == {getattr(error, "reason", "bug")}
    assert {e.event for e in one.journal()} == {"dead"}
    assert table.offsets == {ONLY: 50}


async def test_a_transient_failure_is_tried_again_whole(one: Rig, table: Table) -> None:
    failures = [Transient("40001")]
    table.refuse = lambda texts: failures.pop() if failures else None
    await one.submit(*texts(10))
    async with one.running(worker(one, table)):
        await one.all_committed()
    assert table.tried == [texts(10), texts(10)]
    assert one.metric("retries_total", reason="40001") == 1


async def test_a_transaction_that_hangs_is_given_up(one: Rig, table: Table) -> None:
    hang = [True]

    async def before(texts: list[str]) -> None:
        if hang.pop() if hang else False:
            await asyncio.Event().wait()

    table.before = before
    await one.submit(*texts(3))
    async with one.running(worker(one, table, timeout=0.02)):
        await one.all_committed()
    assert table.rows == texts(3)
    assert one.metric("retries_total", reason="timeout") == 1


async def test_garbage_in_a_batch_is_buried_and_its_offset_goes_along(
    one: Rig, table: Table
) -> None:
    await one.submit("a")
    await one.garbage(b"<html>")
    await one.submit("b")
    await one.garbage(b"")
    async with one.running(worker(one, table)):
        await one.all_committed()
    assert table.committed == [["a", "b"]]
    assert table.offsets == {ONLY: 4}
    assert one.reasons() == ["not_avro_or_json"] * 2


async def test_nothing_but_garbage_moves_the_offsets(one: Rig, table: Table) -> None:
    await one.garbage(b"<html>")
    async with one.running(worker(one, table)):
        await one.all_committed()
    assert table.committed == [[]]
    assert table.offsets == {ONLY: 1}


async def test_offsets_are_right_across_partitions_and_splits(rig: Rig, table: Table) -> None:
    table.refuse = lambda texts: Permanent("23514") if "31" in texts else None
    for n in range(90):
        await rig.submit(str(n), key=b"%d" % n)
    async with rig.running(worker(rig, table, batch_size=40)):
        await rig.all_committed()
    assert sorted(table.rows, key=int) == [t for t in texts(90) if t != "31"]
    assert len(rig.dead()) == 1
    assert table.offsets == {p: len(rig.broker.log(p)) for p in rig.broker.partitions(INTAKE)}
    for p in rig.broker.partitions(INTAKE):
        sent = [Codec(Schemas()).decode(r.value, ArticleSubmitted).text for r in rig.broker.log(p)]
        assert [t for t in table.rows if t in sent] == [t for t in sent if t != "31"]


async def test_it_goes_on_where_the_table_says_not_the_broker(one: Rig, table: Table) -> None:
    await one.submit(*texts(10))
    table.offsets[ONLY] = 4
    one.broker.committed["fetch", ONLY] = 9
    async with one.running(worker(one, table)):
        await all_written(one, table)
    assert table.rows == texts(10)[4:]


async def test_another_workers_claim_ends_it(one: Rig, table: Table) -> None:
    async with one.running(worker(one, table)):
        await one.submit("a")
        await one.all_committed()
        await Places(table).claim([ONLY])
        await one.submit("b")
        with pytest.RaisesGroup(Fenced, flatten_subgroups=True):
            await one.until(lambda: False)
        one.task.exception()
        one.stopping.set()
        one.task = asyncio.create_task(asyncio.sleep(0))
    assert table.rows == ["a"]
    assert one.metric("fenced_total") == 1

    async with one.running(worker(one, table)):
        await one.all_committed()
    assert table.rows == ["a", "b"]


async def test_while_the_database_is_away_it_waits_and_buries_nothing(
    one: Rig, table: Table
) -> None:
    away = [True]
    table.refuse = lambda texts: Unavailable("database_away") if away else None
    writer = worker(one, table)
    writer._member.watchdog.limit = 0.1
    await one.submit(*texts(10))
    async with one.running(writer):
        await one.until(lambda: one.metric("pipeline_paused", reason="database_away") == 1)
        await one.until(lambda: len(table.tried) > 15)  # thrice the watchdog's limit
        away.clear()
        await one.all_committed()
    assert table.rows == texts(10)
    assert one.dead() == []
    assert one.metric("pipeline_paused", reason="database_away") == 0


async def test_when_every_row_fails_the_fuse_holds_them(one: Rig, table: Table) -> None:
    broken = [True]
    table.refuse = lambda texts: KeyError("ours") if broken and texts else None
    await one.submit(*texts(100))
    async with one.running(worker(one, table, backoff=Backoff(waits=()))):
        await one.until(lambda: one.metric("pipeline_paused", reason="bug") == 1)
        broken.clear()
        await one.all_committed()
    assert len(one.dead()) < LIMIT
    assert len(table.rows) + len(one.dead()) == 100


async def test_rows_that_no_table_takes_pause_it_and_leave_one_by_one_until_a_good_one_comes(
    one: Rig, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuse, "CAP", 0.01)

    def refuse(texts: list[str]) -> Exception | None:
        bad = any(text.startswith("bad") for text in texts)
        return Permanent("sqlstate_23514", doubtful=True) if bad else None

    table.refuse = refuse
    bad = [f"bad {number}" for number in range(LIMIT + 5)]
    await one.submit(*bad, *texts(3))
    async with one.running(worker(one, table)):
        await one.until(lambda: one.metric("pipeline_paused", reason="sqlstate_23514") == 1)
        await one.all_committed()
    assert len(one.dead()) == len(bad)
    assert table.rows == texts(3)
    assert one.metric("pipeline_paused", reason="sqlstate_23514") == 0


async def test_negative_control_without_a_fuse_all_rows_are_buried(one: Rig, table: Table) -> None:
    def refuse(texts: list[str]) -> Exception | None:
        return KeyError("ours") if texts else None

    table.refuse = refuse
    writer = worker(one, table, backoff=Backoff(waits=()))
    writer._fuse = Fuse(writer._fuse_changed, limit=10**9)
    await one.submit(*texts(100))
    async with one.running(writer):
        await one.all_committed()
    assert len(one.dead()) == 100


async def test_when_not_even_offsets_can_be_written_it_waits(one: Rig, table: Table) -> None:
    full = [True]
    table.refuse = lambda texts: Transient("53100", "no space left") if full else None
    await one.submit("a")
    async with one.running(worker(one, table)):
        await one.until(lambda: one.metric("pipeline_paused", reason="53100") == 1)
        tries = len(table.tried) + 6
        await one.until(lambda: len(table.tried) >= tries)
        full.clear()
        await one.all_committed()
        assert one.metric("pipeline_paused", reason="53100") == 0
        await one.submit("b")
        await one.all_committed()
    assert one.reasons() == ["53100"]  # once, however long it takes
    assert table.rows == ["b"]


async def test_stopping_finishes_the_transaction_in_hand(one: Rig, table: Table) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def before(texts: list[str]) -> None:
        begun.set()
        await go.wait()

    table.before = before
    await one.submit(*texts(10))
    async with one.running(worker(one, table)):
        await begun.wait()
        one.stopping.set()
        go.set()
    assert table.rows == texts(10)
    assert one.broker.committed["fetch", ONLY] == 10


async def test_stopping_leaves_a_transaction_that_hangs_undone(
    one: Rig, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "DRAIN", 0.02)
    begun = asyncio.Event()

    async def before(texts: list[str]) -> None:
        begun.set()
        await asyncio.Event().wait()

    table.before = before
    await one.submit(*texts(10))
    async with one.running(worker(one, table)):
        await begun.wait()
    assert (table.rows, table.offsets) == ([], {})
    assert one.broker.committed.get(("fetch", ONLY), 0) == 0


async def test_a_lost_reply_is_not_written_again(one: Rig, table: Table) -> None:
    lost = [True]
    write = table.write

    async def reply_lost(deliveries: Any, checkpoint: Checkpoint) -> None:
        await write(deliveries, checkpoint)
        if lost:
            lost.clear()
            raise Transient("connection_lost")

    table.write = reply_lost  # type: ignore[method-assign]  # a fault, let in
    await one.submit(*texts(10))
    with pytest.RaisesGroup(Fenced, flatten_subgroups=True):
        async with one.running(worker(one, table)):
            await one.until(lambda: False)
    async with one.running(worker(one, table)):
        await one.submit("later")
        await one.all_committed()
    assert table.rows == [*texts(10), "later"]


async def test_a_rebalance_amid_a_transaction_neither_ends_it_nor_writes_twice(
    one: Rig, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "DRAIN_REVOKED", 0.01)
    begun, go = asyncio.Event(), asyncio.Event()

    async def before(texts: list[str]) -> None:
        begun.set()
        await go.wait()

    table.before = before
    await one.submit(*texts(10))
    async with one.running(worker(one, table)):
        await begun.wait()
        await one.broker.rebalance([ONLY])
        go.set()
        await one.all_committed()
    assert table.rows == texts(10)


async def test_a_rebalance_while_it_collects_loses_nothing(one: Rig, table: Table) -> None:
    async with one.running(worker(one, table, batch_wait=0.2)):
        await one.submit(*texts(5))
        await asyncio.sleep(0.02)  # it has begun to collect
        await one.broker.rebalance([ONLY])
        await one.submit("later")
        await one.all_committed()
    assert table.rows == [*texts(5), "later"]


async def test_a_batch_that_failed_amid_a_rebalance_is_left_to_its_redelivery(
    one: Rig, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "DRAIN_REVOKED", 0.01)
    begun, go = asyncio.Event(), asyncio.Event()
    failures = [Transient("40001")]

    async def before(texts: list[str]) -> None:
        begun.set()
        await go.wait()

    table.before = before
    table.refuse = lambda texts: failures.pop() if failures else None
    await one.submit(*texts(10))
    async with one.running(worker(one, table)):
        await begun.wait()
        await one.broker.rebalance([ONLY])
        go.set()
        await one.all_committed()
        await one.submit("later")
        await one.all_committed()
    assert table.rows == [*texts(10), "later"]
