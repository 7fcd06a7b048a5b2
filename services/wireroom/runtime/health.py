"""What a process tells of itself by HTTP: ``/metrics``, ``/livez``, ``/readyz``, ``/rankings``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from wireroom.runtime.service import Service, rankings, trouble


class Health:
    """A service beside those that it tells of. Binds ``host:port``.

    Alive: it answers, so the event loop turns; the watchdog ends what does not progress.
    Ready: every service does its work; else 503, and why by service. To restart for it would
    mend nothing that the watchdog does not see to.
    """

    name = "health"
    ready = True

    def __init__(
        self,
        services: Sequence[Service],
        registry: CollectorRegistry,
        *,
        host: str,
        port: int,
    ) -> None:
        self._services = services
        self._registry = registry
        self._host = host
        self._port = port

    async def run(self, stop: asyncio.Event) -> None:
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/livez", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/rankings", self._ranked)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            await stop.wait()
        finally:
            await runner.cleanup()

    async def _metrics(self, request: web.Request) -> web.Response:
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": kind})

    async def _alive(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _ready(self, request: web.Request) -> web.Response:
        states = {service.name: trouble(service) for service in self._services}
        said = {name: why or "ready" for name, why in states.items()}
        return web.json_response(said, status=503 if any(states.values()) else 200)

    async def _ranked(self, request: web.Request) -> web.Response:
        return web.json_response(rankings(self._services))
