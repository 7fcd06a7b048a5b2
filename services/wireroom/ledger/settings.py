"""What the ledger is told."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Times in seconds."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_LEDGER_", frozen=True, extra="ignore")

    deadline: float = Field(
        default=900.0,
        gt=0,
        description="Seconds without a sign after which a record on its way counts as missing; "
        "of a parked one, after its time has come.",
    )
    hops_days: int = Field(
        default=14, ge=1, description="Days for which single hops are kept; outcomes stay."
    )
    batch_size: int = Field(
        default=2000, ge=1, le=20_000, description="Most records in one transaction."
    )
    batch_wait: float = Field(
        default=0.5, ge=0, description="Seconds that a batch waits for more records."
    )
