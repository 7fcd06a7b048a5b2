"""Dead letters: read them, and give them another life on the topic that they came from.

A replayed record keeps its submission, so the account moves it from dead to whatever
becomes of it now. Ids are derived: replaying twice gives the same article, unchanged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import time
from uuid import UUID

from wireroom.runtime import deadletter
from wireroom.runtime.journal import Hop, Journal
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.headers import FINGERPRINT
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


class Cut(Exception):
    """A letter that came without its body: there is nothing to put back."""


async def put_back(producer: Producer, codec: Codec, journal: Journal, letter: Letter) -> None:
    """Return once the broker has the copy and the journal its line. Raises ``Cut``.

    The record is as it was, its envelope kept. The line goes first: an article may be counted
    as on its way again a moment too early, but never as dead when it is not.
    """
    record, notes = letter.record, letter.notes
    if "cut" in notes:
        raise Cut(f"{letter.id} was larger than any topic takes and came without its body")
    envelope = headers.read(record)
    hop = Hop(record, envelope, UUID(notes["article"]) if notes.get("article") else None, time())
    fields = journal.fields(hop, "replayed", reason=notes.get("reason"))
    line = await producer.send(
        journal.kind.topic,
        key=str(fields[journal.kind.key_field]).encode(),
        value=codec.encode_fields(journal.kind, fields),
        headers={FINGERPRINT: codec.fingerprint(journal.kind)},
    )
    await line
    kept = {**deadletter.restored(record.headers), **envelope.headers()}
    copy = await producer.send(
        notes["topic"],
        key=record.key,
        value=record.value,
        headers={**kept, REPLAYED_FROM: letter.id.encode()},
    )
    await copy
