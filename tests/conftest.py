"""Real servers for the tests that need them: started once a session, in a folder of their own."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import settings

settings.register_profile("chaos", max_examples=5_000, deadline=None)

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Kafka and PostgreSQL, empty at the start; never skips: without them the tests fail."""
    from wireroom.embedded.servers import servers as start

    # Sessions may run side by side; far from the product's ports and from outgoing connections.
    base = random.randrange(12_000, 20_000)
    async with start(
        tmp_path_factory.mktemp("servers"), say=print, kafka_port=base, postgres_port=base + 1_000
    ) as running:
        yield running


@pytest_asyncio.fixture
async def database(servers: Servers) -> AsyncIterator[str]:
    """A new database on the session's PostgreSQL, dropped at the end; its address."""
    address = servers.addresses.postgres
    name = f"test_{uuid.uuid4().hex[:12]}"
    await _execute(address, f"CREATE DATABASE {name}")
    yield address.rpartition("/")[0] + f"/{name}"
    await _execute(address, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(address: str, statement: str) -> None:
    session = await asyncpg.connect(address)
    try:
        await session.execute(statement)
    finally:
        await session.close()
