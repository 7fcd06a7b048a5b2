"""The embedded servers in a thread of their own, for parts that start processes and wait."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from wireroom.embedded.addresses import Addresses
from wireroom.embedded.servers import servers


@contextmanager
def kafka_and_postgres(data: Path) -> Iterator[Addresses]:
    """Both servers, empty, on ports far from the product's; stopped at the end."""
    started: Future[tuple[Addresses, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        base, stop = random.randrange(12_000, 20_000), asyncio.Event()
        async with servers(
            data, say=lambda line: None, kafka_port=base, postgres_port=base + 1_000
        ) as running:
            started.set_result((running.addresses, asyncio.get_running_loop(), stop))
            await stop.wait()

    def serve() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        addresses, loop, stop = started.result()
        try:
            yield addresses
        finally:
            loop.call_soon_threadsafe(stop.set)
    finally:
        thread.join()
