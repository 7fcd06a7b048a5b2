"""What the parts share when they are put together: topics, the broker, the codec."""

from __future__ import annotations

from functools import cache

from wireroom import __version__
from wireroom.cli.settings import Settings
from wireroom.events import (
    ArticleClassified,
    ArticleCleaned,
    ArticleFetched,
    ArticleIndexed,
    ArticleJournal,
    ArticleSubmitted,
)
from wireroom.runtime.journal import Journal
from wireroom.wire import topics
from wireroom.wire.codec import Codec
from wireroom.wire.event import Event
from wireroom.wire.kafka import KafkaBroker
from wireroom.wire.kafka.watcher import Watcher
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import host_name
from wireroom.wire.topics import Topic

STAGES: dict[str, type[Event]] = {
    "fetch": ArticleSubmitted,
    "clean": ArticleFetched,
    "classify": ArticleCleaned,
    "index": ArticleClassified,
}
"""Name → the event that it consumes, in the order of an article's way."""

SERVICES = (*STAGES, "relay", "ledger", "canary")
"""What ``wireroom run`` knows."""

WRITING = frozenset(("index", "ledger"))
"""Those that can do nothing without Postgres."""

LARGEST = max(STAGES.values(), key=lambda kind: kind.max_bytes)
"""The relay moves the records of all stages."""

BURIERS: dict[str, type[Event]] = {**STAGES, "relay": LARGEST}
"""Name → the event whose records it buries."""


def all_topics() -> list[Topic]:
    """Those of events, then the retry tiers, then the dead letters of each stage."""
    beside = (ArticleIndexed, ArticleJournal)
    kinds: list[type[Event]] = [*STAGES.values(), *beside]
    return [
        *(topics.of_event(kind) for kind in kinds),
        *topics.of_tiers(LARGEST.max_bytes),
        *(topics.of_dead_letters(name, kind) for name, kind in BURIERS.items()),
    ]


def broker(
    settings: Settings, *, instance: str | None = None, watcher: Watcher | None = None
) -> KafkaBroker:
    limits = {topic.name: topic.max_bytes for topic in all_topics()}
    return KafkaBroker(settings.kafka, limits=limits, instance=instance, watcher=watcher)


@cache
def codec() -> Codec:
    return Codec(Schemas())


def replay_journal(stage: str) -> Journal:
    """For what is put back by hand: the line stands under the stage that had buried it."""
    return Journal(
        ArticleJournal,
        stage=stage,
        instance=f"replay-{host_name()}",
        versions={"replay": __version__},
    )
