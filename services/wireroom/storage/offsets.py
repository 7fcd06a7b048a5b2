"""Consumer offsets beside the rows: a batch and its place in the log are written together.

Each claim of a partition raises its epoch. A batch counts only where the epoch is still the
claimer's and the place is where the batch began, so of two workers that believe they own a
partition one writes, and a batch whose commit reply was lost is not written again: the retry is
``Fenced``, the next claim says where to go on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from wireroom.runtime.stage import Checkpoint, Fenced
from wireroom.storage.pool import Connection, Pool, transaction
from wireroom.wire.transport import Partition

_UNKNOWN = -1
"""No batch of the partition was ever written; where to begin is the broker's to say."""

_CLAIM = f"""
    INSERT INTO kafka_offsets (grp, topic, part, next_offset, epoch)
    SELECT $1, topic, part, {_UNKNOWN}, 1
    FROM unnest($2::text[], $3::integer[]) AS claimed (topic, part)
    ORDER BY topic, part
    ON CONFLICT (grp, topic, part) DO UPDATE SET epoch = kafka_offsets.epoch + 1
    RETURNING topic, part, next_offset, epoch
"""
_SAVE = """
    UPDATE kafka_offsets AS held SET next_offset = batch.reached
    FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS batch (topic, part, began, reached, epoch)
    WHERE held.grp = $1 AND held.topic = batch.topic AND held.part = batch.part
      AND held.epoch = batch.epoch AND held.next_offset = batch.began
"""


@dataclass(frozen=True, slots=True)
class _Place:
    next_offset: int
    epoch: int


@dataclass(frozen=True, slots=True)
class PostgresCheckpoint:
    """From where to where one batch goes, and under which claims."""

    group: str
    places: Mapping[Partition, _Place | None]
    reached: Mapping[Partition, int]

    async def save(self, connection: Connection) -> None:
        """In the caller's transaction. ``Fenced`` unless every partition is ours and in place."""
        held = [(p, self.places[p], reached) for p, reached in sorted(self.reached.items())]
        status = await connection.execute(
            _SAVE,
            self.group,
            [p.topic for p, _, _ in held],
            [p.number for p, _, _ in held],
            [place.next_offset if place else None for _, place, _ in held],
            [reached for _, _, reached in held],
            [place.epoch if place else None for _, place, _ in held],
        )
        if int(status.split()[-1]) != len(self.reached):
            raise Fenced(", ".join(f"{p.topic}/{p.number}" for p in sorted(self.reached)))


class PostgresOffsets:
    """The places of one consumer group. Implements the runtime's ``OffsetStore``."""

    def __init__(self, pool: Pool, group: str) -> None:
        self._pool = pool
        self._group = group
        self._places: dict[Partition, _Place] = {}

    async def claim(self, partitions: Collection[Partition]) -> Mapping[Partition, int]:
        """Void everybody's hold on the partitions and take them; the next offset of each.

        Waits for a batch that is being written. Partitions of which nothing was ever written
        are left out. ``Unavailable`` when Postgres is away.
        """
        ordered = sorted(partitions)
        async with transaction(self._pool) as connection:
            rows = await connection.fetch(
                _CLAIM, self._group, [p.topic for p in ordered], [p.number for p in ordered]
            )
        claimed = {
            Partition(row["topic"], row["part"]): _Place(row["next_offset"], row["epoch"])
            for row in rows
        }
        self._places.update(claimed)
        places = {p: place.next_offset for p, place in claimed.items()}
        return {p: offset for p, offset in places.items() if offset != _UNKNOWN}

    def checkpoint(self, reached: Mapping[Partition, int]) -> PostgresCheckpoint:
        """For a batch that begins where the last saved one ended.

        Its claims are those of now: after the next ``claim`` it is void.
        """
        return PostgresCheckpoint(
            self._group, {p: self._places.get(p) for p in reached}, dict(reached)
        )

    def saved(self, checkpoint: Checkpoint) -> None:
        """The transaction has committed: the next batch begins where this one ended."""
        assert isinstance(checkpoint, PostgresCheckpoint)
        for partition, reached in checkpoint.reached.items():
            place, now = checkpoint.places[partition], self._places.get(partition)
            if place is not None and now is not None and place.epoch == now.epoch:
                self._places[partition] = _Place(reached, now.epoch)
