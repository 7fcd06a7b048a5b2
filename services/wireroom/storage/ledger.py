"""The ledger's tables, written: stories, their counts, the hops, and how far has been read.

One writer at a time, by a lock that ends with the transaction: a batch reads the stories of its
submissions, has them merged, and writes what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from wireroom.runtime.stage import Checkpoint
from wireroom.storage.ledger_rows import Hop, State, Story
from wireroom.storage.ledger_words import COLUMNS, WORDS, Words, spoken
from wireroom.storage.pool import Connection, Pool, connection, transaction
from wireroom.wire.transport import Partition

LOCK = 7_308_895_159_146_211  # any number of our own; that of migrations is one less
PRUNED = 5_000  # hops in one step: some 20 ms

Merge: TypeAlias = Callable[[Story, Story], Story]
Judge: TypeAlias = Callable[[Story], State]

_NAMES = ", ".join(COLUMNS)
_FIND = f"SELECT {_NAMES} FROM ledger WHERE submission_id = ANY($1::uuid[])"
_PUT = f"""
    INSERT INTO ledger ({_NAMES})
    SELECT * FROM unnest({", ".join(f"${n}::{k}[]" for n, k in enumerate(COLUMNS.values(), 1))})
    ON CONFLICT (submission_id) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in list(COLUMNS)[1:])}
"""
_COUNT = """
    INSERT INTO ledger_count (hour, probe, state, stage, reason, records)
    SELECT * FROM unnest($1::timestamptz[], $2::boolean[], $3::integer[], $4::integer[],
        $5::integer[], $6::bigint[])
    ON CONFLICT (hour, probe, state, stage, reason) DO UPDATE
        SET records = ledger_count.records + excluded.records
"""
_HOPS = """
    INSERT INTO ledger_hop (submission_id, at, until, record_offset, stage, event, reason, attempt,
        topic, part, waited_ms, worked_ms, instance, versions, detail)
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::bigint[],
        $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::integer[], $10::integer[],
        $11::real[], $12::real[], $13::integer[], $14::integer[], $15::text[])
    ON CONFLICT DO NOTHING
"""
_READING = """
    INSERT INTO ledger_reading (topic, part, read_to, behind)
    SELECT * FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::bigint[])
    ON CONFLICT (topic, part) DO UPDATE SET
        read_to = excluded.read_to, behind = excluded.behind, looked_at = now()
"""
_PRUNE = f"""
    DELETE FROM ledger_hop WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM ledger_hop WHERE at < now() - make_interval(days => $1) LIMIT {PRUNED}))
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Stories as far as the batch tells them, and its hops."""

    stories: Mapping[UUID, Story]
    hops: Sequence[Hop]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that lies in a partition before ``read_to`` has been read."""

    partition: Partition
    read_to: datetime
    behind: int


