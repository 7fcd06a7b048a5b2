"""What leaves a stage: events, journal entries, dead letters. Sent means acknowledged."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime

import structlog

from wireroom.runtime import deadletter, parking
from wireroom.runtime.errors import Permanent, detail_of, reason_of
from wireroom.runtime.journal import Hop, Journal, What
from wireroom.runtime.metrics import StageMetrics
from wireroom.runtime.parking import Dead, Parked
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT, MOVED_FROM
from wireroom.wire.topics import dead, tier_for
from wireroom.wire.transport import Headers, Producer, Record, TooLarge

log = structlog.get_logger(__name__)


class Outlet:
    """One stage's way out. Every method returns once the broker has what it sent."""

    def __init__(
        self, stage: str, producer: Producer, codec: Codec, metrics: StageMetrics, journal: Journal
    ) -> None:
        self._stage = stage
        self._producer = producer
        self._codec = codec
        self._metrics = metrics
        self._journal = journal
        self._dead = dead(stage)

    async def pass_on(self, hop: Hop, events: Sequence[Event], attempts: int) -> None:
        """Raises ``Permanent``: ``too_large`` when a topic does not take an event,
        ``unencodable`` when its schema does not.
        """
        values = [self._encoded(event) for event in events]
        try:
            sent = [
                await self._hand_over(hop, event, value, n)
                for n, (event, value) in enumerate(zip(events, values, strict=True))
            ]
            sent.append(await self._note(hop, "passed", attempt=attempts))
            for acked in sent:
                await acked
        except TooLarge as error:
            raise Permanent("too_large", str(error)) from error
        for event in events:
            self._metrics.sent(event.topic)
        self._metrics.outcome("passed", probe=hop.probe)

    async def end(
        self, hop: Hop, outcome: What, reason: str, attempts: int, *, detail: str = ""
    ) -> None:
        """The article ends here, without anything that follows."""
        await (await self._note(hop, outcome, reason=reason, detail=detail, attempt=attempts))
        self._metrics.outcome(outcome, reason, probe=hop.probe)

    async def bury(self, hop: Hop, dead: Dead) -> None:
        """Raises whatever the broker does: a dead letter that can't be written ends the worker."""
        reason, attempts = reason_of(dead.error), dead.history.attempts
        record = hop.record
        headers = deadletter.headers_for(record, hop.envelope, dead.error, self._notes(hop, dead))
        detail = detail_of(dead.error)
        note = await self._note(hop, "dead", reason=reason, detail=detail, attempt=max(1, attempts))
        await self._send_dead(record, headers)
        await note
        self._metrics.sent(self._dead)
        self._metrics.outcome("dead", reason, probe=hop.probe)
        log.warning(
            "dead_letter",
            stage=self._stage,
            reason=reason,
            detail=str(dead.error)[: deadletter.MAX_DETAIL],
            article=str(hop.subject or ""),
            submission=hop.envelope.submission.decode(),
            attempt=attempts,
        )

    def _notes(self, hop: Hop, dead: Dead) -> dict[str, object]:
        failed_at = dead.history.failed_at
        return {
            "stage": self._stage,
            "attempts": dead.history.attempts,
            "began": f"{hop.began:.3f}",
            "first-failed-at": f"{hop.began if failed_at is None else failed_at:.3f}",
            "article": hop.subject or "",
        }

    async def _send_dead(self, record: Record, headers: Headers) -> None:
        """A letter that no topic takes must not stop the stage for ever: it goes without its body.

        Kafka's limit is on compressed batches, so a foreign client's record can be far larger.
        """
        try:
            await (
                await self._producer.send(
                    self._dead, key=record.key, value=record.value, headers=headers
                )
            )
        except TooLarge:
            stub = deadletter.without_body(headers, len(record.value))
            await (await self._producer.send(self._dead, key=None, value=b"", headers=stub))

    async def park(self, hop: Hop, parked: Parked, key: bytes | None) -> None:
        """Into the retry tier of its wait; ``key``: the one to come back with.

        Raises ``Permanent``: ``too_large`` for a record that no tier takes.
        """
        record, now, reason = hop.record, time.time(), reason_of(parked.error)
        headers = {
            **deadletter.restored(record.headers),
            **hop.envelope.headers(),
            **parking.headers_for(record.partition.topic, parked, now),
        }
        try:
            acked = await self._producer.send(
                tier_for(parked.wait), key=key, value=record.value, headers=headers
            )
            await acked
        except TooLarge as error:
            raise Permanent("too_large", str(error)) from error
        until = datetime.fromtimestamp(now + parked.wait, UTC)
        attempt = max(1, parked.history.attempts)
        detail = detail_of(parked.error)
        await (
            await self._note(
                hop, "parked", reason=reason, detail=detail, attempt=attempt, until=until
            )
        )
        self._metrics.parked(reason)

    async def move(self, hop: Hop, key: bytes) -> None:
        """To the partition of ``key`` in its own topic; a header says that it has been moved.

        Raises ``TooLarge``.
        """
        record = hop.record
        place = "/".join(map(str, (*record.partition, record.offset))).encode()
        headers = {**record.headers, **hop.envelope.headers(), MOVED_FROM: place}
        acked = await self._producer.send(
            record.partition.topic, key=key, value=record.value, headers=headers
        )
        await acked
        await (await self._note(hop, "moved", attempt=1))
        self._metrics.moved.inc()

    async def is_elsewhere(self, record: Record, key: bytes) -> bool:
        """Whether ``record`` lies in another partition than ``key`` does, and was never moved."""
        if record.key == key or MOVED_FROM in record.headers:
            return False
        topic, number = record.partition
        return await self._producer.partition(topic, key) != number

    async def retried(self, hop: Hop, reason: str, attempt: int) -> None:
        await (await self._note(hop, "retried", reason=reason, attempt=attempt))
        self._metrics.retried(reason)

    def _encoded(self, event: Event) -> bytes:
        try:
            return self._codec.encode(event)
        except Exception as error:  # half a surrogate pair, a number past 32 bits: the data's fault
            raise Permanent("unencodable", f"{type(error).__name__}: {error}") from error

    async def _hand_over(
        self, hop: Hop, event: Event, value: bytes, position: int
    ) -> Awaitable[None]:
        headers = hop.envelope.following(event.topic, position)
        headers[FINGERPRINT] = self._codec.fingerprint(type(event))
        return await self._producer.send(event.topic, key=event.key, value=value, headers=headers)

    async def _note(
        self,
        hop: Hop,
        what: What,
        *,
        reason: str | None = None,
        detail: str = "",
        attempt: int,
        until: datetime | None = None,
    ) -> Awaitable[None]:
        kind = self._journal.kind
        fields = self._journal.fields(hop, what, reason=reason, detail=detail, attempt=attempt)
        fields["until"] = until
        return await self._producer.send(
            kind.topic,
            key=str(fields[kind.key_field]).encode(),
            value=self._codec.encode_fields(kind, fields),
            headers={FINGERPRINT: self._codec.fingerprint(kind)},
        )
