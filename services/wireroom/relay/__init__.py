"""The relay: what is parked in a retry tier goes back to its topic when it is due.

One service for all stages. It needs the broker alone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection

from wireroom.relay.metrics import RelayMetrics
from wireroom.relay.tier import Tier
from wireroom.runtime.journal import Journal
from wireroom.runtime.metrics import StageMetrics
from wireroom.runtime.outlet import Outlet
from wireroom.runtime.stray import no_stray_cancellation
from wireroom.runtime.watchdog import LIMIT, Watchdog
from wireroom.wire.codec import Codec
from wireroom.wire.topics import TIERS
from wireroom.wire.transport import Broker

__all__ = ["Relay", "RelayMetrics"]

LOOK_EVERY = 1.0  # seconds
LATE = 1.0  # seconds past its time from which a record counts as waiting for us


class Relay:
    """A service. ``targets``: the topics that records may go back to.

    ``counted`` and ``journal`` are for what lies in a tier and was not parked by us: it becomes a
    dead letter of ``relay``.
    """

    name = "relay"

    def __init__(
        self,
        broker: Broker,
        targets: Collection[str],
        metrics: RelayMetrics,
        *,
        codec: Codec,
        counted: StageMetrics,
        journal: Journal,
    ) -> None:
        self._broker = broker
        self._metrics = metrics
        self._codec = codec
        self._counted = counted
        self._journal = journal
        self._tiers = [
            Tier(name, seconds, frozenset(targets), metrics) for name, seconds in TIERS.items()
        ]

    @property
    def ready(self) -> bool:
        return self.trouble is None

    @property
    def trouble(self) -> str | None:
        waiting = [tier.name for tier in self._tiers if not tier.joined]
        return f"not in the group of {', '.join(waiting)} yet" if waiting else None

    async def run(self, stop: asyncio.Event) -> None:
        """Return when stopped. Raises groups of ``Gone`` and ``Stalled``, as workers do."""
        async with self._broker.producer() as producer, asyncio.TaskGroup() as tasks:
            outlet = Outlet(self.name, producer, self._codec, self._counted, self._journal)
            house = tasks.create_task(self._keep_house())
            moving = [
                tasks.create_task(tier.run(self._broker, producer, outlet, stop))
                for tier in self._tiers
            ]
            await asyncio.wait(moving)
            house.cancel()

    async def _keep_house(self) -> None:
        watchdog = Watchdog(LIMIT)
        with no_stray_cancellation("keeping the relay's house"):
            while True:
                await asyncio.sleep(LOOK_EVERY)
                late = max(tier.overdue(time.time()) for tier in self._tiers)
                self._metrics.overdue.set(late)
                if sum(tier.take_moved() for tier in self._tiers) or late < LATE:
                    watchdog.fed()
                watchdog.check(sum(tier.in_hand for tier in self._tiers))
                for tier in self._tiers:
                    await tier.count()
