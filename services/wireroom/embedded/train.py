"""Make Java's start-up cache (``aot``) with a throw-away broker, when nobody waits for it."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from wireroom.embedded import aot, kafka
from wireroom.embedded.jars import fetch, jgo_download, load_lock
from wireroom.embedded.java import find_java
from wireroom.embedded.ports import next_free
from wireroom.embedded.process import Program, Server
from wireroom.embedded.settings import Settings

FIRST_PORT = 29_092


async def build_archive(settings: Settings) -> Path | None:
    """Make the cache unless it exists, Java is too old for it, or ``CI`` is set.

    Takes about 7 s of one core, at the lowest priority. The user's broker is not used for it: the
    one that trains takes 5 s to stop. Cancelled, it leaves nothing behind. Returns what it made.

    Raises ``EmbeddedError``: the jars can't be had, or the broker did not start.
    """
    java, lock = find_java(settings.java), load_lock()
    archive = aot.archive(settings.cache, java, lock, kafka.JVM)
    if settings.ci or archive is None or archive.exists():
        return None
    download = jgo_download(settings.maven_mirror)
    jars = await asyncio.to_thread(fetch, lock, settings.cache, settings.m2, download, _silent)
    folder = Path(tempfile.mkdtemp(prefix=".train-", dir=settings.cache))
    try:
        port = next_free(FIRST_PORT)
        broker = kafka.Broker(folder, folder / "log", port, next_free(port + 1))
        program = kafka.program(broker, java, lock, jars, None)
        await _start_and_stop(_training(program, ["nice", "-n", "19"], folder / "aot"))
        os.replace(folder / "aot", archive)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return archive


def _training(program: Program, prefix: list[str], output: Path) -> Program:
    def prepare() -> list[str]:
        words = program.prepare()
        return [*prefix, words[0], f"-XX:AOTCacheOutput={output}", *words[1:]]

    return replace(program, prepare=prepare, stop_limit=120.0)


async def _start_and_stop(program: Program) -> None:
    server = Server(program, os.getpid())
    try:
        await server.start()
        await server.stop()
    finally:
        server.kill9()


def _silent(line: str) -> None:
    """The jars are there already; should one be fetched again, nobody needs to know."""
