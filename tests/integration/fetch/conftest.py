"""A site on loopback and a migrated database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from pydantic import SecretStr
from tests.integration.web.conftest import GOOD, Server, serving

from wireroom.storage import Pool, Settings, migrate, open_pool


@pytest_asyncio.fixture
async def postgres(database: str) -> Settings:
    return Settings(dsn=SecretStr(database))


@pytest_asyncio.fixture
async def pool(postgres: Settings) -> AsyncIterator[Pool]:
    async with open_pool(postgres) as opened:
        await migrate(opened)
        yield opened


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Server]:
    async with serving(GOOD) as server:
        yield server
