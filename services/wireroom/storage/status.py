"""How the database is: for ``wireroom doctor`` and for gauges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wireroom.storage import outbox, search
from wireroom.storage.migrate import pending
from wireroom.storage.pool import Pool, connection

_LOAD = """
    SELECT pg_database_size(current_database()) AS size,
           current_setting('max_connections')::integer AS connections_limit,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
               AS connections
"""
_SERVER = f"""
    SELECT load.*,
           current_setting('server_version') AS version,
           pg_is_in_recovery() AS read_only,
           getdatabaseencoding() AS encoding
    FROM ({_LOAD}) AS load
"""


@dataclass(frozen=True, slots=True)
class Server:
    """``size``: bytes of our database; ``connections``: of the whole server."""

    version: str
    read_only: bool
    encoding: str
    size: int
    connections: int
    connections_limit: int
    pending: Sequence[str]


@dataclass(frozen=True, slots=True)
class Load:
    """``size``: bytes of our database; ``connections``: of the whole server."""

    size: int
    connections: int
    connections_limit: int


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits behind the writing of articles."""

    search: search.Lag
    outbox: int


async def server(pool: Pool) -> Server:
    """Works before the first migration. ``Unavailable``, ``SchemaTooNew``."""
    async with connection(pool) as session:
        row = await session.fetchrow(_SERVER)
        assert row is not None
    return Server(
        version=row["version"],
        read_only=row["read_only"],
        encoding=row["encoding"],
        size=row["size"],
        connections=row["connections"],
        connections_limit=row["connections_limit"],
        pending=await pending(pool),
    )


async def load(pool: Pool) -> Load:
    """Whatever its schema: a worker of the version before goes on. ``Unavailable``."""
    async with connection(pool) as session:
        row = await session.fetchrow(_LOAD)
        assert row is not None
    return Load(row["size"], row["connections"], row["connections_limit"])


async def queues(pool: Pool) -> Queues:
    """``Unavailable`` when Postgres is away or not migrated."""
    return Queues(await search.lag(pool), await outbox.waiting(pool))
