"""A migrated database, and a pool on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from pydantic import SecretStr

from wireroom.storage import Pool, Settings, migrate, open_pool


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    async with open_pool(Settings(dsn=SecretStr(database))) as opened:
        await migrate(opened)
        yield opened
