"""The GET beside a bare loop of the client library, both over TLS; memory; bombs.

Each measurement in a process of its own, ours and the bare one in turn.
python -m tests.bench.fetch HOW PORT AUTHORITY COUNT   one measurement, as JSON
"""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from tests.bench import sites

from wireroom.web.client import Client
from wireroom.web.errors import Failed
from wireroom.web.settings import Settings

AT_ONCE, ROUNDS = 20, 5
HOSTS = 300
COUNT = 300
BOMBS = ("gzip", "gzip, gzip", "br", "zstd")
Get = Callable[[str], Awaitable[int]]


async def _lookup(host: str) -> Sequence[str]:
    return [sites.ADDRESS]


class _Fixed(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: int = 2) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=sites.ADDRESS, port=port, family=2, proto=0, flags=0)
        ]

    async def close(self) -> None: ...


@asynccontextmanager
async def ours(port: int, tls: ssl.SSLContext) -> AsyncIterator[Get]:
    settings = Settings(
        contact="bench@bench.test",
        ports=frozenset({port}),
        allow_networks=(ip_network(f"{sites.ADDRESS}/32"),),
    )
    async with Client(settings, lookup=_lookup, tls=tls) as client:

        async def get(url: str) -> int:
            return len((await client.get(url)).body)

        yield get


@asynccontextmanager
async def bare(port: int, tls: ssl.SSLContext) -> AsyncIterator[Get]:
    """The same shape by hand: streamed, gzip by zlib, one total limit, no checks."""
    connector = aiohttp.TCPConnector(limit=0, ssl=tls, resolver=_Fixed())
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:

        async def get(url: str) -> int:
            async with session.get(url, allow_redirects=False) as answer:
                unpack, body = zlib.decompressobj(31), bytearray()
                async for chunk in answer.content.iter_any():
                    body += unpack.decompress(chunk)
                return len(bytes(body))

        yield get


async def pages(how: str, port: int, authority: str, count: int) -> dict[str, float]:
    """``how``: ours or bare, then kept (alive) or new (connections) or many (at once)."""
    who, way = how.split("-")
    tls = ssl.create_default_context(cafile=authority)
    suffix = "close" if way == "new" else ""
    hosts, at_once = (HOSTS, HOSTS) if way == "many" else (AT_ONCE, AT_ONCE)
    async with {"ours": ours, "bare": bare}[who](port, tls) as get:
        numbers = iter(range(count + hosts))

        async def work(limit: int) -> None:
            for n in numbers:
                size = await get(f"https://n{n % hosts}.bench.test:{port}/page?{n}{suffix}")
                assert size == sites.PAGE_SIZE
                if n >= limit:
                    return

        await asyncio.gather(*(work(0) for _ in range(at_once)))  # first connections, warm
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.gather(*(work(count * 2) for _ in range(at_once)))
        return {
            "ms": (time.process_time() - cpu) / count * 1e3,
            "rate": count / (time.monotonic() - began),
            "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


async def bomb(number: str, port: int, authority: str) -> dict[str, float]:
    """MB above idle at the peak, CPU seconds."""
    tls = ssl.create_default_context(cafile=authority)
    async with ours(port, tls) as get:
        await get(f"https://n0.bench.test:{port}/page")
        idle = psutil.Process().memory_info().rss / 2**20
        cpu = time.process_time()
        with pytest.raises(Failed, match="too_large"):
            await get(f"https://n1.bench.test:{port}/bomb{number}")
        spent = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"mb": peak - idle, "s": spent}


def measure(folder: Path) -> list[str]:
    certificate, key = sites.certificate(folder)
    command = [sys.executable, "-m", "tests.bench.sites", str(certificate), str(key)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        try:
            return ["fetch: the GET, gzip page of 205 KB, TLS", *_lines(port, str(certificate))]
        finally:
            server.stdin.close()


def _lines(port: str, authority: str) -> list[str]:
    lines = []
    for way, title in (("kept", "kept alive"), ("new", "new connections")):
        found: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            for who, runs in found.items():
                runs.append(_run(f"{who}-{way}", port, authority, COUNT))
        ratio = statistics.median(
            a["ms"] / b["ms"] for a, b in zip(found["ours"], found["bare"], strict=True)
        )
        mine, other = (
            {key: statistics.median(run[key] for run in runs) for key in ("ms", "rate")}
            for runs in found.values()
        )
        lines.append(
            f"  {title:16} {mine['ms']:5.2f} ms CPU a page, {mine['rate']:4.0f} pages/s; "
            f"bare {other['ms']:5.2f} ms, {other['rate']:4.0f}; ratio {ratio:.2f}"
        )
    many = _run("ours-many", port, authority, COUNT)
    lines.append(f"  {HOSTS} in flight    {many['rss']:5.0f} MB resident at the peak")
    for number, encoding in enumerate(BOMBS):
        cost = _run(f"bomb-{number}", port, authority, 0)
        lines.append(
            f"  bomb, {encoding:10} {cost['mb']:5.0f} MB over idle, {cost['s'] * 1e3:4.0f} ms CPU"
        )
    return lines


def _run(how: str, port: str, authority: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.fetch", how, port, authority, str(count)]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answer: dict[str, float] = json.loads(out)
    return answer


def main(how: str, port: str, authority: str, count: str) -> None:
    if how.startswith("bomb-"):
        work = bomb(how.removeprefix("bomb-"), int(port), authority)
    else:
        work = pages(how, int(port), authority, int(count))
    sys.stdout.write(json.dumps(asyncio.run(work)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
