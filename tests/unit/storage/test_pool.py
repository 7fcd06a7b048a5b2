from __future__ import annotations

import asyncpg
import pytest

from wireroom.runtime.errors import Permanent, Unavailable
from wireroom.storage.pool import failure
from wireroom.storage.settings import Settings


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (asyncpg.CharacterNotInRepertoireError("x"), Permanent, "sqlstate_22021"),
        (asyncpg.NotNullViolationError("x"), Permanent, "sqlstate_23502"),
        (asyncpg.ProgramLimitExceededError("x"), Permanent, "sqlstate_54000"),
        (asyncpg.UniqueViolationError("x"), Unavailable, "postgres_conflict"),
        (asyncpg.DeadlockDetectedError("x"), Unavailable, "postgres_conflict"),
        (asyncpg.ConnectionDoesNotExistError("x"), Unavailable, "postgres_connection"),
        (asyncpg.AdminShutdownError("x"), Unavailable, "postgres_shutdown"),
        (asyncpg.QueryCanceledError("x"), Unavailable, "postgres_timeout"),
        (asyncpg.DiskFullError("x"), Unavailable, "postgres_resources"),
        (asyncpg.ReadOnlySQLTransactionError("x"), Unavailable, "postgres_read_only"),
        (asyncpg.UndefinedTableError("x"), Unavailable, "postgres_schema"),
        (asyncpg.UndefinedColumnError("x"), Unavailable, "postgres_schema"),
        (asyncpg.InvalidPasswordError("x"), Unavailable, "postgres_login"),
        (asyncpg.InsufficientPrivilegeError("x"), Unavailable, "postgres_other"),
        (asyncpg.InterfaceError("x"), Unavailable, "postgres_connection"),
        (ConnectionRefusedError("x"), Unavailable, "postgres_connection"),
        (TimeoutError(), Unavailable, "postgres_timeout"),
    ],
)
def test_an_error_is_the_data_s_or_ours(
    error: Exception, kind: type[Exception], reason: str
) -> None:
    found = failure(error)
    assert type(found) is kind
    assert found.reason == reason


def test_the_password_is_not_printed() -> None:
    assert "secret" not in repr(Settings.model_validate({"dsn": "postgresql://a:secret@b/c"}))
