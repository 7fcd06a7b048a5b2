"""Which offsets are safe to commit when records finish out of order.

Pure bookkeeping: no Kafka, no clock. A partition's committed offset is the one
after its longest finished prefix, so a crash replays records but loses none.
What is finished past that prefix is noted beside it, so that a crash does not replay that:
a record that waits for an hour must not have hundreds of pages fetched anew.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from wireroom.wire.transport import Mark, Partition, Record

NOTE = "finished:"
MOST = 16_000  # offsets past the prefix in a note: 2.7 KB, and the broker takes 4 KB


@dataclass(slots=True)
class _Progress:
    pending: deque[tuple[int, int]] = field(default_factory=deque)  # offset, timestamp in ms
    finished: set[int] = field(default_factory=set)
    start: int = 0  # what an earlier owner had committed, and what it had finished past that
    before: frozenset[int] = frozenset()
    next: int | None = None  # the offset that the next new record has at least
    committed: Mark | None = None


class Offsets:
    """Begun and finished records by partition."""

    def __init__(self) -> None:
        self._progress: dict[Partition, _Progress] = {}

    def begin(self, record: Record) -> bool:
        """False when the record is in hand or finished already, also by an earlier owner."""
        progress = self._progress.get(record.partition)
        if progress is None:
            progress = self._progress[record.partition] = _Progress()
        if progress.next is not None and record.offset < progress.next:
            return False
        progress.pending.append((record.offset, record.timestamp))
        progress.next = record.offset + 1
        if record.offset < progress.start:
            progress.before = frozenset()  # the log begins anew: these are other records
        if record.offset in progress.before:
            self.finish(record.partition, record.offset)
            return False
        return True

    def finish(self, partition: Partition, offset: int) -> None:
        progress = self._progress.get(partition)
        if progress is None:  # the partition left us while the record was in hand
            return
        progress.finished.add(offset)
        while progress.pending and progress.pending[0][0] in progress.finished:
            progress.finished.remove(progress.pending.popleft()[0])

    def take_committable(self) -> dict[Partition, Mark]:
        """Of the partitions where something was finished since the last call."""
        moved = {}
        for partition, progress in self._progress.items():
            reached = self._reached(progress)
            if reached is not None:
                mark = Mark(reached, note_of(reached, self._past(progress)))
                if mark != progress.committed:
                    moved[partition] = progress.committed = mark
        return moved

    @staticmethod
    def _past(progress: _Progress) -> Collection[int]:
        """Finished, by us or before, and not in the prefix."""
        unseen = progress.next or 0
        early = [offset for offset in progress.before if offset >= unseen]
        return [*progress.finished, *early] if early else progress.finished

    def reached(self, partition: Partition) -> int | None:
        """The offset after the longest finished prefix; None before the first record."""
        progress = self._progress.get(partition)
        return self._reached(progress) if progress else None

    def above(self, partition: Partition) -> int:
        """How many records are in hand past the finished prefix."""
        progress = self._progress.get(partition)
        return len(progress.pending) if progress else 0

    def head(self, partition: Partition) -> int | None:
        """The first unfinished record's offset: what all finished ones behind it wait for."""
        progress = self._progress.get(partition)
        return progress.pending[0][0] if progress and progress.pending else None

    def oldest(self, partition: Partition) -> int | None:
        """Broker's timestamp of the first unfinished record, in milliseconds."""
        progress = self._progress.get(partition)
        return progress.pending[0][1] if progress and progress.pending else None

    def keep(self, marks: Mapping[Partition, Mark]) -> None:
        """Forget all others. What comes back after a rebalance goes on where it was."""
        for partition in self._progress.keys() - set(marks):
            del self._progress[partition]
        for progress in self._progress.values():
            progress.committed = None  # a commit amid the rebalance may have been refused
        for partition, mark in marks.items():
            if partition not in self._progress and (before := finished_in(mark)):
                self._progress[partition] = _Progress(start=mark.offset, before=before)

    @staticmethod
    def _reached(progress: _Progress) -> int | None:
        return progress.pending[0][0] if progress.pending else progress.next


def note_of(reached: int, finished: Collection[int]) -> str:
    """``finished`` offsets past ``reached`` as a bitmap; bit 0 of byte 0 is the next one."""
    if not finished:
        return ""
    bits = bytearray()
    for offset in finished:
        place = offset - reached - 1
        if 0 <= place < MOST:
            bits.extend(bytes(max(0, place // 8 + 1 - len(bits))))
            bits[place // 8] |= 1 << place % 8
    return NOTE + b64encode(bits).decode() if bits else ""


def finished_in(mark: Mark) -> frozenset[int]:
    """The offsets of such a note; none in a note that is not ours."""
    if not mark.note.startswith(NOTE):
        return frozenset()
    try:
        bits = b64decode(mark.note.removeprefix(NOTE), validate=True)
    except ValueError:
        return frozenset()
    first = mark.offset + 1
    return frozenset(
        first + 8 * n + bit for n, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1
    )
