"""``schemas``: what the lock says, and a registry that says the same."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from wireroom.cli.output import print_json
from wireroom.cli.trouble import Trouble
from wireroom.wire.registry import Registry, RegistryError, Settings, push
from wireroom.wire.schemas import Schema, Schemas

STATES = {True: "the same", False: "another schema", None: "missing"}


def push_all(url: str | None, settings: Settings) -> int:
    registry = _registry(url, settings)
    if registry is None:
        raise Trouble("name the registry with --registry URL or WIREROOM_REGISTRY_URL")
    schemas = list(Schemas())
    try:
        new = push(registry, schemas)
    except RegistryError as error:
        raise Trouble(str(error)) from error
    for schema in new:
        Console().print(f"registered: {schema.subject} version {schema.version}, id {schema.id}")
    if not new:
        Console().print(f"the registry has all {len(schemas)} schemas")
    return 0


def listing(url: str | None, settings: Settings, *, as_json: bool) -> int:
    """With a registry, status 1 unless it agrees in everything."""
    registry = _registry(url, settings)
    schemas = list(Schemas())
    try:
        states = [None if registry is None else _state(registry, schema) for schema in schemas]
    except RegistryError as error:
        raise Trouble(str(error)) from error
    rows = [
        {"id": s.id, "subject": s.subject, "version": s.version, "fingerprint": s.fingerprint.hex()}
        | ({} if state is None else {"registry": state})
        for s, state in zip(schemas, states, strict=True)
    ]
    if as_json:
        print_json(rows)
    else:
        table = Table(*rows[0], box=None)
        for row in rows:
            table.add_row(*map(str, row.values()))
        Console().print(table)
    return int(any(state not in (None, STATES[True]) for state in states))


def _state(registry: Registry, schema: Schema) -> str:
    there = registry.fingerprint(schema.id)
    return STATES[None if there is None else there == schema.fingerprint]


def _registry(url: str | None, settings: Settings) -> Registry | None:
    chosen = settings.model_copy(update={"url": url}) if url else settings
    return Registry(chosen) if chosen.url else None
