"""``run``: single services against servers that are there. What compose does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from wireroom.cli.composition import WRITING
from wireroom.cli.connections import connected
from wireroom.cli.services import services
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.runtime import logs, process
from wireroom.runtime.errors import Unavailable
from wireroom.runtime.health import Health
from wireroom.runtime.stage import Fenced
from wireroom.runtime.watchdog import Stalled
from wireroom.wire.transport import Gone

log = structlog.get_logger(__name__)

TELLING = (Gone, Fenced, Stalled, Unavailable, OSError, Trouble)
"""What ends a worker in the ordinary course of trouble: a sentence says it, no traceback."""


def run(names: list[str], settings: Settings, data: Path) -> int:
    logs.configure(settings.process)
    needed = not WRITING.isdisjoint(names)
    return asyncio.run(_run(names, connected(settings, data, postgres=needed)))


async def _run(names: list[str], settings: Settings) -> int:
    stop = process.stop_on_signals()
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    failures: list[BaseException] = []
    try:
        async with services(names, settings, registry) as running:
            health = Health(
                running,
                registry,
                host=settings.process.metrics_host,
                port=settings.process.metrics_port,
            )
            await process.run([*running, health], stop)
    except* TELLING as group:
        failures = list(_leaves(group))
    for failure in failures:
        log.error("ended", why=str(failure), kind=type(failure).__name__)
    return 1 if failures else 0


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
