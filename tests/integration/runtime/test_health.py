"""What a process answers on its metrics port."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from prometheus_client import CollectorRegistry

from wireroom.cli.picture import picture
from wireroom.cli.scrape import scrape
from wireroom.runtime.health import Health
from wireroom.runtime.service import Rankings

SLOW = {"host": "slow.example", "mean": 4.25, "delay": 2.0, "waiting": 17, "state": "up"}


class Service:
    name = "fetch"
    trouble: str | None = None

    @property
    def ready(self) -> bool:
        return self.trouble is None

    async def run(self, stop: asyncio.Event) -> None: ...


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def get(port: int, path: str) -> tuple[int, Any]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


@asynccontextmanager
async def serving(service: Service) -> AsyncIterator[int]:
    port, stop = free_port(), asyncio.Event()
    health = Health([service], CollectorRegistry(), host="127.0.0.1", port=port)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(health.run(stop))
        async with asyncio.timeout(5):
            await asyncio.to_thread(until_it_answers, port)
        yield port
        stop.set()


def until_it_answers(port: int) -> None:
    for _ in range(500):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)


async def test_readiness_names_the_reason_of_each_service() -> None:
    service = Service()
    async with serving(service) as port:
        assert await asyncio.to_thread(get, port, "/readyz") == (200, {"fetch": "ready"})
        service.trouble = "paused: dns"
        assert await asyncio.to_thread(get, port, "/readyz") == (503, {"fetch": "paused: dns"})
        assert await asyncio.to_thread(get, port, "/livez") == (200, {"alive": True})


async def test_rankings_come_from_whoever_keeps_them_to_top() -> None:
    class Fetching(Service):
        def rankings(self) -> Rankings:
            return {"slowest_hosts": [SLOW]}

    async with serving(Fetching()) as port:
        found = await asyncio.to_thread(get, port, "/rankings")
        assert found == (200, {"slowest_hosts": [SLOW]})
        seen = await asyncio.to_thread(scrape, [f"127.0.0.1:{port}"])
    assert picture(seen, seen).slowest_hosts == [SLOW]


async def test_without_any_there_are_none() -> None:
    async with serving(Service()) as port:
        assert await asyncio.to_thread(get, port, "/rankings") == (200, {})
        seen = await asyncio.to_thread(scrape, [f"127.0.0.1:{port}"])
    assert picture(seen, seen).slowest_hosts == ()
