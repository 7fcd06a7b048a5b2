"""What the client notices that nobody up there would see, and who wants to hear of it."""

from __future__ import annotations

from typing import Protocol

ASK_EVERY = 1.0  # seconds between two looks at the clocks; each send could tell


class Watcher(Protocol):
    def producer_rebuilt(self) -> None:
        """The broker refused for good, and a new producer took the old one's place."""

    def commit_refused(self) -> None:
        """The partitions were no longer ours."""

    def clock_skew(self, seconds: float) -> None:
        """By how much the broker's clock is at least ahead of ours; negative: behind."""

    def topic_partitions(self, topic: str, count: int) -> None:
        """How many there are, whoever reads them."""


class Nobody:
    """Hears nothing."""

    def producer_rebuilt(self) -> None:
        pass

    def commit_refused(self) -> None:
        pass

    def clock_skew(self, seconds: float) -> None:
        pass

    def topic_partitions(self, topic: str, count: int) -> None:
        pass


def skew(stamped: float, sent: float, acked: float) -> float:
    """Seconds that the broker's clock is at least ahead of ours; negative: behind.

    The broker stamped a record between our sending it and our hearing of it. A stamp within
    proves nothing, and is 0; one outside is off by at least its distance.
    """
    if stamped > acked:
        return stamped - acked
    return min(0.0, stamped - sent)
