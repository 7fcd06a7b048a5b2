"""Which offsets are safe to commit when records finish out of order.

Pure bookkeeping: no Kafka, no clock. A partition's committed offset is the one
after its longest finished prefix, so a crash replays records but loses none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from wireroom.wire.transport import Partition, Record


@dataclass(slots=True)
class _Progress:
    pending: deque[tuple[int, int]] = field(default_factory=deque)  # offset, timestamp in ms
    finished: set[int] = field(default_factory=set)
    next: int | None = None  # the offset that the next new record has at least
    committed: int | None = None


class Offsets:
    """Begun and finished records by partition."""

    def __init__(self) -> None:
        self._progress: dict[Partition, _Progress] = {}

    def begin(self, record: Record) -> bool:
        """False when the record is in hand or finished already: a delivery repeated."""
        progress = self._progress.get(record.partition)
        if progress is None:
            progress = self._progress[record.partition] = _Progress()
        if progress.next is not None and record.offset < progress.next:
            return False
        progress.pending.append((record.offset, record.timestamp))
        progress.next = record.offset + 1
        return True

    def finish(self, partition: Partition, offset: int) -> None:
        progress = self._progress.get(partition)
        if progress is None:  # the partition left us while the record was in hand
            return
        progress.finished.add(offset)
        while progress.pending and progress.pending[0][0] in progress.finished:
            progress.finished.remove(progress.pending.popleft()[0])

    def take_committable(self) -> dict[Partition, int]:
        """Next offsets to read, of the partitions where they moved since the last call."""
        moved = {}
        for partition, progress in self._progress.items():
            reached = self._reached(progress)
            if reached is not None and reached != progress.committed:
                moved[partition] = progress.committed = reached
        return moved

    def reached(self, partition: Partition) -> int | None:
        """The offset after the longest finished prefix; None before the first record."""
        progress = self._progress.get(partition)
        return self._reached(progress) if progress else None

    def above(self, partition: Partition) -> int:
        """How many records are in hand past the finished prefix."""
        progress = self._progress.get(partition)
        return len(progress.pending) if progress else 0

    def oldest(self, partition: Partition) -> int | None:
        """Broker's timestamp of the first unfinished record, in milliseconds."""
        progress = self._progress.get(partition)
        return progress.pending[0][1] if progress and progress.pending else None

    def keep(self, partitions: Collection[Partition]) -> None:
        """Forget all others. What comes back after a rebalance goes on where it was."""
        for partition in self._progress.keys() - set(partitions):
            del self._progress[partition]
        for progress in self._progress.values():
            progress.committed = None  # a commit amid the rebalance may have been refused

    @staticmethod
    def _reached(progress: _Progress) -> int | None:
        return progress.pending[0][0] if progress.pending else progress.next
