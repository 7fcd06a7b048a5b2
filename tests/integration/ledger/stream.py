"""What a pipeline would write: intake records and the journal's lines about them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from wireroom import urls
from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.headers import FINGERPRINT
from wireroom.wire.schemas import Schemas
from wireroom.wire.transport import Producer

CODEC = Codec(Schemas())
WAY = ("fetch", "clean", "classify")
ENDS = ("indexed", "indexed", "indexed", "duplicate", "revised", "unchanged")
START = datetime.now(UTC).replace(microsecond=0)


def url(number: int) -> str:
    return f"https://news-{number % 7}.example/story/{number}"


def line(
    submission: UUID, number: int, stage: str, event: str, second: float, **more: Any
) -> ArticleJournal:
    article = urls.article_id(url(number))
    fields = {
        "subject_id": article, "article_id": article, "submission_id": submission, "stage": stage,
        "event": event, "accepted_at": START, "at": START + timedelta(seconds=second),
        "waited_ms": 2.0, "worked_ms": 3.0, "record_topic": f"articles.{stage}",
        "record_partition": number % 3, "record_offset": number, "instance": f"{stage}-test",
        "versions": {stage: "1"},
    }  # fmt: skip
    return ArticleJournal(**{**fields, **more})


def way(submission: UUID, number: int, end: str = "indexed") -> list[ArticleJournal]:
    passed = [line(submission, number, stage, "passed", n) for n, stage in enumerate(WAY, 1)]
    return [*passed, line(submission, number, "index", end, 4)]


def mixed(
    numbers: Iterable[int], chance: random.Random
) -> tuple[dict[UUID, int], list[ArticleJournal]]:
    """Submissions, and all their lines in a disorder that a real journal could have."""
    accepted, lines = {}, list[ArticleJournal]()
    for number in numbers:
        key = UUID(int=chance.getrandbits(128), version=4)
        accepted[key] = number
        kind = chance.randrange(10)
        if kind == 0:
            lines.append(line(key, number, "fetch", "dead", 1, reason="http_404"))
        elif kind == 1:
            lines += way(key, number)[:1]
            lines.append(line(key, number, "clean", "dropped", 2, reason="too_short"))
        elif kind == 2:
            lines += way(key, number)[:2]
        else:
            lines += way(key, number, chance.choice(ENDS))
    lines += chance.sample(lines, len(lines) // 10)
    chance.shuffle(lines)
    return accepted, lines


async def hand_in(producer: Producer, submissions: dict[UUID, int]) -> None:
    mark = {FINGERPRINT: CODEC.fingerprint(ArticleSubmitted)}
    acks = [
        await producer.send(
            ArticleSubmitted.topic,
            key=urls.host(url(number)).encode(),
            value=CODEC.encode(ArticleSubmitted(url=url(number), submitted_by="test")),
            headers={**headers.first(key), **mark},
        )
        for key, number in submissions.items()
    ]
    for acked in acks:
        await acked


async def journal(producer: Producer, lines: Sequence[ArticleJournal]) -> None:
    mark = {FINGERPRINT: CODEC.fingerprint(ArticleJournal)}
    acks = [
        await producer.send(
            ArticleJournal.topic, key=entry.key, value=CODEC.encode(entry), headers=mark
        )
        for entry in lines
    ]
    for acked in acks:
        await acked


async def send(
    producer: Producer, topic: str, key: bytes | None, value: bytes, sent: dict[str, bytes]
) -> None:
    await (await producer.send(topic, key=key, value=value, headers=sent))


def new() -> UUID:
    return uuid4()
