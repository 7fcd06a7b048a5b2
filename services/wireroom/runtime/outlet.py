"""What leaves a stage: events, journal entries, dead letters. Sent means acknowledged."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

import structlog

from wireroom.runtime import deadletter
from wireroom.runtime.errors import Permanent
from wireroom.runtime.journal import Hop, Journal, What
from wireroom.runtime.metrics import StageMetrics
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.topics import dead
from wireroom.wire.transport import Headers, Producer, Record, TooLarge

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dead:
    """A record that can't be handled, why, and how often it was tried."""

    error: Exception
    attempts: int


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

    async def drop(self, hop: Hop, reason: str, attempts: int) -> None:
        await (await self._note(hop, "dropped", reason=reason, attempt=attempts))
        self._metrics.outcome("dropped", reason, probe=hop.probe)

    async def bury(self, hop: Hop, dead: Dead) -> None:
        """Raises whatever the broker does: a dead letter that can't be written ends the worker."""
        reason = deadletter.reason_of(dead.error)
        record = hop.record
        notes = {
            "stage": self._stage,
            "attempts": dead.attempts,
            "began": f"{hop.began:.3f}",
            "article": hop.subject or "",
        }
        headers = deadletter.headers_for(record, hop.envelope, dead.error, notes)
        note = await self._note(hop, "dead", reason=reason, attempt=max(1, dead.attempts))
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
            attempt=dead.attempts,
        )

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
        self, hop: Hop, what: What, *, reason: str | None = None, attempt: int
    ) -> Awaitable[None]:
        kind = self._journal.kind
        fields = self._journal.fields(hop, what, reason=reason, attempt=attempt)
        return await self._producer.send(
            kind.topic,
            key=str(fields[kind.key_field]).encode(),
            value=self._codec.encode_fields(kind, fields),
            headers={FINGERPRINT: self._codec.fingerprint(kind)},
        )
