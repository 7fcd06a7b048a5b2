"""Sending: idempotent, acks=all, and rebuilt when the broker refuses for good.

One refused send poisons aiokafka's idempotent producer of that partition: every later
one fails. So after any error that is not worth a retry the producer is replaced, and
what was not acknowledged is sent again.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from wireroom.wire.kafka.partitions import partition_of
from wireroom.wire.kafka.watcher import ASK_EVERY, Nobody, Watcher, skew
from wireroom.wire.settings import Settings
from wireroom.wire.transport import Gone, Headers, TooLarge

log = structlog.get_logger(__name__)

BATCH = 262_144  # a third of the CPU of 16 KB batches at 20 KB a record; 1 MB is no better
LINGER_MS = 5
OVERHEAD = 512  # batch and record framing that counts against the topic's limit
STARTS = 5  # tries, 1 s apart: a broker that is just coming up
COUNT_FOR = 60.0  # seconds
LOG_APPEND_TIME = 1  # the timestamp is the broker's; else it is the one that we sent
RESENDS = 5  # 0.2 s first, doubled: a broker that restarts is back within 6 s


@dataclass(frozen=True, slots=True)
class _Message:
    topic: str
    key: bytes | None
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True, eq=False)
class _Sent:
    """A message on its way. Unlike a coroutine it may be left without anybody waiting for it."""

    producer: KafkaProducer
    acked: Awaitable[object]
    generation: int
    message: _Message
    at: float  # time.time()

    def __await__(self) -> Generator[Any, None, None]:
        return self.producer.acknowledged(self).__await__()


class KafkaProducer:
    """Idempotent, acks=all. Rebuilt when the broker refuses for good."""

    def __init__(
        self, settings: Settings, limits: Mapping[str, int], watcher: Watcher | None = None
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._largest = max(limits.values(), default=1024 * 1024)
        self._watcher = watcher or Nobody()
        self._clocks_seen = 0.0
        self._generation = 0
        self._rebuilding = asyncio.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._lanes: defaultdict[tuple[str, int | None], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(self) -> None:
        for attempt in range(1, STARTS + 1):
            self._inner = self._new()
            try:
                async with asyncio.timeout(60):
                    await self._inner.start()
                return
            except (KafkaError, TimeoutError) as error:
                await self._inner.stop()
                if attempt == STARTS:
                    raise Gone(f"{self._settings.bootstrap_servers}: {error}") from error
                await asyncio.sleep(1)

    async def stop(self) -> None:
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(15):
                await self._inner.stop()

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        size = len(value) + len(key or b"") + OVERHEAD
        size += sum(len(name) + len(content) for name, content in headers.items())
        if size > self._limits.get(topic, self._largest):
            raise TooLarge(f"{size} bytes; {topic} takes {self._limits.get(topic, self._largest)}")
        message, generation = _Message(topic, key, value, headers), self._generation
        at = time.time()
        return _Sent(self, await self._hand_over(message), generation, message, at)

    async def partition(self, topic: str, key: bytes) -> int:
        try:
            return partition_of(key, await self._count(topic))
        except KafkaError as error:
            raise Gone(f"partitions of {topic} not known: {error}") from error

    async def _hand_over(self, message: _Message) -> Awaitable[object]:
        topic, key = message.topic, message.key
        try:
            partition = None
            if key is not None:
                partition = partition_of(key, await self._count(topic))
            # One at a time into a partition: when its batch is full, aiokafka wakes everybody
            # who waits for the next, and all but a few only wait again.
            async with self._lanes[topic, partition]:
                sent: Awaitable[object] = await self._inner.send(
                    topic,
                    message.value,
                    key=key,
                    partition=partition,
                    headers=[*message.headers.items()],
                )
        except KafkaError as error:
            return _Failed(error)
        return sent

    async def _count(self, topic: str) -> int:
        """Partitions of ``topic``; asked of aiokafka again once a minute, as it does the broker."""
        now = time.monotonic()
        known = self._counts.get(topic)
        if known is None or now - known[1] > COUNT_FOR:
            known = self._counts[topic] = (len(await self._inner.partitions_for(topic)), now)
        return known[0]

    async def acknowledged(self, sent: _Sent) -> None:
        """Until the broker has it, by a new producer where need be. ``TooLarge``, ``Gone``."""
        acked, generation, message = sent.acked, sent.generation, sent.message
        for attempt in range(RESENDS + 1):
            try:
                self._look_at_clocks(sent.at, await acked)
                return
            except MessageSizeTooLargeError as error:
                await self._rebuild(generation)
                raise TooLarge(
                    f"{len(message.value)} bytes: {message.topic} on the broker takes less"
                ) from error
            except KafkaError as error:
                if attempt == RESENDS:
                    raise Gone(f"not sent to {message.topic}: {error}") from error
                log.warning(
                    "send_failed", topic=message.topic, error=str(error), attempt=attempt + 1
                )
                await asyncio.sleep(0.2 * 2**attempt)
                await self._rebuild(generation)
            generation = self._generation
            acked = await self._hand_over(message)

    def _look_at_clocks(self, sent: float, receipt: Any) -> None:
        now = time.time()
        if abs(now - self._clocks_seen) > ASK_EVERY and receipt.timestamp_type == LOG_APPEND_TIME:
            self._clocks_seen = now
            self._watcher.clock_skew(skew(receipt.timestamp / 1000, sent, now))

    async def _rebuild(self, generation: int) -> None:
        async with self._rebuilding:
            if generation != self._generation:
                return  # somebody else did
            old, self._generation = self._inner, generation + 1
            self._watcher.producer_rebuilt()
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(5):
                    await old.stop()
            await self.start()

    def _new(self) -> AIOKafkaProducer:
        none = self._settings.compression == "none"
        return AIOKafkaProducer(
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH,
            linger_ms=LINGER_MS,
            compression_type=None if none else self._settings.compression,
            max_request_size=self._largest,
            **self._settings.security(),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Failed:
    error: KafkaError

    def __await__(self) -> Generator[Any, None, None]:
        raise self.error
        yield
