"""Which schema wrote these bytes: the lock file, id ↔ subject ↔ version ↔ fingerprint.

The lock is append-only. With it the Confluent framing works without a registry
service; a registry that gets the lock pushed in order gives the same ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import SchemaParseException, fingerprint, to_parsing_canonical_form

PACKAGE = Path(__file__).parents[1]
NOT_AVRO = (SchemaParseException, ValueError, LookupError, TypeError)
"""What ``fingerprint_of`` raises for something that is no Avro schema."""


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of one subject. ``parsed`` is fastavro's form; ``raw`` the file as it stands."""

    id: int
    name: str
    subject: str
    version: int
    fingerprint: bytes
    parsed: Any
    raw: Mapping[str, Any]


def folder() -> Path:
    """Where the Avro files are: inside the installed package, or in the checkout beside it."""
    packaged = PACKAGE / "schemas"
    return packaged if packaged.is_dir() else PACKAGE.parents[1] / "schemas"


def fingerprint_of(raw: Mapping[str, Any]) -> bytes:
    """CRC-64-AVRO of the parsing canonical form, as in the Avro specification: 8 bytes."""
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(dict(raw)), "CRC-64-AVRO"))


def files(where: Path) -> Iterator[Path]:
    """Past releases first, then today's."""
    yield from sorted(where.glob("released/**/*.avsc"))
    yield from sorted(where.glob("*.avsc"))


class Schemas:
    """Every schema that we may meet, today's and those of past releases.

    Raises ``ValueError`` when a locked schema has no file, or today's is not locked.
    """

    def __init__(self, where: Path | None = None) -> None:
        where = where or folder()
        raws = {fingerprint_of(raw): raw for raw in map(_load, files(where))}
        self._by_id: dict[int, Schema] = {}
        self._current: dict[str, Schema] = {}
        for entry in json.loads((where / "schema.lock.json").read_text()):
            mark = bytes.fromhex(entry["fingerprint"])
            if mark not in raws:
                raise ValueError(f"schema.lock.json: {entry['subject']} has no file for its lock")
            raw = raws[mark]
            schema = Schema(
                entry["id"], raw["name"], entry["subject"], entry["version"], mark,
                fastavro.parse_schema(dict(raw)), raw,
            )  # fmt: skip
            self._by_id[schema.id] = self._current[schema.name] = schema
        for path in where.glob("*.avsc"):
            raw = _load(path)
            locked = self._current.get(raw["name"])
            if locked is None or locked.fingerprint != fingerprint_of(raw):
                raise ValueError(f"{path.name} is not in schema.lock.json: run make schemas")

    def __iter__(self) -> Iterator[Schema]:
        """In the order of the lock."""
        return iter(self._by_id.values())

    def current(self, name: str) -> Schema:
        return self._current[name]

    def by_id(self, number: int) -> Schema | None:
        return self._by_id.get(number)


def _load(path: Path) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(path.read_text())
    return raw
