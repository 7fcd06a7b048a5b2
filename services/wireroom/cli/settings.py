"""All settings together; built here and nowhere else, and passed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_settings import BaseSettings

from wireroom.canary import Settings as Canary
from wireroom.classify import Settings as Classify
from wireroom.clean import Settings as Clean
from wireroom.cli.trouble import Trouble
from wireroom.embedded.settings import Settings as Embedded
from wireroom.index import Settings as Index
from wireroom.ledger.settings import Settings as Ledger
from wireroom.runtime.settings import Settings as Process
from wireroom.storage.settings import Settings as Postgres
from wireroom.web.settings import Settings as Fetch
from wireroom.wire.registry import Settings as Registry
from wireroom.wire.settings import Settings as Kafka

PARTS: dict[str, type[BaseSettings]] = {
    "process": Process,
    "kafka": Kafka,
    "registry": Registry,
    "postgres": Postgres,
    "fetch": Fetch,
    "clean": Clean,
    "classify": Classify,
    "index": Index,
    "ledger": Ledger,
    "canary": Canary,
    "embedded": Embedded,
}


class Settings(BaseModel):
    """One attribute per part."""

    model_config = ConfigDict(frozen=True)

    process: Process
    kafka: Kafka
    registry: Registry
    postgres: Postgres
    fetch: Fetch
    clean: Clean
    classify: Classify
    index: Index
    ledger: Ledger
    canary: Canary
    embedded: Embedded


def variables() -> dict[str, tuple[str, str]]:
    """Environment variable → part and field."""
    found = {}
    for part, kind in PARTS.items():
        prefix = kind.model_config.get("env_prefix", "")
        for name, field in kind.model_fields.items():
            if field.validation_alias is None:
                found[f"{prefix}{name}".upper()] = (part, name)
    return found


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """From the environment. Raises ``Trouble`` for an unknown ``WIREROOM_`` variable, or a value
    that does not fit.
    """
    known = variables()
    for name in environ:
        if name.startswith("WIREROOM_") and name not in known:
            near = get_close_matches(name, known, 1, 0.6)
            hint = f"did you mean {near[0]}?" if near else "see wireroom config"
            raise Trouble(f"{name} is no setting: {hint}")
    parts: dict[str, Any] = {}
    for part, kind in PARTS.items():
        try:
            parts[part] = kind()
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            prefix = kind.model_config.get("env_prefix", "")
            name = f"{prefix}{'_'.join(map(str, first['loc'][:1]))}".upper()
            raise Trouble(f"{name}: {first['msg']}") from error
    return Settings.model_construct(None, **parts)
