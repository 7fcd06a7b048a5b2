"""A stage's place in its consumer group: partitions, offsets, lag, and the watchdog over it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping

from wireroom.runtime.metrics import Lag, StageMetrics
from wireroom.runtime.offsets import Offsets
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.runtime.watchdog import Watchdog
from wireroom.wire.transport import Consumer, Gone, Partition

COMMIT_EVERY = 1.0  # 0.2 s made no visible difference to what a kill repeats
TOLD = 12.0  # seconds: longer than two scrapes are apart, 10 s in deploy/prometheus
ASK_AFTER = 15.0  # seconds of quiet before the broker is asked for the ends
REBALANCE = 15.0  # seconds that one may take: the drain of the others, and joining


class Member:
    """Bookkeeping that every worker does once a second, whatever it does with the records."""

    def __init__(self, metrics: StageMetrics, watchdog: Watchdog, retention: float) -> None:
        """``retention``: seconds for which the topic keeps a record."""
        self.offsets = Offsets()
        self.consumer: Consumer | None = None
        self.joined = False
        self.watchdog = watchdog
        self._metrics = metrics
        self._retention = retention
        self._mine: Collection[Partition] = ()
        self._held = time.monotonic()  # when our partitions were last known to be ours
        self._heard = time.monotonic()  # when a record was last finished, or the broker asked
        self._asked = False  # since the partitions came
        self._starts: Mapping[Partition, int] = {}  # where they began
        self._stands: dict[Partition, tuple[int | None, float]] = {}  # what is reached, since when

    async def keep_house(self) -> None:
        """Commit, report the lag, feed or heed the watchdog; until cancelled."""
        with no_stray_cancellation("keeping the place in the group"):
            while True:
                await asyncio.sleep(COMMIT_EVERY)
                await self.look_after()

    async def look_after(self) -> None:
        """Once. Raises ``Gone`` and ``Stalled``."""
        await self.commit()
        await self._ask()
        self.watchdog.check(self._report_lag())

    async def _ask(self) -> None:
        """The broker, for what records don't tell: a consumer that is silent sees nothing wait."""
        consumer, mine, now = self.consumer, self._mine, time.monotonic()
        if consumer is None:
            return
        if consumer.assigned() or not mine:
            self._held = now
        # Not the watchdog's clock: that is fed while nothing seems to wait.
        if self._asked and now - self._heard <= ASK_AFTER:
            return
        self._asked, self._heard = True, now
        await consumer.refresh()
        if any(partition not in self._starts for partition in mine):
            starts = await consumer.places()
            if mine is self._mine:  # no rebalance in between
                self._starts = starts

    def trouble(self, paused: str | None) -> str | None:
        """Why the stage does not do its work; None when it does. ``paused``: by its fuse."""
        if not self.joined:
            return "not in its group yet"
        if paused:
            return f"paused: {paused}"
        if (without := time.monotonic() - self._held) > REBALANCE:
            return f"without its partitions for {without:.0f} s"
        if self.watchdog.restless:
            return f"records wait and none was finished for {self.watchdog.hungry:.0f} s"
        return None

    async def commit(self) -> None:
        if self.consumer and (moved := self.offsets.take_committable()):
            await self.consumer.commit(moved)

    async def commit_last(self) -> None:
        """At the end, when the broker may be what has failed."""
        try:
            await self.commit()
        except Gone:
            return  # the records come again

    def took(self, partitions: Collection[Partition]) -> None:
        """After a rebalance."""
        for partition in set(self._mine) - set(partitions):
            self._metrics.no_lag(partition)
            self._stands.pop(partition, None)
        self._mine = list(partitions)
        self._asked, self._starts = False, {}
        self._held = time.monotonic()
        self.joined = True
        self.watchdog.fed()
        self._metrics.rebalances.inc()
        self._metrics.assigned.set(len(partitions))
        for partition in partitions:
            self._metrics.lag(partition, Lag())

    async def put_out(self) -> None:
        """Another worker has our place: count it, and end only once Prometheus can have looked."""
        self._metrics.fenced.inc()
        self.watchdog.fed()
        await asyncio.sleep(TOLD)

    def finished(self, partition: Partition, offset: int) -> None:
        self._heard = time.monotonic()
        self.offsets.finish(partition, offset)
        self.watchdog.fed()
        self._metrics.progress.set_to_current_time()

    def _report_lag(self) -> int:
        """Sets the gauges; returns how many records wait."""
        lags = {partition: self._lag(partition) for partition in self._mine}
        ages: dict[str, float] = {}
        for partition, lag in lags.items():
            self._metrics.lag(partition, lag)
            ages[partition.topic] = max(ages.get(partition.topic, 0.0), lag.seconds)
        for topic, age in ages.items():
            self._metrics.retention_left(topic, max(0.0, 1 - age / self._retention))
        return sum(lag.records for lag in lags.values())

    def _lag(self, partition: Partition) -> Lag:
        end = self.consumer.end(partition) if self.consumer else None
        reached = self.offsets.reached(partition)
        above = self.offsets.above(partition)
        start = reached if reached is not None else self._starts.get(partition)
        records = above if end is None or start is None else max(above, end - start)
        oldest = self.offsets.oldest(partition)
        seconds = max(0.0, time.time() - oldest / 1000) if oldest else 0.0
        now = time.monotonic()
        stands, since = self._stands.get(partition, (None, now))
        if not above or stands != reached:
            since = now
        self._stands[partition] = (reached, since)
        return Lag(records, seconds, now - since)
