"""A ledger in a process of its own, to be killed: ``python ledger_worker.py KAFKA DSN [early]``.

``early`` writes a batch's place before its rows, in a transaction of its own: the fault that the
test has to find.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from wireroom import ledger
from wireroom.runtime.process import stop_on_signals
from wireroom.runtime.stage import Checkpoint
from wireroom.storage import Settings as Postgres
from wireroom.storage import transaction
from wireroom.storage.ledger import Batch, LedgerTables
from wireroom.wire.codec import Codec
from wireroom.wire.kafka import KafkaBroker
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings as Kafka

QUICK = ledger.Settings(batch_size=40, batch_wait=0.02)


class Saved:
    async def save(self, connection: Any) -> None:
        """It has been."""


def write_places_early() -> None:
    honest = LedgerTables.write

    async def write(self: LedgerTables, batch: Batch, checkpoint: Checkpoint) -> int:
        async with transaction(self._pool) as session:
            await checkpoint.save(session)
        await asyncio.sleep(0.3)  # longer than all the rest: a kill falls into it
        return await honest(self, batch, Saved())

    LedgerTables.write = write  # type: ignore[method-assign]  # the fault


async def main(kafka: str, dsn: str, fault: str = "") -> None:
    if fault == "early":
        write_places_early()
    broker = KafkaBroker(
        Kafka(bootstrap_servers=kafka, session_timeout_ms=6_000), limits={}, instance="one"
    )
    tables = ledger.service(
        QUICK, Postgres(dsn=SecretStr(dsn)), broker, Codec(Schemas()), CollectorRegistry()
    )
    async with tables as service:
        await service.run(stop_on_signals())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
