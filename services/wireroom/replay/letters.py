"""A dead letter as it lies in its topic, and what was noted on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from wireroom import urls
from wireroom.runtime import deadletter
from wireroom.wire import headers
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.event import Event
from wireroom.wire.headers import SUBMISSION_ID
from wireroom.wire.kafka import log
from wireroom.wire.settings import Settings
from wireroom.wire.topics import dead
from wireroom.wire.transport import Record

PREFIX = dead("")
ID_BYTES = 36


class Place(NamedTuple):
    """Of a letter in the dead letters of ``stage``; written ``stage/partition/offset``."""

    stage: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return "/".join(map(str, self))


def place_of(text: str) -> Place:
    """The place that ``text`` names. Raises ``ValueError``."""
    stage, partition, offset = text.strip().split("/")
    return Place(stage, int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class Letter:
    """``record``: the dead letter itself. Notes are read when asked for: most are skipped over."""

    record: Record

    @property
    def place(self) -> Place:
        topic, number = self.record.partition
        return Place(topic.removeprefix(PREFIX), number, self.record.offset)

    @property
    def id(self) -> str:
        return str(self.place)

    @property
    def died(self) -> datetime:
        """The broker's time."""
        return datetime.fromtimestamp(self.record.timestamp / 1000, UTC)

    @property
    def submission(self) -> bytes:
        """As it travels, 36 characters."""
        noted = self.record.headers.get(SUBMISSION_ID)
        if noted is not None and len(noted) == ID_BYTES:
            return noted
        return headers.read(self.record).submission

    @property
    def article(self) -> UUID | None:
        text = self.note("article")
        try:
            return UUID(text) if text else None
        except ValueError:
            return None

    @property
    def origin(self) -> tuple[str, int, int] | None:
        """Topic, partition and offset of the record that died; None if that was not noted."""
        try:
            return self.note("topic"), int(self.note("partition")), int(self.note("offset"))
        except ValueError:
            return None

    def note(self, name: str) -> str:
        """What was noted under ``name``, such as stage, reason, hash; else nothing."""
        value = self.record.headers.get(deadletter.PREFIX + name)
        return "" if value is None else value.decode(errors="replace")

    def notes(self) -> dict[str, str]:
        return deadletter.notes(self.record.headers)

    def host(self, codec: Codec, kind: type[Event]) -> str | None:
        """Of the URL that was handed in; of what is no event, the key, which may be a host."""
        try:
            event = codec.decode(self.record.value, kind, self.record.headers)
        except Undecodable:
            return None if self.record.key is None else self.record.key.decode(errors="replace")
        url = getattr(getattr(event, "submission", event), "url", None)
        try:
            return urls.host(url) if url else None
        except ValueError:
            return None


async def read(settings: Settings, stage: str) -> AsyncIterator[Sequence[Letter]]:
    """All that lie in ``dead.<stage>`` now, in batches, oldest first in each partition.

    Raises ``Gone``.
    """
    async for batch in log.read(settings, dead(stage)):
        yield [Letter(record) for record in batch]
