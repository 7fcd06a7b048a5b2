"""Turn ``schemas/*.avsc`` into ``services/wireroom/events.py``.

    python schemas/generate.py            write the module
    python schemas/generate.py --check    fail if it is out of date

The Avro files are the contract; the Python classes are derived, checked in and
never edited by hand. ``topic``, ``key``, ``partitions``, ``retention_days`` and
``max_bytes`` are ordinary Avro attributes, and so is ``json`` for a topic that takes
JSON of the same shape beside Avro. A record that several files contain
has to read the same in all of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import wrap
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE.parent / "services" / "wireroom" / "events.py"
WIDTH = 100

PRIMITIVES = {
    "string": "str",
    "bytes": "bytes",
    "boolean": "bool",
    "int": "int",
    "long": "int",
    "float": "float",
    "double": "float",
}
LOGICAL = {"timestamp-micros": "Instant", "uuid": "UUID"}
TOPIC_ATTRIBUTES = {
    "topic": "topic",
    "key": "key_field",
    "partitions": "partitions",
    "retention_days": "retention_days",
    "max_bytes": "max_bytes",
}
HEADER = '''"""Events of the pipeline.

GENERATED from schemas/*.avsc by schemas/generate.py. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from wireroom.wire.event import Event, Instant, Part
'''


class Parts(dict[str, str]):
    """Sources of nested types by name; one name has one source."""

    def add(self, name: str, source: str) -> None:
        if self.setdefault(name, source) != source:
            raise SystemExit(f"{name} reads differently in two Avro files: make them the same")


def python_type(avro: Any, parts: Parts) -> str:
    match avro:
        case str():
            return PRIMITIVES.get(avro, avro)
        case {"logicalType": str(logical)}:
            return LOGICAL[logical]
        case {"type": "array", "items": items}:
            return f"tuple[{python_type(items, parts)}, ...]"
        case {"type": "map", "values": values}:
            return f"dict[str, {python_type(values, parts)}]"
        case {"type": "record", "name": str(name)}:
            parts.add(name, class_source(avro, parts))
            return name
        case {"type": "enum", "name": str(name), "symbols": symbols}:
            parts.add(name, f"{name}: TypeAlias = Literal[{', '.join(map(quoted, symbols))}]")
            return name
        case ["null", other]:
            return f"{python_type(other, parts)} | None"
        case _:
            raise SystemExit(f"unsupported Avro type: {avro!r}")


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def default_source(default: Any) -> str:
    if default == []:
        return "()"
    if default == {}:
        return "Field(default_factory=dict)"
    return quoted(default) if isinstance(default, str) else repr(default)


def field_source(field: dict[str, Any], parts: Parts) -> list[str]:
    line = f"    {field['name']}: {python_type(field['type'], parts)}"
    if "default" in field:
        line += f" = {default_source(field['default'])}"
    return [line, *docstring(field["doc"])]


def docstring(doc: str) -> list[str]:
    if len(doc) + 10 <= WIDTH:
        return [f'    """{doc}"""']
    first, *rest = wrap(doc, WIDTH - 10)
    return [f'    """{first}', *(f"    {line}" for line in rest), '    """']


def class_source(schema: dict[str, Any], parts: Parts) -> str:
    topic = schema.get("topic")
    lines = [f"class {schema['name']}({'Event' if topic else 'Part'}):"]
    lines += [*docstring(schema["doc"]), ""]
    if topic:
        for attribute, name in TOPIC_ATTRIBUTES.items():
            value = schema[attribute]
            kind = type(value).__name__
            shown = quoted(value) if isinstance(value, str) else value
            lines.append(f"    {name}: ClassVar[{kind}] = {shown}")
        if schema.get("json"):
            lines.append("    takes_json: ClassVar[bool] = True")
            named = [f["name"] for f in schema["fields"] if "bytes" in f["type"]]
            shown = ", ".join(map(quoted, named))
            lines.append(f"    byte_fields: ClassVar[frozenset[str]] = frozenset({{{shown}}})")
        lines.append("")
    for field in schema["fields"]:
        lines += field_source(field, parts)
    return "\n".join(lines)


def generate() -> str:
    parts = Parts()
    schemas = [json.loads(path.read_text()) for path in sorted(HERE.glob("*.avsc"))]
    events = [class_source(schema, parts) for schema in schemas]
    aliases = [source for source in parts.values() if "TypeAlias" in source]
    nested = [source for source in parts.values() if source not in aliases]
    head = "\n\n".join([HEADER.rstrip(), "\n".join(aliases)])
    return "\n\n\n".join([head, *nested, *events]) + "\n"


def main() -> int:
    source = generate()
    if "--check" in sys.argv:
        if TARGET.read_text() == source:
            return 0
        sys.stderr.write(f"{TARGET.name} is out of date: run python schemas/generate.py\n")
        return 1
    TARGET.write_text(source)
    return 0


if __name__ == "__main__":
    sys.exit(main())
