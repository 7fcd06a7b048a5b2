"""Postgres: the rows, what was sent with them, and how to get at them again.

asyncpg is used on this floor only. Inside ``transaction`` and ``connection`` its errors turn
into ``Permanent`` (bad data) and ``Unavailable`` (anything else).
"""

from wireroom.storage.migrate import SchemaTooNew, migrate, pending
from wireroom.storage.offsets import PostgresOffsets
from wireroom.storage.pool import Connection, Pool, connection, failure, open_pool, transaction
from wireroom.storage.settings import Settings

__all__ = [
    "Connection",
    "Pool",
    "PostgresOffsets",
    "SchemaTooNew",
    "Settings",
    "connection",
    "failure",
    "migrate",
    "open_pool",
    "pending",
    "transaction",
]
