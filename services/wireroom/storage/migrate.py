"""Brings the database to the state that the code expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from wireroom.storage.pool import Connection, Pool, connection, transaction

_LOCK = 7_308_895_159_146_210  # any number, as long as every version of Wireroom uses the same


class SchemaTooNew(Exception):
    """The database has migrations that this version does not know: a newer one was here."""


async def migrate(pool: Pool) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; return their names.

    Two at once are harmless: the second one waits and finds nothing to do.
    Raises ``SchemaTooNew``, and ``Unavailable`` when Postgres is away.
    """
    scripts = _scripts()
    async with transaction(pool) as session:
        await _lock(session)
        await session.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        missing(scripts, await _applied(session))
    done = []
    for name in sorted(scripts):
        async with transaction(pool) as session:
            await _lock(session)
            if name in await _applied(session):
                continue
            await session.execute(scripts[name], timeout=3600)
            await session.execute("INSERT INTO schema_migration (name) VALUES ($1)", name)
            done.append(name)
    return done


async def pending(pool: Pool) -> list[str]:
    """Names of the migrations still to come. Errors as in ``migrate``."""
    async with connection(pool) as session:
        return missing(_scripts(), await _applied(session))


def missing(known: Mapping[str, str], applied: Sequence[str]) -> list[str]:
    """Names that are known and not applied, in order. ``SchemaTooNew`` for the reverse."""
    foreign = sorted(set(applied) - set(known))
    if foreign:
        raise SchemaTooNew(f"the database has {', '.join(foreign)}, which this version lacks")
    return sorted(set(known) - set(applied))


def _scripts() -> dict[str, str]:
    folder = files("wireroom.storage") / "migrations"
    return {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }


async def _lock(session: Connection) -> None:
    await session.execute("SET LOCAL statement_timeout = 0")
    await session.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    await session.execute("SELECT pg_advisory_xact_lock($1)", _LOCK, timeout=3600)


async def _applied(session: Connection) -> list[str]:
    if await session.fetchval("SELECT to_regclass('schema_migration')") is None:
        return []
    return [row["name"] for row in await session.fetch("SELECT name FROM schema_migration")]
