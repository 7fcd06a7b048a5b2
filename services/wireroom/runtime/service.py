"""A service: anything with a name that runs until told to stop."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Service(Protocol):
    """What a process runs."""

    @property
    def name(self) -> str: ...

    @property
    def ready(self) -> bool:
        """True once it does its work."""

    async def run(self, stop: asyncio.Event) -> None:
        """Return when stopped; raise, bare or in an ``ExceptionGroup``, if it cannot go on."""
