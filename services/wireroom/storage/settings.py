"""How Postgres is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

TlsMode: TypeAlias = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]


class Settings(BaseSettings):
    """Times in seconds."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_POSTGRES_", frozen=True, extra="ignore")

    dsn: SecretStr = Field(
        default=SecretStr("postgresql://wireroom@localhost:5432/wireroom"),
        description="Where the database is; libpq's form.",
    )
    password_file: Path | None = Field(
        default=None,
        description="A file that holds the password alone; read anew for every connection.",
    )
    tls_mode: TlsMode | None = Field(
        default=None,
        description="As libpq's sslmode; verify-full checks the certificate and the host name."
        " Unset: as the dsn says.",
    )
    tls_root_cert: Path | None = Field(
        default=None, description="Certificates to trust (PEM); unset: the system's."
    )
    tls_cert: Path | None = Field(default=None, description="Our own certificate (PEM).")
    tls_key: Path | None = Field(default=None, description="The key of our certificate (PEM).")
    pool_size: int = Field(default=8, ge=1, description="Most connections of one process.")
    connect_timeout: float = Field(default=10.0, gt=0, description="For one connection.")
    statement_timeout: float = Field(
        default=20.0, gt=0, description="Longest statement; below the index stage's 30 s."
    )
    idle_timeout: float = Field(
        default=20.0,
        gt=0,
        description="Longest pause within a transaction. A stopped worker would hold its"
        " partitions' rows for ever and keep its successor waiting.",
    )
    application_name: str = Field(
        default="wireroom", description="Shown in pg_stat_activity; helps to see who it is."
    )
