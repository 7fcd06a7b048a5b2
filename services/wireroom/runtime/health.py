"""What a process tells about itself over HTTP: ``/metrics``, ``/livez``, ``/readyz``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from wireroom.runtime.service import Service


class Health:
    """A service beside those that it tells of. Binds ``host:port``.

    Alive: it answers, so the event loop turns; the watchdog ends what does not progress.
    Ready: every service does its work.
    """

    name = "health"
    ready = True

    def __init__(
        self, services: Sequence[Service], registry: CollectorRegistry, *, host: str, port: int
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
        states = {service.name: service.ready for service in self._services}
        return web.json_response(states, status=200 if all(states.values()) else 503)
