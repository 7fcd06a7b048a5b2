from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from wireroom.embedded import servers as module
from wireroom.embedded.addresses import Addresses
from wireroom.embedded.errors import EmbeddedError
from wireroom.embedded.servers import Servers
from wireroom.embedded.settings import Settings


@dataclass
class Running:
    name: str
    died: bool = False


def servers(said: list[str], tmp_path: Path) -> Servers:
    place = module._Place(tmp_path, Settings(), said.append, [])
    kafka, postgres = cast(Any, Running("kafka")), cast(Any, Running("postgres"))
    return Servers(Addresses("", "", {}), kafka, postgres, place)


async def test_the_start_up_cache_is_made_once_the_servers_have_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()

    async def build(settings: Settings) -> None:
        stop.set()

    monkeypatch.setattr(module, "build_archive", build)
    monkeypatch.setattr(module, "SETTLED", 0.01)
    async with asyncio.timeout(5):
        await servers([], tmp_path).watch(stop)


async def test_a_cache_that_cannot_be_made_is_only_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, said = asyncio.Event(), list[str]()

    async def build(settings: Settings) -> None:
        stop.set()
        raise EmbeddedError("no jars")

    monkeypatch.setattr(module, "build_archive", build)
    monkeypatch.setattr(module, "SETTLED", 0.01)
    await servers(said, tmp_path).watch(stop)
    assert said == ["Kafka's start-up cache was not built, starts stay as they are: no jars"]


async def test_nothing_is_built_when_the_servers_are_stopped_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Settings] = []

    async def build(settings: Settings) -> None:
        built.append(settings)

    monkeypatch.setattr(module, "build_archive", build)
    stop = asyncio.Event()
    stop.set()
    await servers([], tmp_path).watch(stop)
    assert built == []
