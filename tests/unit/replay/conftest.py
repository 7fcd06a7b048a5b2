"""Dead letters as a stage leaves them, made by the runtime's own outlet."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeAlias
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from wireroom.events import ArticleJournal
from wireroom.replay import Letter
from wireroom.runtime.errors import Permanent
from wireroom.runtime.journal import Hop, Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.outlet import Outlet
from wireroom.runtime.parking import Dead, History
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Partition, Record

CODEC = Codec(Schemas())
Bury: TypeAlias = Callable[..., Any]


@pytest.fixture
def codec() -> Codec:
    return CODEC


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(partitions=1)


@pytest.fixture
def journal() -> Callable[[str], Journal]:
    return lambda stage: Journal(ArticleJournal, stage=stage, instance="test", versions={})


@pytest.fixture
def bury(broker: MemoryBroker, journal: Callable[[str], Journal]) -> Bury:
    """Puts a record among the dead letters of ``stage`` and returns the letter."""

    async def made(
        value: bytes = b'{"text": "x"}',
        *,
        stage: str = "fetch",
        topic: str = "articles.intake",
        key: bytes | None = b"a.example",
        error: Exception | None = None,
        article: UUID | None = None,
        **sent: bytes,
    ) -> Letter:
        carried = {name.replace("_", "-"): value for name, value in sent.items()}
        record = Record(Partition(topic, 3), 7, 1_000, key, value, carried)
        outlet = Outlet(
            stage, broker, CODEC, Metrics(CollectorRegistry(), "0").of(stage), journal(stage)
        )
        hop = Hop(record, headers.read(record), article, time.time())
        failure = error or Permanent("http_404", "no such page")
        await outlet.bury(hop, Dead(failure, History(1, time.time())))
        return Letter(broker.records(f"dead.{stage}")[-1])

    return made
