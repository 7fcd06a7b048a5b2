"""Connections to Postgres, and what their failures mean.

Code above this floor knows no error of asyncpg's: it works inside ``transaction`` or
``connection``, out of which come only the runtime's own errors.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias

import asyncpg

from wireroom.runtime.errors import Permanent, StageError, Unavailable
from wireroom.storage.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)

ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's farewell met a statement of ours half way
    OSError,
    TimeoutError,
)
"""All that a statement or a connection raises when it isn't a bug of ours."""

_DATA = frozenset(("22", "23", "54"))  # unless it is said of every row: then it is the table
_SCHEMA = frozenset(("42P01", "42703", "42883", "3F000"))
_REASONS = {
    "08": "postgres_connection",
    "28": "postgres_login",
    "3D": "postgres_no_database",
    "40": "postgres_conflict",
    "53": "postgres_resources",
    "57": "postgres_shutdown",
    "58": "postgres_disk",
}


def failure(error: BaseException) -> StageError:
    """What an error of ``ERRORS`` means: ``Permanent`` for bad data, else ``Unavailable``.

    A unique violation counts as a conflict: two workers had one idea, and the second look finds
    the first one's row. Classes: PostgreSQL manual, appendix A.
    """
    if isinstance(error, TimeoutError):
        return Unavailable("postgres_timeout", str(error))
    if not isinstance(error, asyncpg.PostgresError):
        return Unavailable("postgres_connection", str(error))
    state = error.sqlstate or "XX000"
    if state == "23505":
        return Unavailable("postgres_conflict", str(error))
    if state[:2] in _DATA:
        return Permanent(f"sqlstate_{state.lower()}", str(error), doubtful=True)
    if state == "57014":
        return Unavailable("postgres_timeout", str(error))
    if state == "25006":
        return Unavailable("postgres_read_only", str(error))
    if state in _SCHEMA:
        return Unavailable("postgres_schema", f"{error}; run: wireroom migrate")
    return Unavailable(_REASONS.get(state[:2], "postgres_other"), f"{state} {error}")


@asynccontextmanager
async def open_pool(settings: Settings) -> AsyncIterator[Pool]:
    """A pool that has reached the server once. ``Unavailable`` when it can't."""
    source = settings.password_file
    try:
        pool: Pool = await asyncpg.create_pool(
            settings.dsn.get_secret_value(),
            min_size=1,
            max_size=settings.pool_size,
            timeout=settings.connect_timeout,
            # The server's limit comes first; this one is for a server that no longer answers.
            command_timeout=settings.statement_timeout + 5,
            server_settings=_server_settings(settings),
            password=None if source is None else lambda: source.read_text().strip(),
            ssl=_tls(settings),
        )
    except ERRORS as error:
        raise failure(error) from error
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(5):
                await pool.close()
        except TimeoutError:
            pool.terminate()


@asynccontextmanager
async def connection(pool: Pool) -> AsyncIterator[Connection]:
    """A connection of the pool. Raises ``Unavailable`` or ``Permanent`` for Postgres's errors."""
    try:
        async with pool.acquire() as acquired:
            yield acquired
    except ERRORS as error:
        raise failure(error) from error


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction; errors as in ``connection``.

    ``Unavailable`` on leaving may mean that the transaction has committed and only the reply
    was lost. Whoever tries again must be able to tell; ``offsets`` can.
    """
    async with connection(pool) as acquired, acquired.transaction():
        yield acquired


def _server_settings(settings: Settings) -> dict[str, str]:
    return {
        "application_name": settings.application_name,
        "jit": "off",  # compiling takes longer than any statement of ours
        # Plans are kept while tables grow from nothing to millions of rows between two ANALYZE,
        # and every statement of ours has its index: one kept from the first minute must use it.
        "enable_seqscan": "off",
        "statement_timeout": f"{settings.statement_timeout * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{settings.idle_timeout * 1000:.0f}",
        "timezone": "UTC",
    }


def _tls(settings: Settings) -> ssl.SSLContext | Literal["disable", "prefer"] | None:
    """What asyncpg wants: None for what the dsn says; a context allows no plain connection."""
    mode = settings.tls_mode
    if mode is None or mode == "disable" or mode == "prefer":
        return mode
    root = settings.tls_root_cert
    context = ssl.create_default_context(cafile=None if root is None else str(root))
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    if settings.tls_cert is not None:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    return context