class LedgerTables:
    """``merge`` and ``judge`` say what stories mean; ``vocabulary``: what a state may be called.

    Errors are those of ``storage.pool``.
    """

    def __init__(self, pool: Pool, merge: Merge, judge: Judge, vocabulary: Iterable[str]) -> None:
        self._pool = pool
        self._merge = merge
        self._judge = judge
        self._always = set(vocabulary)
        self._words = Words()

    async def write(self, batch: Batch, checkpoint: Checkpoint) -> int:
        """All of it and its place, or nothing; how many records were never met before.

        Raises ``Fenced``; ``Permanent`` when the database won't have some value.
        """
        spoken_now = spoken(batch.stories.values(), batch.hops) | self._always
        await self._words.learn(self._pool, spoken_now)
        async with transaction(self._pool) as session:
            # What a crash may forget, it forgets with its offsets: it is read again.
            await session.execute("SET LOCAL synchronous_commit = off")
            await checkpoint.save(session)
            if not batch.stories:
                return 0
            await session.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            old = await self._found(session, batch.stories)
            told = {
                key: self._merge(old[key], one) if key in old else one
                for key, one in batch.stories.items()
            }
            changed = {key: one for key, one in told.items() if one != old.get(key)}
            await self._put(session, changed)
            await self._count(session, [(old.get(key), one) for key, one in changed.items()])
            if batch.hops:
                await session.execute(_HOPS, *_columns(map(self._words.hop, batch.hops)))
        return sum(one.intake and not (key in old and old[key].intake) for key, one in told.items())

    async def _found(self, session: Connection, keys: Iterable[UUID]) -> dict[UUID, Story]:
        rows = await session.fetch(_FIND, list(keys))
        await self._words.recall(session, {
            row[name] for row in rows for name in WORDS if row[name] is not None
        })  # fmt: skip
        stories = [self._words.story(row) for row in rows]
        return {one.submission: one for one in stories}

    async def _put(self, session: Connection, stories: Mapping[UUID, Story]) -> None:
        if stories:
            ordered = sorted(stories.values(), key=lambda one: one.submission.int)
            await session.execute(
                _PUT, *_columns(self._words.row(one, self._judge(one)) for one in ordered)
            )

    async def _count(
        self, session: Connection, changes: Iterable[tuple[Story | None, Story]]
    ) -> None:
        """Take each record from where it was, add it where it is; a new one is accepted, too."""
        deltas: dict[tuple[datetime, bool, int, int, int], int] = {}
        for before, after in changes:
            for one, step in ((before, -1), (after, 1)):
                if one is not None and one.intake:
                    key = self._place(one)
                    for place in (key, (*key[:2], 0, 0, 0)):
                        deltas[place] = deltas.get(place, 0) + step
        kept = sorted((*key, step) for key, step in deltas.items() if step)
        if kept:
            await session.execute(_COUNT, *_columns(kept))

    def _place(self, one: Story) -> tuple[datetime, bool, int, int, int]:
        state, number = self._judge(one), self._words.number
        hour = one.accepted_at.replace(minute=0, second=0, microsecond=0)
        stage, reason = number(state.stage) or 0, number(state.reason) or 0
        return hour, one.probe, number(state.name) or 0, stage, reason

    async def note(self, readings: Sequence[Reading]) -> None:
        """How far partitions have been read."""
        ordered = sorted(readings, key=lambda one: one.partition)
        rows = [(*one.partition, one.read_to, one.behind) for one in ordered]
        if rows:
            async with transaction(self._pool) as session:
                await session.execute("SET LOCAL synchronous_commit = off")
                await session.execute(_READING, *_columns(rows))

    async def prune(self, days: int) -> None:
        """Forget hops older than ``days``, a few thousand at a time."""
        count = PRUNED
        while count == PRUNED:
            async with connection(self._pool) as session:
                count = int((await session.execute(_PRUNE, days)).split()[-1])


async def rebuild(pool: Pool, groups: Sequence[str], kept: timedelta) -> int:
    """Forget what was accepted within ``kept``, and where ``groups`` are; how many records.

    The offsets come first: whoever reads now is fenced, ends, and begins at the oldest record.
    """
    cutoff = "now() - $1::interval"
    async with transaction(pool) as session:
        await session.execute("SET LOCAL statement_timeout = 0")
        await session.execute(
            "UPDATE kafka_offsets SET epoch = epoch + 1, next_offset = -1 WHERE grp = ANY($1)",
            list(groups),
        )
        await session.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        for statement in (
            f"DELETE FROM ledger_hop WHERE at > {cutoff}",
            f"DELETE FROM ledger_count WHERE hour >= date_trunc('hour', {cutoff})",
            f"DELETE FROM ledger WHERE accepted_at >= date_trunc('hour', {cutoff})",
        ):
            status = await session.execute(statement, kept, timeout=3600)
        await session.execute("DELETE FROM ledger_reading")
    return int(status.split()[-1])


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
