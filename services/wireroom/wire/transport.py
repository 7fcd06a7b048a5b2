"""What is asked of a message broker. Kafka and memory both answer."""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

Headers: TypeAlias = Mapping[str, bytes]


class Partition(NamedTuple):
    """One log of a topic, by its number."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it lies in the log. ``timestamp``: the broker's, in milliseconds."""

    partition: Partition
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes
    headers: Headers


class Mark(NamedTuple):
    """What a group has committed of a partition: the next offset to read, and a ``note``."""

    offset: int
    note: str = ""


class TooLarge(Exception):
    """The record is larger than its topic takes. Nothing was sent."""


class Gone(Exception):
    """The broker could not be reached, or put us out, and trying again did not help."""


class Producer(Protocol):
    """Sends; safe to use by many tasks at once."""

    async def send(
        self, topic: str, *, key: bytes | None, value: bytes, headers: Headers
    ) -> Awaitable[None]:
        """Hand over one record; what is returned is done once the broker has it.

        Raises ``TooLarge`` before or, through the awaitable, after sending; ``Gone``
        when the broker does not answer.
        """

    async def partition(self, topic: str, key: bytes) -> int:
        """The number of the partition of ``topic`` that ``key`` goes to."""


class Consumer(Protocol):
    """A member of a group, for one topic; one task at a time may ``take``."""

    async def take(
        self, limit: int, wait: float, partitions: Collection[Partition] | None = None
    ) -> Sequence[Record]:
        """Up to ``limit`` records of ``partitions`` (None: of all); none after ``wait`` seconds."""

    async def commit(self, marks: Mapping[Partition, Mark]) -> None:
        """Next offsets to read. Those of partitions that have left us are ignored."""

    def end(self, partition: Partition) -> int | None:
        """The offset after the newest record, as far as known without asking."""

    async def refresh(self) -> None:
        """Ask the broker for the ends: a consumer that has silently stopped knows none."""

    async def places(self) -> Mapping[Partition, int]:
        """Where each of ours goes on, asked of the broker; empty when it does not answer."""

    def assigned(self) -> Collection[Partition]:
        """Ours; none while a rebalance goes on."""


class Rebalances(Protocol):
    """Told when partitions come and go. Nothing is taken while one of these runs."""

    async def revoked(self, partitions: Collection[Partition]) -> None: ...

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        """All partitions that are ours now, with what was committed of them.

        Returns where to go on, for those whose place is not the broker's to know.
        """


class Broker(Protocol):
    """Both are connected while their context is open. Entering raises ``Gone``."""

    def producer(self) -> AbstractAsyncContextManager[Producer]: ...

    def consumer(
        self, topic: str, *, group: str, rebalances: Rebalances
    ) -> AbstractAsyncContextManager[Consumer]: ...
