"""The language model's file is gone while clean or classify runs: the stage waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client import CollectorRegistry

from wireroom import classify, clean, urls
from wireroom.events import (
    Article,
    ArticleCleaned,
    ArticleFetched,
    ArticleJournal,
    Hint,
    Submission,
)
from wireroom.runtime import Transient, Unavailable, fuse
from wireroom.runtime.fuse import Fuse
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.retry import Backoff
from wireroom.runtime.stage import Stage
from wireroom.runtime.worker import Worker
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.memory import MemoryBroker
from wireroom.wire.schemas import Schemas

CODEC = Codec(Schemas())
RECORDS = 40
FEW = 7  # of those that cost a process each
TEXT = "The ferry to the island was late again on Monday, and nobody could say why."

# Stands before the real package on the children's path, and reads the file as a sign.
LOADER = """
import pathlib, sys
if not pathlib.Path({model!r}).exists():
    raise FileNotFoundError(2, "No such file or directory", {model!r})
sys.path.remove({here!r})
del sys.modules["py3langid"]
import py3langid
sys.modules["py3langid"] = py3langid
"""


class Model:
    """A file without which no child can load the model."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.comes_back()

    def is_lost(self) -> None:
        self._path.unlink()

    def comes_back(self) -> None:
        self._path.touch()


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    path, here = tmp_path / "model", tmp_path / "path"
    (here / "py3langid").mkdir(parents=True)
    text = LOADER.format(model=str(path), here=str(here))
    (here / "py3langid" / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(str(here))
    monkeypatch.setattr(fuse, "FIRST", 0.05)
    monkeypatch.setattr(fuse, "CAP", 0.2)
    return Model(path)


def stage_of(name: str) -> Any:
    if name == "clean":
        return clean.stage(clean.Settings(processes=1))
    return classify.stage(classify.Settings(processes=1))


def event_of(name: str, number: int) -> Event:
    url = f"https://a.example/{number}"
    key, submission = urls.article_id(url), Submission(url=url)
    if name == "clean":
        return ArticleFetched(
            article_id=key, submission=submission, hint=Hint(), text=TEXT,
            fetched_at=datetime.now(UTC),
        )  # fmt: skip
    return ArticleCleaned(article_id=key, submission=submission, article=Article(text=TEXT))


class Running:
    """One stage with its real processes, over a broker in memory."""

    def __init__(self, stage: Stage[Any]) -> None:
        self.broker = MemoryBroker(partitions=1)
        self.registry = CollectorRegistry()
        self.name, self.topic = stage.name, stage.consumes.topic
        self.out = stage.produces[0].topic
        journal = Journal(ArticleJournal, stage=stage.name, instance="test", versions={})
        self.task: asyncio.Task[None] | None = None
        self.worker = Worker(stage, self.broker, CODEC, Metrics(self.registry, "test"), journal)

    async def publish(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            event = event_of(self.name, number)
            sent = self.broker.send(
                self.topic, key=event.key, value=CODEC.encode(event), headers=headers.first()
            )
            await (await sent)

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(40):
            while not reached():
                if self.task is not None and self.task.done():
                    self.task.result()
                await asyncio.sleep(0.02)

    def done(self) -> int:
        return len(self.broker.records(self.out))

    def buried(self) -> int:
        return len(self.broker.records(f"dead.{self.name}"))

    def paused(self) -> bool:
        labels = {"stage": self.name, "reason": "pool_start"}
        return bool(self.registry.get_sample_value("wireroom_pipeline_paused", labels))

    def committed(self) -> int:
        (partition,) = self.broker.partitions(self.topic)
        return self.broker.mark(self.name, partition).offset


@asynccontextmanager
async def running(
    name: str, change: Callable[[Stage[Any]], Stage[Any]] = lambda stage: stage
) -> AsyncIterator[Running]:
    stop = asyncio.Event()
    async with stage_of(name) as stage:
        found = Running(change(stage))
        found.task = asyncio.create_task(found.worker.run(stop))
        try:
            yield found
        finally:
            stop.set()
            await found.task


def kill_children() -> None:
    """With the nursery that has the model in memory: the next task needs one that has to load it."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            line = " ".join(child.cmdline())
            if "pool_child" in line or "wireroom.runtime.nursery" in line:
                child.kill()


def blamed_on_the_data(stage: Stage[Any]) -> Stage[Any]:
    """As if a process that can't be started were a failure of the article."""
    inner = stage.handle
    assert inner is not None

    async def handle(event: Any) -> Any:
        try:
            return await inner(event)
        except Unavailable as error:
            raise Transient(error.reason, str(error)) from error

    return replace(stage, handle=handle, backoff=Backoff(waits=()))


@pytest.mark.parametrize("name", ["clean", "classify"])
async def test_the_stage_pauses_keeps_its_records_and_goes_on_when_the_file_is_back(
    model: Model, name: str
) -> None:
    async with running(name) as stage:
        await stage.publish(0, 2)
        await stage.until(lambda: stage.done() == 2)
        model.is_lost()
        kill_children()
        await stage.publish(2, RECORDS)
        await stage.until(stage.paused)
        waits = stage.worker._fuse._wait
        await stage.until(
            lambda: stage.worker._fuse._wait > waits or waits == fuse.CAP
        )  # it probes
        assert stage.committed() <= 2
        model.comes_back()
        await stage.until(lambda: stage.done() == 2 + RECORDS)
        await stage.until(lambda: not stage.paused())
    assert stage.buried() == 0


@pytest.mark.parametrize("name", ["clean", "classify"])
async def test_without_the_file_it_does_not_start_and_takes_nothing(
    model: Model, name: str
) -> None:
    model.is_lost()
    with pytest.raises(Unavailable, match="pool_start"):
        async with stage_of(name):
            raise AssertionError("it has started")


@pytest.mark.parametrize("limit", [3, 10**9])
async def test_negative_control_blamed_on_the_articles_all_are_buried_but_for_the_fuse(
    model: Model, limit: int
) -> None:
    async with running("classify", blamed_on_the_data) as stage:
        stage.worker._fuse = Fuse(stage.worker._fuse_changed, limit=limit)
        model.is_lost()
        kill_children()
        await stage.publish(0, FEW)
        if limit > FEW:
            await stage.until(lambda: stage.buried() == FEW)
            return
        await stage.until(stage.paused)
        assert stage.buried() == limit - 1
        model.comes_back()
        await stage.until(lambda: stage.done() == FEW - (limit - 1))
