"""The topics there have to be."""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.wire.event import Event

LEAST_LIMIT = 1024 * 1024  # the broker's limit counts whole batches, and ours reach 256 KB
DEAD_ROOM = 256 * 1024  # what a dead letter's headers may add to the record that it keeps
DEAD_PARTITIONS = 3
DEAD_DAYS = 30
TIERS = {"retry.1m": 60.0, "retry.10m": 600.0, "retry.2h": 7200.0}  # seconds, shortest first
TIER_PARTITIONS = 3
TIER_DAYS = 7


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it has to be; ``max_bytes`` of one record."""

    name: str
    partitions: int
    retention_days: int
    max_bytes: int
    event: str  # what lies in it, for people

    def configuration(self) -> dict[str, str]:
        """``LogAppendTime``: when something was accepted is the broker's word, not the sender's.

        ``max_bytes`` is what a record may have; what a batch may have is never less than ours.
        """
        return {
            "retention.ms": str(self.retention_days * 86_400_000),
            "max.message.bytes": str(max(self.max_bytes, LEAST_LIMIT)),
            "message.timestamp.type": "LogAppendTime",
        }


def of_event(kind: type[Event]) -> Topic:
    return Topic(kind.topic, kind.partitions, kind.retention_days, kind.max_bytes, kind.__name__)


def of_dead_letters(stage: str, consumes: type[Event]) -> Topic:
    """A dead letter always fits: else one foreign record would stop a worker for ever."""
    return Topic(
        dead(stage), DEAD_PARTITIONS, DEAD_DAYS, consumes.max_bytes + DEAD_ROOM, "the original"
    )


def dead(stage: str) -> str:
    return f"dead.{stage}"


def tier_for(wait: float) -> str:
    """The topic for something that is due in ``wait`` seconds: the longest that is not longer."""
    fitting = [name for name, seconds in TIERS.items() if seconds <= wait]
    return fitting[-1] if fitting else next(iter(TIERS))


def of_tiers(largest: int) -> list[Topic]:
    """Shared by all stages: they take the ``largest`` record of any, and our headers."""
    size = largest + DEAD_ROOM
    return [Topic(name, TIER_PARTITIONS, TIER_DAYS, size, "the original") for name in TIERS]
