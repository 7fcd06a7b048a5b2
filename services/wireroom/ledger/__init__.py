"""The ledger: where every accepted record is, in a sum that adds up.

It reads the intake and the journal beside the pipeline and keeps one row per record. Nothing
waits for it: while it or its tables are away articles flow, and when it is back it catches up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry

from wireroom.ledger.metrics import LedgerMetrics
from wireroom.ledger.service import GROUPS, Ledger
from wireroom.ledger.settings import Settings
from wireroom.storage.pool import open_pool
from wireroom.storage.settings import Settings as Postgres
from wireroom.wire.codec import Codec
from wireroom.wire.transport import Broker

__all__ = ["GROUPS", "Ledger", "LedgerMetrics", "Settings", "service"]


@asynccontextmanager
async def service(
    settings: Settings,
    postgres: Postgres,
    broker: Broker,
    codec: Codec,
    registry: CollectorRegistry,
) -> AsyncIterator[Ledger]:
    """The ledger with a pool of its own. ``Unavailable`` when Postgres can't be reached."""
    async with open_pool(postgres) as pool:
        yield Ledger(settings, broker, pool, codec, LedgerMetrics(registry))
