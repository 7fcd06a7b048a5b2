"""Dead letters: read them, and give them another life on the topic that they came from.

A replayed record keeps its submission, so the account moves it from dead to whatever
becomes of it now. Ids are derived: replaying twice gives the same article, unchanged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from wireroom.runtime import deadletter
from wireroom.wire import headers
from wireroom.wire.kafka import log
from wireroom.wire.settings import Settings
from wireroom.wire.topics import dead
from wireroom.wire.transport import Producer, Record

REPLAYED_FROM = "replayed-from"


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and what was noted on it: stage, reason, detail, at, topic, …"""

    record: Record
    notes: dict[str, str]

    @property
    def id(self) -> str:
        """``stage/partition/offset``: its place in the dead-letter topic."""
        topic, number = self.record.partition
        return f"{topic.removeprefix('dead.')}/{number}/{self.record.offset}"


async def letters(settings: Settings, stage: str) -> AsyncIterator[Letter]:
    """All that lie in ``dead.<stage>`` now, oldest first in each partition."""
    async for batch in log.read(settings, dead(stage)):
        for record in batch:
            yield Letter(record, deadletter.notes(record.headers))


async def put_back(producer: Producer, letter: Letter) -> None:
    """Return once the broker has the copy. The record is as it was, its envelope kept."""
    record = letter.record
    kept = {**deadletter.restored(record.headers), **headers.read(record).headers()}
    acked = await producer.send(
        letter.notes["topic"],
        key=record.key,
        value=record.value,
        headers={**kept, REPLAYED_FROM: letter.id.encode()},
    )
    await acked
