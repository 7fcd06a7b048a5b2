"""A schema registry with Confluent's REST API: the lock's entries in, the same ids out.

The pipeline itself asks no registry: the lock is enough. This is for foreign programs, which
find in a registry what the id in a record's first five bytes stands for.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from wireroom.wire.schemas import NOT_AVRO, Schema, fingerprint_of

TIMEOUT = 20.0  # seconds; the first answer of a Java server that has just come up takes some
ABSENT = frozenset((40401, 40402, 40403, 404))  # no such subject, version, schema; or plain HTTP


class Settings(BaseSettings):
    """Environment ``WIREROOM_REGISTRY_…``."""

    model_config = SettingsConfigDict(env_prefix="WIREROOM_REGISTRY_", frozen=True, extra="ignore")

    url: str = Field(
        "",
        description="Base address of a registry with Confluent's API, such as "
        "http://localhost:8081/apis/ccompat/v7; empty: none.",
    )
    username: str = Field("", description="For HTTP basic authentication.")
    password_file: Path | None = Field(None, description="A file that holds the password.")


class RegistryError(Exception):
    """The registry can't be reached, refuses, or has other ids; the sentence says what to do."""


class Registry:
    """Blocking: for commands, not for workers."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.url.rstrip("/")
        self._headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
        if settings.username:
            secret = settings.password_file.read_text().strip() if settings.password_file else ""
            login = base64.b64encode(f"{settings.username}:{secret}".encode()).decode()
            self._headers["Authorization"] = f"Basic {login}"

    def fingerprint(self, number: int) -> bytes | None:
        """Of the schema that the registry gives for an id; None when it has none.

        Eight zero bytes for what is no Avro. Raises ``RegistryError``.
        """
        answer = self._ask("GET", f"/schemas/ids/{number}")
        if answer is None:
            return None
        try:
            return fingerprint_of(json.loads(answer["schema"]))
        except NOT_AVRO:  # protobuf, JSON schema, or Avro that leans on references
            return bytes(8)

    def register(self, schema: Schema) -> int:
        """The id under which the registry keeps it, new or old. Raises ``RegistryError``."""
        body = {"schema": json.dumps(dict(schema.raw)), "schemaType": "AVRO"}
        answer = self._ask("POST", f"/subjects/{quote(schema.subject, safe='')}/versions", body)
        if answer is None:
            raise RegistryError(f"{self._base} is no schema registry: it has no /subjects")
        return int(answer["id"])

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON; None for "not there"."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._base + path, data=data, headers=self._headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")
            if error.code == 404 and _code(said) in ABSENT:
                return None
            raise RegistryError(f"{self._base}{path}: {error.code} {said[:300]}") from error
        except (OSError, ValueError) as error:
            raise RegistryError(
                f"{self._base}{path}: {error}; check WIREROOM_REGISTRY_URL"
            ) from error


def _code(said: str) -> int:
    try:
        return int(json.loads(said)["error_code"])
    except (ValueError, KeyError, TypeError):
        return 404


def push(registry: Registry, schemas: Iterable[Schema]) -> list[Schema]:
    """Register what the registry lacks, in the lock's order; return what was new. Repeatable.

    Nothing is written when an id is taken by another schema. Raises ``RegistryError`` then, and
    when the registry gives out another id than the lock's: it would send foreign readers to
    the wrong schema.
    """
    lacking = []
    for schema in schemas:
        there = registry.fingerprint(schema.id)
        if there is None:
            lacking.append(schema)
        elif there != schema.fingerprint:
            raise RegistryError(_conflict(schema, "the registry has another schema there"))
    for schema in lacking:
        number = registry.register(schema)
        if number != schema.id:
            raise RegistryError(_conflict(schema, f"the registry gave it id {number}"))
    return lacking


def _conflict(schema: Schema, found: str) -> str:
    return (
        f"{schema.subject} version {schema.version} has id {schema.id} in schema.lock.json, but "
        f"{found}. Ids are part of every record: use a registry (or a context of one) that "
        "nobody else has written to, and push into it first"
    )
