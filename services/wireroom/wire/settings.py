"""How to reach Kafka, and what a member of a consumer group is called."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment ``WIREROOM_KAFKA_…``."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_KAFKA_", frozen=True, extra="ignore")

    bootstrap_servers: str = Field("localhost:9092", description="Brokers, host:port, by commas.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to talk to the brokers."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="For SASL_PLAINTEXT and SASL_SSL."
    )
    sasl_username: str = Field("", description="For SASL.")
    sasl_password: SecretStr = Field(SecretStr(""), description="For SASL.")
    sasl_password_file: Path | None = Field(None, description="A file that holds the password.")
    ssl_cafile: Path | None = Field(None, description="CA certificates, PEM; else the system's.")
    ssl_certfile: Path | None = Field(None, description="Client certificate, PEM.")
    ssl_keyfile: Path | None = Field(None, description="Client key, PEM.")
    compression: Literal["zstd", "none"] = Field(
        "zstd", description="Of what we send. lz4 costs five times the CPU of zstd in aiokafka."
    )
    replication_factor: int = Field(
        0, ge=0, description="Of new topics; 0: three, or one for each broker if there are fewer."
    )
    session_timeout_ms: int = Field(
        10_000, description="A dead worker that does not come back loses its partitions after this."
    )
    request_timeout_ms: int = Field(10_000, description="For one request to a broker.")

    def security(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes."""
        common: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
            "request_timeout_ms": self.request_timeout_ms,
        }
        if "SSL" in self.security_protocol.split("_"):
            context = ssl.create_default_context(cafile=self.ssl_cafile)
            if self.ssl_certfile:
                context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
            common["ssl_context"] = context
        if self.security_protocol.startswith("SASL"):
            password = self.sasl_password.get_secret_value()
            if self.sasl_password_file:
                password = self.sasl_password_file.read_text().strip()
            common |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": password,
            }
        return common


def host_name() -> str:
    """Survives the restart of a container; the default instance of a worker."""
    return socket.gethostname()
