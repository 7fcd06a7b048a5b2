"""A service: anything with a name that runs until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

Rankings: TypeAlias = Mapping[str, Sequence[Mapping[str, object]]]
"""Name of a ranking → its rows, worst first, as JSON has them: what no label may hold."""


class Service(Protocol):
    """What a process runs."""

    @property
    def name(self) -> str: ...

    @property
    def ready(self) -> bool:
        """True while it does its work."""

    async def run(self, stop: asyncio.Event) -> None:
        """Return when stopped; raise, bare or in an ``ExceptionGroup``, if it cannot go on."""


@runtime_checkable
class Telling(Protocol):
    """A service that also says why it is not ready."""

    @property
    def trouble(self) -> str | None: ...


@runtime_checkable
class Ranking(Protocol):
    """A service that knows who leads what."""

    def rankings(self) -> Rankings: ...


def rankings(services: Sequence[Service]) -> Rankings:
    """Those of all services; the rows of one name one after the other."""
    found: dict[str, list[Mapping[str, object]]] = {}
    for service in services:
        if isinstance(service, Ranking):
            for name, rows in service.rankings().items():
                found.setdefault(name, []).extend(rows)
    return found


def trouble(service: Service) -> str | None:
    """Why the service is not ready; None when it is."""
    if service.ready:
        return None
    return (service.trouble if isinstance(service, Telling) else None) or "not ready"
