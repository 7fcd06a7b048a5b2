"""A stage that can't read what the stage before writes: the fuse, tested where it is fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from wireroom.events import ArticleFetched, ArticleJournal, ArticleSubmitted
from wireroom.runtime import Delivery, Stage, batch, worker
from wireroom.runtime.batch import BatchWorker
from wireroom.runtime.fuse import LIMIT, Fuse
from wireroom.runtime.journal import Journal
from wireroom.runtime.stage import Checkpoint, Drop, Outcome
from wireroom.runtime.worker import Worker
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Partition

Rig = Any
Follow = Callable[..., ArticleFetched]
CODEC = Codec(Schemas())
FETCHED = ArticleFetched.topic
UNKNOWN = b"\x00\x00\x00\x03\xe7rest"
RECORDS = 60


class Behind(Codec):
    """The reader of a version that does not know today's schemas yet."""

    def __init__(self) -> None:
        super().__init__(Schemas())
        self.upgraded = False
        self.asked = 0

    def decode(self, data: bytes, kind: type[Any], headers: Any = None) -> Any:
        self.asked += 1
        if not self.upgraded:
            raise Undecodable("unknown_schema", "no schema has the id 999")
        return super().decode(data, kind, headers or {})


class Places:
    """Offsets of the only worker that there is."""

    def __init__(self) -> None:
        self.reached: dict[Partition, int] = {}

    async def claim(self, partitions: Any) -> Mapping[Partition, int]:
        return {p: self.reached[p] for p in partitions if p in self.reached}

    def checkpoint(self, reached: Mapping[Partition, int]) -> Checkpoint:
        places = self

        class Saved:
            async def save(self, connection: Any) -> None:
                places.reached |= reached

        return Saved()

    def saved(self, checkpoint: Checkpoint) -> None:
        pass


class Reading:
    """The two loops, each over a stage that takes what an earlier stage wrote."""

    def __init__(self, rig: Rig, codec: Codec, kind: type[Any] = ArticleFetched) -> None:
        self.rig, self.codec, self.kind = rig, codec, kind
        self.read: list[str] = []
        self.places = Places()
        self._journal = Journal(ArticleJournal, stage="clean", instance="clean@test", versions={})

    def single(self) -> Worker[Any]:
        async def handle(event: Any) -> Outcome:
            self.read.append(event.text or "")
            return Drop("seen")

        stage = Stage(
            name="clean", consumes=self.kind, produces=(), handle=handle, concurrency=8
        )  # fmt: skip
        return Worker(stage, self.rig.broker, self.codec, self.rig.metrics, self._journal)

    def batch(self) -> BatchWorker[Any]:
        async def handle(deliveries: Sequence[Delivery[Any]], checkpoint: Checkpoint) -> None:
            await checkpoint.save(None)
            self.read += [d.event.text or "" for d in deliveries]

        stage = Stage(
            name="clean", consumes=self.kind, produces=(), handle_batch=handle,
            offsets=self.places, batch_size=16, batch_wait=0.0,
        )  # fmt: skip
        return BatchWorker(stage, self.rig.broker, self.codec, self.rig.metrics, self._journal)

    async def send(self, value: bytes, mark: bytes | None = None) -> None:
        headers = {FINGERPRINT: mark} if mark else {}
        await (await self.rig.broker.send(self.kind.topic, key=None, value=value, headers=headers))

    async def fill(self, follows: Follow, count: int = RECORDS) -> None:
        for number in range(count):
            event = follows(ArticleSubmitted(text=str(number)))
            await self.send(CODEC.encode(event), CODEC.fingerprint(ArticleFetched))

    def buried(self) -> int:
        return len(self.rig.broker.records("dead.clean"))

    def paused(self, reason: str) -> bool:
        labels = {"stage": "clean", "reason": reason}
        value = self.rig.registry.get_sample_value("wireroom_pipeline_paused", labels)
        return bool(value)


@pytest.fixture(params=["single", "batch"])
def loop(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_stage_that_can_read_nothing_pauses_keeps_its_records_and_goes_on_by_itself(
    rigged: Callable[..., Rig], follows: Follow, loop: str
) -> None:
    codec = Behind()
    reading = Reading(rigged(partitions=1), codec)
    behind = getattr(reading, loop)()
    async with reading.rig.running(behind):
        await reading.fill(follows)
        await reading.rig.until(lambda: reading.paused("unknown_schema"))
        await reading.rig.until(lambda: codec.asked > 3 * RECORDS)  # probes
        kept = reading.buried()
        assert kept < LIMIT
        codec.upgraded = True
        await reading.rig.until(lambda: len(reading.read) == RECORDS - kept)
        await reading.rig.until(lambda: not reading.paused("unknown_schema"))
    assert reading.buried() == kept


async def test_negative_control_without_a_fuse_the_topic_is_poured_into_the_dead_letters(
    rigged: Callable[..., Rig], follows: Follow, loop: str
) -> None:
    reading = Reading(rigged(partitions=1), Behind())
    behind = getattr(reading, loop)()
    behind._fuse = Fuse(behind._fuse_changed, limit=10**9)
    async with reading.rig.running(behind):
        await reading.fill(follows)
        await reading.rig.until(lambda: reading.buried() == RECORDS)


async def test_a_writer_with_another_schema_under_a_known_id_counts_too(
    rigged: Callable[..., Rig], follows: Follow, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (worker, batch):
        monkeypatch.setattr(module, "DRAIN", 0.02)  # what is held is held at the end too
    reading = Reading(rigged(partitions=1), CODEC)
    value = CODEC.encode(follows(ArticleSubmitted(text="x")))
    async with reading.rig.running(getattr(reading, loop)()):
        for _ in range(RECORDS):
            await reading.send(value, b"anothers")
        await reading.rig.until(lambda: reading.paused("schema_mismatch"))
        assert reading.buried() < LIMIT


async def test_single_ones_that_nobody_can_read_are_buried_among_others(
    rigged: Callable[..., Rig], follows: Follow, loop: str
) -> None:
    reading = Reading(rigged(partitions=1), CODEC)
    async with reading.rig.running(getattr(reading, loop)()):
        for _ in range(RECORDS):
            await reading.send(UNKNOWN)
            await reading.fill(follows, 1)
        await reading.rig.until(lambda: len(reading.read) == RECORDS)
        await reading.rig.until(lambda: reading.buried() == RECORDS)
    assert not reading.paused("unknown_schema")


async def test_on_the_intake_a_foreign_clients_schemas_never_pause_the_stage(
    rigged: Callable[..., Rig], loop: str
) -> None:
    reading = Reading(rigged(partitions=1), CODEC, ArticleSubmitted)
    async with reading.rig.running(getattr(reading, loop)()):
        for _ in range(RECORDS):
            await reading.send(UNKNOWN)
        await reading.rig.until(lambda: reading.buried() == RECORDS)
    assert not reading.paused("unknown_schema")


@pytest.mark.parametrize("value", [b"\xff\xfe", b"\x00\x00\x00\x00\x02\x00", b"{}"])
async def test_what_no_version_could_read_is_buried_at_once(
    rigged: Callable[..., Rig], loop: str, value: bytes
) -> None:
    reading = Reading(rigged(partitions=1), CODEC)
    async with reading.rig.running(getattr(reading, loop)()):
        for _ in range(RECORDS):
            await reading.send(value)
        await reading.rig.until(lambda: reading.buried() == RECORDS)
