"""The Kafka side of ``transport``: aiokafka, and nothing else knows about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from wireroom.wire.kafka.consumer import KafkaConsumer, Place, member
from wireroom.wire.kafka.producer import KafkaProducer
from wireroom.wire.kafka.watcher import Nobody, Watcher
from wireroom.wire.settings import Settings
from wireroom.wire.transport import Rebalances


class KafkaBroker:
    """``limits``: the largest record of each topic in bytes; ``instance`` names a static member."""

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Mapping[str, int],
        instance: str | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._instance = instance
        self._watcher = watcher or Nobody()

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[KafkaProducer]:
        producer = KafkaProducer(self._settings, self._limits, self._watcher)
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    def consumer(
        self, topic: str, *, group: str, rebalances: Rebalances
    ) -> AbstractAsyncContextManager[KafkaConsumer]:
        place = Place(topic, group, self._instance)
        return member(self._settings, place, rebalances, self._watcher)
