"""Putting an event into the pipeline from outside: the command line, a poller, a test."""

from __future__ import annotations

from uuid import UUID, uuid4

from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.transport import Producer


class Publisher:
    """Gives each event a submission id of its own and waits for the broker's word."""

    def __init__(self, producer: Producer, codec: Codec) -> None:
        self._producer = producer
        self._codec = codec

    async def publish(self, event: Event, *, key: bytes | None) -> UUID:
        """Return the submission's id once the broker has it. Raises ``TooLarge``, ``Gone``."""
        envelope = {FINGERPRINT: self._codec.fingerprint(type(event))}
        return await self._send(event.topic, key, self._codec.encode(event), envelope)

    async def publish_bytes(self, topic: str, value: bytes) -> UUID:
        """The same for bytes as they are, such as JSON for a topic that takes it."""
        return await self._send(topic, None, value, {})

    async def _send(
        self, topic: str, key: bytes | None, value: bytes, more: dict[str, bytes]
    ) -> UUID:
        submission_id = uuid4()
        acked = await self._producer.send(
            topic, key=key, value=value, headers={**headers.first(submission_id), **more}
        )
        await acked
        return submission_id
