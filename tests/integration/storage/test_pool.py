from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr

from wireroom.runtime.errors import Unavailable
from wireroom.storage import Pool, Settings, connection, open_pool


async def _reason(settings: Settings) -> str:
    with pytest.raises(Unavailable) as raised:
        async with open_pool(settings):
            pass
    return raised.value.reason


async def test_connections_say_who_they_are_and_have_limits(pool: Pool) -> None:
    async with connection(pool) as session:
        shown = [
            await session.fetchval(f"SHOW {name}")
            for name in ("application_name", "jit", "statement_timeout", "timezone")
        ]
    assert shown == ["wireroom", "off", "20s", "UTC"]


async def test_nobody_listening_and_a_wrong_password_are_unavailable(database: str) -> None:
    away = SecretStr("postgresql://wireroom@127.0.0.1:1/wireroom")
    assert await _reason(Settings(dsn=away)) == "postgres_connection"
    wrong = database.replace("wireroom:", "wireroom:x", 1)
    assert await _reason(Settings(dsn=SecretStr(wrong))) == "postgres_login"
    missing = SecretStr(database.rpartition("/")[0] + "/nowhere")
    assert await _reason(Settings(dsn=missing)) == "postgres_no_database"


async def test_the_password_is_read_from_its_file_for_every_connection(
    database: str, tmp_path: Path
) -> None:
    user, _, rest = database.partition("@")
    before, _, password = user.rpartition(":")
    file = tmp_path / "password"
    settings = Settings(dsn=SecretStr(f"{before}@{rest}"), password_file=file)
    file.write_text("wrong\n")
    assert await _reason(settings) == "postgres_login"
    file.write_text(password + "\n")
    async with open_pool(settings) as pool, connection(pool) as session:
        assert await session.fetchval("SELECT 1") == 1


async def test_a_server_without_tls_is_refused_when_tls_is_asked_for(database: str) -> None:
    for mode in ("require", "verify-full"):
        settings = Settings(dsn=SecretStr(database), tls_mode=mode)  # type: ignore[arg-type]  # a str of the literal
        assert await _reason(settings) == "postgres_connection"
    async with open_pool(Settings(dsn=SecretStr(database), tls_mode="prefer")) as pool:
        assert pool.get_size() == 1


async def test_a_statement_over_its_time_and_an_ended_connection_are_unavailable(
    database: str,
) -> None:
    settings = Settings(dsn=SecretStr(database), statement_timeout=0.1)
    async with open_pool(settings) as pool:
        assert await _running(pool, "SELECT pg_sleep(5)") == "postgres_timeout"
        ended = await _running(pool, "SELECT pg_terminate_backend(pg_backend_pid())")
        assert ended in ("postgres_connection", "postgres_shutdown")
        async with connection(pool) as session:
            assert isinstance(session, asyncpg.pool.PoolConnectionProxy)
            assert await session.fetchval("SELECT 1") == 1


async def _running(pool: Pool, statement: str) -> str:
    with pytest.raises(Unavailable) as raised:
        async with connection(pool) as session:
            await session.execute(statement)
    return raised.value.reason
