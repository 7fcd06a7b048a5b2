"""The topics there have to be, and making them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from wireroom.wire.event import Event
from wireroom.wire.settings import Settings

DEAD_ROOM = 256 * 1024  # what a dead letter's headers may add to the record that it keeps
DEAD_PARTITIONS = 3
DEAD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    partitions: int
    retention_days: int
    max_bytes: int
    event: str  # what lies in it, for people

    def configuration(self) -> dict[str, str]:
        """``LogAppendTime``: when something was accepted is the broker's word, not the sender's."""
        return {
            "retention.ms": str(self.retention_days * 86_400_000),
            "max.message.bytes": str(self.max_bytes),
            "message.timestamp.type": "LogAppendTime",
        }


def of_event(kind: type[Event]) -> Topic:
    return Topic(kind.topic, kind.partitions, kind.retention_days, kind.max_bytes, kind.__name__)


def of_dead_letters(stage: str, consumes: type[Event]) -> Topic:
    """A dead letter always fits: else one foreign record would stop a worker for ever."""
    return Topic(
        dead(stage), DEAD_PARTITIONS, DEAD_DAYS, consumes.max_bytes + DEAD_ROOM, "the original"
    )


def dead(stage: str) -> str:
    return f"dead.{stage}"


async def create(settings: Settings, topics: Iterable[Topic]) -> list[str]:
    """Make what is missing, set right what differs; return the names of new ones. Repeatable.

    Raises ``RuntimeError`` with the broker's word when it refuses.
    """
    wanted = list(topics)
    admin = AIOKafkaAdminClient(**settings.security())
    await admin.start()
    try:
        new = [
            NewTopic(t.name, t.partitions, settings.replication_factor,
                     topic_configs=t.configuration())
            for t in wanted
        ]  # fmt: skip
        response = await admin.create_topics(new)
        made = []
        for name, code, *message in response.topic_errors:
            if code == 0:
                made.append(name)
            elif for_code(code) is not TopicAlreadyExistsError:
                raise RuntimeError(f"topic {name}: {for_code(code).__name__} {message}")
        old = [t for t in wanted if t.name not in made]
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, t.name, t.configuration()) for t in old]
        )
        return made
    finally:
        await admin.close()


async def missing(settings: Settings, topics: Sequence[Topic]) -> list[str]:
    """Names of the topics that are not there."""
    admin = AIOKafkaAdminClient(**settings.security())
    await admin.start()
    try:
        there = set(await admin.list_topics())
    finally:
        await admin.close()
    return [t.name for t in topics if t.name not in there]
