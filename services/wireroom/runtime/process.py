"""A process: some services and one way to stop them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterable

import structlog

from wireroom.runtime.service import Service
from wireroom.runtime.stray import no_stray_cancellation

log = structlog.get_logger(__name__)


async def run(services: Iterable[Service], stop: asyncio.Event) -> None:
    """Until ``stop``; or until one of them fails or ends unasked, which ends all.

    Raises an ``ExceptionGroup`` of what went wrong; groups may be nested in it.
    """
    async with asyncio.TaskGroup() as running:
        for service in services:
            running.create_task(_run(service, stop), name=service.name)


async def _run(service: Service, stop: asyncio.Event) -> None:
    log.info("started", service=service.name)
    with no_stray_cancellation(service.name):
        await service.run(stop)
    if not stop.is_set():
        raise RuntimeError(f"{service.name} ended without being told to")
    log.info("stopped", service=service.name)


def stop_on_signals() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; the second ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heard)
    return stop
