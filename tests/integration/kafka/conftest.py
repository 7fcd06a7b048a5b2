from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

import pytest

from wireroom.wire.kafka import KafkaBroker, admin
from wireroom.wire.settings import Settings
from wireroom.wire.topics import Topic
from wireroom.wire.transport import Mark, Partition

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

NewTopic: TypeAlias = Callable[..., Awaitable[str]]


class Told:
    """A member that only notes what it is told."""

    def __init__(self) -> None:
        self.came: list[list[int]] = []
        self._changed = asyncio.Condition()

    async def until(self, times: int, limit: float = 10) -> None:
        """Partitions have come so often; ``TimeoutError`` after ``limit`` seconds."""
        async with asyncio.timeout(limit), self._changed:
            await self._changed.wait_for(lambda: len(self.came) >= times)

    async def revoked(self, partitions: Collection[Partition]) -> None: ...

    async def assigned(self, marks: Mapping[Partition, Mark]) -> Mapping[Partition, int]:
        async with self._changed:
            self.came.append(sorted(p.number for p in marks))
            self._changed.notify_all()
        return {}


@pytest.fixture
def settings(servers: Servers) -> Settings:
    return Settings(bootstrap_servers=servers.addresses.kafka, session_timeout_ms=6_000)


@pytest.fixture
def new_topic(settings: Settings) -> NewTopic:
    async def made(partitions: int = 4, max_bytes: int = 1024 * 1024) -> str:
        name = f"test.{uuid4().hex}"
        await admin.create(settings, [Topic(name, partitions, 1, max_bytes, "")])
        return name

    return made


@pytest.fixture
def broker(settings: Settings) -> Callable[..., KafkaBroker]:
    """``instance`` makes its consumers static members."""

    def made(instance: str | None = None, limit: int = 1024 * 1024) -> KafkaBroker:
        return KafkaBroker(settings, limits={"largest": limit}, instance=instance)

    return made


@pytest.fixture
def told() -> Callable[[], Told]:
    return Told


@pytest.fixture(scope="module")
def hop() -> Any:
    """``hop_worker.py`` as a module: a stage, and its events on topics of their own."""
    path = Path(__file__).parent / "hop_worker.py"
    spec = importlib.util.spec_from_file_location("hop_worker", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
