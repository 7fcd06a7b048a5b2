"""A service: anything with a name that runs until told to stop."""

from __future__ import annotations

import asyncio
from typing import Protocol, runtime_checkable


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


def trouble(service: Service) -> str | None:
    """Why the service is not ready; None when it is."""
    if service.ready:
        return None
    return (service.trouble if isinstance(service, Telling) else None) or "not ready"
