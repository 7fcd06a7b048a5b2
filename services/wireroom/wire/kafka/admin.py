"""Making topics, and seeing which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic


async def create(settings: Settings, topics: Iterable[Topic]) -> list[str]:
    """Make what is missing, set right what differs; return the names of new ones. Repeatable.

    Raises ``RuntimeError`` with the broker's word when it refuses.
    """
    wanted = list(topics)
    admin = AIOKafkaAdminClient(**settings.security())
    await admin.start()
    try:
        brokers = len((await admin.describe_cluster())["brokers"])
        copies = settings.replication_factor or min(3, brokers)
        new = [
            NewTopic(t.name, t.partitions, copies, topic_configs=t.configuration()) for t in wanted
        ]
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


async def limits(settings: Settings, topics: Sequence[Topic]) -> list[tuple[str, int, int]]:
    """Name, largest record as the broker has it, and as it should be; of topics that are there."""
    wanted = {topic.name: topic.max_bytes for topic in topics}
    admin = AIOKafkaAdminClient(**settings.security())
    await admin.start()
    try:
        asked = [
            ConfigResource(ConfigResourceType.TOPIC, name, {"max.message.bytes": None})
            for name in wanted
        ]
        found = []
        for response in await admin.describe_configs(asked):
            for _code, _message, _kind, name, entries in response.resources:
                found += [
                    (name, int(entry[1]), wanted[name])
                    for entry in entries
                    if entry[0] == "max.message.bytes"
                ]
        return found
    finally:
        await admin.close()
