"""Making topics, and seeing which are missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic
from wireroom.wire.transport import Gone

LIMIT = 30.0  # seconds for a broker to answer


@asynccontextmanager
async def _admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**settings.security())
    try:
        async with asyncio.timeout(LIMIT):
            await admin.start()
        yield admin
    except (KafkaError, TimeoutError) as error:
        raise Gone(f"{settings.bootstrap_servers}: {error or type(error).__name__}") from error
    finally:
        await admin.close()


async def create(settings: Settings, topics: Iterable[Topic]) -> list[str]:
    """Make what is missing, set right what differs; return the names of new ones. Repeatable.

    Raises ``RuntimeError`` with the broker's word when it refuses, ``Gone`` when it is away.
    """
    wanted = list(topics)
    async with _admin(settings) as admin:
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


async def missing(settings: Settings, topics: Sequence[Topic]) -> list[str]:
    """Names of the topics that are not there. Raises ``Gone``."""
    async with _admin(settings) as admin:
        there = set(await admin.list_topics())
    return [t.name for t in topics if t.name not in there]


async def limits(settings: Settings, topics: Sequence[Topic]) -> list[tuple[str, int, int]]:
    """Name, largest record as the broker has it, and as it should be; of topics that are there."""
    wanted = {topic.name: topic.max_bytes for topic in topics}
    async with _admin(settings) as admin:
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
