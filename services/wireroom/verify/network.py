"""A link that can be broken: a TCP proxy between the workers and one server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
CHUNK = 65_536


class Link:
    """Carries connections from ``port`` to ``target``, a port of the same machine, while it may."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut = False
        self._delay = 0.0
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Every connection is reset, and new ones are refused."""
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Nothing comes through, and nobody is told: connections stay, half open for both ends."""
        self._flowing.clear()

    def slow(self, seconds: float) -> None:
        """Everything comes through that much later, each way."""
        self._delay = seconds

    def mend(self) -> None:
        """What was frozen is reset, as by a firewall that has forgotten the connection."""
        if not self._flowing.is_set():
            for writer in self._writers:
                writer.transport.abort()
        self._cut = False
        self._delay = 0.0
        self._flowing.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        await self._flowing.wait()
        try:
            there, away = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, away}
        self._writers |= ends
        try:
            await asyncio.gather(self._pump(reader, away), self._pump(there, writer))
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def link(target: int) -> AsyncIterator[Link]:
    """A link that is open; its port is the system's choice."""
    made = Link(target)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(made.carry(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, HOST, 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
