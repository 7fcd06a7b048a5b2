"""Events to bytes and back: Avro in Confluent framing, and JSON where a topic takes it.

    00 | schema id, 4 bytes, big endian | Avro body

An ``avro-fp`` header beside it carries the schema's fingerprint: an id that means
another schema here than where it was written is refused, never wrongly decoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from io import BytesIO
from typing import Any, TypeVar

import fastavro
import orjson
from pydantic import ValidationError

from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Headers

E = TypeVar("E", bound=Event)
MAGIC = b"\x00"
HEAD = 5
NO_HEADERS: Headers = {}


class Undecodable(Exception):
    """These bytes are no such event. ``reason`` is a short, countable word."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Codec:
    """Knows every schema it may meet."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._heads: dict[str, tuple[bytes, Any, bytes]] = {}

    def encode(self, event: Event) -> bytes:
        return self.encode_fields(type(event), event.model_dump())

    def encode_fields(self, kind: type[Event], fields: Mapping[str, Any]) -> bytes:
        """For an event that is not worth an object: fields as Avro has them, ids as text."""
        head, schema, _ = self._head(kind)
        out = BytesIO()
        out.write(head)
        fastavro.schemaless_writer(out, schema, fields)
        return out.getvalue()

    def fingerprint(self, kind: type[Event]) -> bytes:
        """For the ``avro-fp`` header."""
        return self._head(kind)[2]

    def decode(self, data: bytes, kind: type[E], headers: Headers = NO_HEADERS) -> E:
        """Raises ``Undecodable``; never anything else, whatever the bytes."""
        if data[:1] == MAGIC:
            return _validated(kind, self._avro(data, kind, headers))
        if not kind.takes_json:
            raise Undecodable("not_avro", f"begins with {data[:HEAD].hex() or 'nothing'}")
        if data[:1] != b"{":
            raise Undecodable(
                "not_avro_or_json",
                f"begins with {data[:HEAD].hex() or 'nothing'}: Avro begins with 00, JSON with {{",
            )
        return _validated(kind, _json(data, kind))

    def _head(self, kind: type[Event]) -> tuple[bytes, Any, bytes]:
        name = kind.__name__
        if (known := self._heads.get(name)) is None:
            schema = self._schemas.current(name)
            head = MAGIC + schema.id.to_bytes(4, "big")
            known = self._heads[name] = (head, schema.parsed, schema.fingerprint)
        return known

    def _avro(self, data: bytes, kind: type[Event], headers: Headers) -> Mapping[str, Any]:
        number = int.from_bytes(data[1:HEAD], "big")
        writer = self._schemas.by_id(number)
        if writer is None or len(data) < HEAD:
            raise Undecodable("unknown_schema", f"no schema has the id {number}")
        mark = headers.get(FINGERPRINT)
        if mark is not None and mark != writer.fingerprint:
            raise Undecodable(
                "schema_mismatch",
                f"id {number} is {writer.subject} version {writer.version} here, "
                f"but the writer's fingerprint is {mark.hex()}",
            )
        if writer.name != kind.__name__:
            raise Undecodable("wrong_schema", f"{writer.name} where {kind.__name__} belongs")
        _, reader, newest = self._head(kind)
        body = BytesIO(data)
        body.seek(HEAD)
        try:
            fields: Any = fastavro.schemaless_reader(
                body, writer.parsed, None if writer.fingerprint == newest else reader
            )
        except Exception as error:  # whatever fastavro dislikes, it is the bytes
            raise Undecodable("broken_avro", f"{type(error).__name__}: {error}") from error
        if body.tell() != len(data):
            raise Undecodable("broken_avro", f"{len(data) - body.tell()} bytes too many")
        return fields  # type: ignore[no-any-return]  # a record decodes to a dict


def _json(data: bytes, kind: type[Event]) -> Mapping[str, Any]:
    try:
        fields: dict[str, Any] = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Undecodable("broken_json", str(error)) from error
    known = kind.model_fields
    for name in fields:
        if name not in known:
            near = get_close_matches(name, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise Undecodable("unknown_field", f"unknown field {name[:80]!r}: {hint}")
    return {
        name: value.encode() if name in kind.byte_fields and isinstance(value, str) else value
        for name, value in fields.items()
        if value is not None  # left out or null: the same
    }


def _validated(kind: type[E], fields: Mapping[str, Any]) -> E:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Undecodable("invalid_field", f"{where}: {first['msg']}") from error
