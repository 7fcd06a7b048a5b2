"""What every process of ours is told, whatever it runs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment ``WIREROOM_…``."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_", frozen=True, extra="ignore")

    instance: str = Field(
        "",
        description="Name of this worker among its like, for static group membership; "
        "empty: the host name.",
    )
    log_format: Literal["console", "json"] = Field("console", description="How logs look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is logged."
    )
    metrics_host: str = Field("127.0.0.1", description="Address for /metrics, /livez, /readyz.")
    metrics_port: int = Field(9400, description="Port for them.")
    top_targets: str = Field(
        "",
        description="Metrics addresses that `wireroom top` looks at: host:port, with commas "
        "between; empty: those of `wireroom up` on this machine.",
    )
