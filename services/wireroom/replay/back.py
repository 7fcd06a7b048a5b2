"""Giving dead letters another life on the topic that they came from, or giving them up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from time import time

from wireroom.replay.letters import Letter
from wireroom.replay.standing import BY_HAND
from wireroom.runtime import deadletter
from wireroom.runtime.journal import Hop, Journal, What
from wireroom.wire import headers
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.topics import TIERS
from wireroom.wire.transport import Headers, Producer

REPLAYED_FROM = "replayed-from"
ROOM = 2_048  # bytes: what framing and our own headers take of a topic's limit


class Refused(Exception):
    """This letter can't be put back; the text says what else can be done."""


def way(letter: Letter, codec: Codec, kinds: Collection[type[Event]]) -> str:
    """The topic that it goes back to: the one that it came from, of those of ``kinds``.

    What lay in a retry tier and was not parked by us does not say where it belongs: there the
    event says it that the bytes are of. Raises ``Refused``.
    """
    if size := letter.note("cut"):
        where = "/".join(map(str, letter.origin or ("?",)))
        raise Refused(
            f"{letter.id} was larger ({size} bytes) than any topic takes and came without its "
            f"body, which lies at {where} as long as Kafka keeps it. Hand the article in again in "
            f"less, such as its URL alone, then: wireroom dead drop {letter.id}"
        )
    noted = letter.note("topic")
    fitting = [kind for kind in kinds if kind.topic == noted]
    if noted in TIERS:
        fitting = [kind for kind in kinds if _is(letter, codec, kind)]
    if not fitting:
        raise Refused(
            f"{letter.id} came from {noted or 'nobody knows where'} and is no event that belongs "
            f"anywhere else. To be rid of it: wireroom dead drop {letter.id}"
        )
    kind, size_now = fitting[0], len(letter.record.value) + len(letter.record.key or b"")
    size_now += sum(len(n) + len(v) for n, v in deadletter.restored(letter.record.headers).items())
    if size_now + ROOM > kind.max_bytes:
        raise Refused(
            f"{letter.id} has {size_now} bytes, more than {kind.topic} takes from us. Hand the "
            f"article in again in less, then: wireroom dead drop {letter.id}"
        )
    return kind.topic


def _is(letter: Letter, codec: Codec, kind: type[Event]) -> bool:
    try:
        codec.decode(letter.record.value, kind, letter.record.headers)
    except Undecodable:
        return False
    return True


def headers_back(letter: Letter) -> Headers:
    """Without those of its earlier life; ids kept, so that it is still the same submission."""
    record = letter.record
    kept = {**deadletter.restored(record.headers), **headers.read(record).headers()}
    return {**kept, REPLAYED_FROM: letter.id.encode()}


class Desk:
    """Where somebody deals with dead letters. ``journal``: for lines of the stage so called."""

    def __init__(
        self,
        producer: Producer,
        codec: Codec,
        journal: Callable[[str], Journal],
        kinds: Collection[type[Event]],
    ) -> None:
        self._producer = producer
        self._codec = codec
        self._journal = journal
        self._kinds = kinds

    def way(self, letter: Letter) -> str:
        """As the function of that name."""
        return way(letter, self._codec, self._kinds)

    async def put_back(self, letters: Sequence[Letter]) -> None:
        """Return once the broker has the copies and the journal its lines.

        Key and bytes are as they were. The lines go first: an article may be counted as on its
        way again a moment too early, but never as dead when it is not. Raises ``Refused`` before
        anything is written.
        """
        topics = [self.way(letter) for letter in letters]
        await self._note(letters, "replayed", None)
        sent = [
            await self._producer.send(
                topic,
                key=letter.record.key,
                value=letter.record.value,
                headers=headers_back(letter),
            )
            for letter, topic in zip(letters, topics, strict=True)
        ]
        for acked in sent:
            await acked

    async def drop(self, letters: Sequence[Letter]) -> None:
        """Their submissions become ``dropped(by_hand)``; the letters stay where they are."""
        await self._note(letters, "dropped", BY_HAND)

    async def _note(self, letters: Sequence[Letter], what: What, reason: str | None) -> None:
        sent = [await self._line(letter, what, reason) for letter in letters]
        for acked in sent:
            await acked

    async def _line(self, letter: Letter, what: What, reason: str | None) -> Awaitable[None]:
        journal = self._journal(letter.place.stage)
        hop = Hop(letter.record, headers.read(letter.record), letter.article, time())
        reason = reason or letter.note("reason") or None
        fields = journal.fields(hop, what, reason=reason)
        return await self._producer.send(
            journal.kind.topic,
            key=str(fields[journal.kind.key_field]).encode(),
            value=self._codec.encode_fields(journal.kind, fields),
            headers={FINGERPRINT: self._codec.fingerprint(journal.kind)},
        )
