"""A link between two sockets, cut, frozen and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from wireroom.verify.network import Link, link


@asynccontextmanager
async def echo() -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@asynccontextmanager
async def linked() -> AsyncIterator[Link]:
    async with echo() as port, link(port) as made:
        yield made


async def call(made: Link, words: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    try:
        return await asked(reader, writer, words)
    finally:
        writer.close()


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: bytes) -> bytes:
    writer.write(words)
    async with asyncio.timeout(1):
        return await reader.readexactly(len(words))


async def test_it_carries_both_ways() -> None:
    async with linked() as made:
        assert await call(made, b"hello") == b"hello"


async def test_a_cut_resets_what_is_open_and_takes_nothing_new_until_mended() -> None:
    async with linked() as made:
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        assert await asked(reader, writer, b"a") == b"a"
        made.cut()
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await asked(reader, writer, b"b")
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await call(made, b"c")
        made.mend()
        assert await call(made, b"d") == b"d"
        writer.close()


async def test_a_frozen_link_stays_open_and_silent_and_is_reset_when_mended() -> None:
    async with linked() as made:
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        assert await asked(reader, writer, b"a") == b"a"
        made.freeze()
        writer.write(b"b")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
        made.mend()
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await asked(reader, writer, b"c")
        assert await call(made, b"d") == b"d"
        writer.close()


async def test_a_server_that_is_away_is_a_reset() -> None:
    async with echo() as port:
        pass
    async with link(port) as made:
        with pytest.raises((OSError, asyncio.IncompleteReadError)):
            await call(made, b"a")


async def test_a_slow_link_is_late_each_way_until_mended() -> None:
    async with linked() as made:
        made.slow(0.05)
        began = asyncio.get_running_loop().time()
        assert await call(made, b"hello") == b"hello"
        assert asyncio.get_running_loop().time() - began >= 0.1
        made.mend()
        assert await call(made, b"again") == b"again"
