"""Can each of two Avro schemas read what the other wrote? Avro's schema resolution rules.

Stricter than the specification in one thing: no promotions between number types, since
they only ever go one way and full compatibility asks for both.
"""

from __future__ import annotations

from typing import Any

Named = dict[str, Any]


def differences(one: Any, other: Any) -> list[str]:
    """Why the two are not fully compatible; empty when they are."""
    return _reads(one, other, _named(one), _named(other)) + _reads(
        other, one, _named(other), _named(one)
    )


def _reads(reader: Any, writer: Any, rn: Named, wn: Named) -> list[str]:
    reader, writer = _resolved(reader, rn), _resolved(writer, wn)
    if isinstance(writer, list):
        return [f for branch in writer for f in _reads(reader, branch, rn, wn)]
    if isinstance(reader, list):
        if any(not _reads(branch, writer, rn, wn) for branch in reader):
            return []
        return [f"{_kind(writer)} is in no branch of the reader's union"]
    if _kind(reader) != _kind(writer):
        return [f"{_kind(writer)} became {_kind(reader)}"]
    match _kind(reader):
        case "record":
            return _record(reader, writer, rn, wn)
        case "enum":
            lost = set(writer["symbols"]) - set(reader["symbols"])
            return [f"{reader['name']} lacks {lost}"] if lost and "default" not in reader else []
        case "array":
            return _reads(reader["items"], writer["items"], rn, wn)
        case "map":
            return _reads(reader["values"], writer["values"], rn, wn)
    return []


def _record(reader: Any, writer: Any, rn: Named, wn: Named) -> list[str]:
    if reader["name"] != writer["name"]:
        return [f"{writer['name']} became {reader['name']}"]
    written = {field["name"]: field for field in writer["fields"]}
    faults = []
    for field in reader["fields"]:
        name = f"{reader['name']}.{field['name']}"
        if other := written.get(field["name"]):
            inner = _reads(field["type"], other["type"], rn, wn)
            faults += [f"{name}: {fault}" for fault in inner]
        elif "default" not in field:
            faults.append(f"{name} has no default and the other version does not write it")
    return faults


def _kind(schema: Any) -> str:
    return str(schema["type"]) if isinstance(schema, dict) else str(schema)


def _resolved(schema: Any, named: Named) -> Any:
    if isinstance(schema, dict) and isinstance(schema["type"], dict | list):
        return _resolved(schema["type"], named)
    return named.get(schema, schema) if isinstance(schema, str) else schema


def _named(schema: Any) -> Named:
    match schema:
        case list():
            return {k: v for branch in schema for k, v in _named(branch).items()}
        case {"type": "record", "name": str(name), "fields": fields}:
            inner = {k: v for f in fields for k, v in _named(f["type"]).items()}
            return {name: schema, **inner}
        case {"type": "enum", "name": str(name)}:
            return {name: schema}
        case {"type": "array", "items": inner} | {"type": "map", "values": inner}:
            return _named(inner)
    return {}
