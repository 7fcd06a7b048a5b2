"""What stands between a rebalance and who takes records."""

from __future__ import annotations

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from wireroom.wire.kafka.twin import Places, told
from wireroom.wire.transport import Gone, Mark, Partition, Rebalances

MARKS_LIMIT = 20.0  # seconds; within the time that a rebalance has


class Gate(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Closed, so that nothing is taken, from a revocation to the end of the assignment."""

    def __init__(self, consumer: AIOKafkaConsumer, rebalances: Rebalances) -> None:
        self._consumer = consumer
        self._rebalances = rebalances
        self._failure: Exception | None = None
        self._places = Places()
        self.taken: dict[TopicPartition, int] = {}
        """The next offset to hand out, of partitions where it is not simply the committed one."""
        self.open = asyncio.Event()
        self.told = asyncio.Event()
        """Set once partitions have come for the first time, or could not."""

    def check(self, member: str | None) -> None:
        """Raise what a rebalance has left: its own failure, or the sign of a twin."""
        if self._failure is not None:
            raise Gone(f"rebalance failed: {self._failure}") from self._failure
        if member and self._places.contested:
            raise Gone(told(member))

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.open.clear()
        try:
            await self._rebalances.revoked([Partition(*tp) for tp in revoked])
        except Exception as error:  # raised by the next take; aiokafka would swallow it
            self._failure = error

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        # aiokafka has no public name for it.
        self._places.joined(self._consumer._coordinator.member_id, time.monotonic())
        try:
            places = await self._rebalances.assigned(await self._marks(assigned))
            self.taken = {TopicPartition(*p): offset for p, offset in places.items()}
            for tp, offset in self.taken.items():
                self._consumer.seek(tp, offset)
            self.open.set()
        except Exception as error:  # raised by the next take; aiokafka would swallow it
            self._failure = error
        self.told.set()

    async def _marks(self, assigned: set[TopicPartition]) -> dict[Partition, Mark]:
        # The public ``committed`` leaves the note out.
        async with asyncio.timeout(MARKS_LIMIT):
            found = await self._consumer._coordinator.fetch_committed_offsets(list(assigned))
        committed = {tp: found.get(tp) for tp in assigned}
        return {
            Partition(*tp): Mark(max(mark.offset, 0), mark.metadata) if mark else Mark(0)
            for tp, mark in committed.items()
        }
