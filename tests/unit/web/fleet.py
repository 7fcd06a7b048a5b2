"""A day's news in virtual time: thousands of hosts, and a runtime that commits what is finished.

Arrivals follow Zipf over the hosts, of which some hang and some are slow. A partition holds all
pages of its hosts. At most ``window`` records past its first unfinished one are in hand; what is
sent away lies in a retry tier and comes back as a new record. With ``head_wait`` a partition whose
window is full calls off the wait of its first record, as the runtime does.
"""

from __future__ import annotations

import asyncio
from bisect import bisect
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from random import Random
from zlib import crc32

from wireroom.web.errors import Failed
from wireroom.web.hosts import Hosts
from wireroom.web.manners import Manners

from .virtual import now

PARTITIONS = 24
IN_HAND = 5_000
TIERS = (7_200.0, 600.0, 60.0)
LOOK_EVERY = 0.5
HANG = 10.0


@dataclass(slots=True, eq=False)
class Site:
    """``log``: begin and end of each request that it saw."""

    name: str
    kind: str
    seconds: float
    log: list[tuple[float, float]] = field(default_factory=list)

    async def get(self) -> int:
        began = now()
        try:
            await asyncio.sleep(HANG if self.kind == "hanging" else self.seconds)
        finally:
            self.log.append((began, now()))
        if self.kind == "hanging":
            raise Failed("timeout_connect", self.name)
        return 200


@dataclass(slots=True, eq=False)
class Record:
    site: Site
    arrived: float
    tries: int = 0
    taken: float = 0.0
    off: asyncio.Future[None] | None = None
    finished: bool = False
    waits: bool = False


@dataclass(slots=True)
class Partition:
    log: deque[Record] = field(default_factory=deque)  # not yet taken
    hand: deque[Record] = field(default_factory=deque)  # from the first unfinished one on


@dataclass(slots=True)
class Result:
    """``delays``: seconds from arrival to page beyond the site's own, by site name; ``arrived``:
    pages by site name; ``told``: how often a page was sent away or failed, by reason.
    """

    delays: dict[str, list[float]] = field(default_factory=dict)
    arrived: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    most_in_flight: int = 0
    sites: list[Site] = field(default_factory=list)

    def small(self, share: float, most: int = 50) -> float:
        """A quantile over the pages of healthy hosts that have few; infinite: never fetched."""
        found: list[float] = []
        for site in self.sites:
            pages = self.arrived[site.name]
            if site.kind == "healthy" and pages <= most:
                delays = self.delays.get(site.name, [])
                found += [*delays, *[inf] * (pages - len(delays))]
        return sorted(found)[int(len(found) * share)]


def sites(count: int, random: Random) -> list[Site]:
    """1 % hang, 5 % take five seconds, the others 50 to 300 ms; in no order of size."""
    made = []
    for number in range(count):
        dice = random.random()
        kind = "hanging" if dice < 0.01 else "slow" if dice < 0.06 else "healthy"
        seconds = 5.0 if kind == "slow" else random.uniform(0.05, 0.3)
        made.append(Site(f"host{number}.test", kind, seconds))
    return made


def arrivals(found: list[Site], rate: float, pages: int, random: Random) -> Iterator[Record]:
    """Poisson in time, Zipf over the sites."""
    weights = list(accumulate(1 / rank for rank in range(1, len(found) + 1)))
    at = 0.0
    for _ in range(pages):
        at += random.expovariate(rate)
        yield Record(found[bisect(weights, random.random() * weights[-1])], at)


class Fleet:
    """One worker. ``head_wait`` None: nobody is called off."""

    def __init__(self, hosts: Hosts, window: int, head_wait: float | None) -> None:
        self._hosts = hosts
        self._window = window
        self._head_wait = head_wait
        self._partitions = [Partition() for _ in range(PARTITIONS)]
        self._in_hand = 0
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.result = Result()

    async def run(self, records: Iterator[Record], found: list[Site], rest: float) -> Result:
        """Let all arrive, and ``rest`` seconds pass after the last."""
        self.result.sites = found
        looking = asyncio.create_task(self._look_at_heads())
        for record in records:
            await asyncio.sleep(record.arrived - now())
            self.result.arrived[record.site.name] += 1
            self._append(record)
        await asyncio.sleep(rest)
        for task in (looking, *self._tasks):
            task.cancel()
        await asyncio.gather(looking, *self._tasks, return_exceptions=True)
        return self.result

    def _append(self, record: Record) -> None:
        partition = self._of(record)
        partition.log.append(record)
        self._take(partition)

    def _of(self, record: Record) -> Partition:
        return self._partitions[crc32(record.site.name.encode()) % PARTITIONS]

    def _full(self, partition: Partition) -> bool:
        return len(partition.hand) >= self._window or self._in_hand >= IN_HAND

    def _take(self, partition: Partition) -> None:
        while partition.log and not self._full(partition):
            record = partition.log.popleft()
            record.taken = now()
            partition.hand.append(record)
            self._in_hand += 1
            task = asyncio.create_task(self._handle(record, partition))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _handle(self, record: Record, partition: Partition) -> None:
        record.off = asyncio.get_running_loop().create_future()
        try:
            await self._get(record)
        except Failed as told:
            self.result.told[told.reason] += 1
            self._park(record, told)
        record.finished = True
        self._in_hand -= 1
        while partition.hand and partition.hand[0].finished:
            partition.hand.popleft()
        self._take(partition)

    async def _get(self, record: Record) -> None:
        async def wait(turn: asyncio.Future[None]) -> bool:
            assert record.off is not None
            record.waits = True
            await asyncio.wait((turn, record.off), return_when=asyncio.FIRST_COMPLETED)
            record.waits = False
            return turn.done()

        async with self._hosts.turn(record.site.name, wait=wait) as report:
            self._in_flight += 1
            self.result.most_in_flight = max(self.result.most_in_flight, self._in_flight)
            try:
                report(await record.site.get(), 0.0)
            finally:
                self._in_flight -= 1
        late = now() - record.arrived - record.site.seconds
        self.result.delays.setdefault(record.site.name, []).append(late)

    def _park(self, record: Record, told: Failed) -> None:
        """Into the longest tier that is no longer than the wait; from there when it is due."""
        tries = record.tries + (told.after == 0.0)
        if tries >= 6:
            return
        tier = next((tier for tier in TIERS if tier <= told.after), TIERS[-1])
        rounds = max(-(-told.after // tier), 1)
        again = Record(record.site, record.arrived, tries)
        asyncio.get_running_loop().call_later(tier * rounds, self._append, again)

    async def _look_at_heads(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            for partition in self._partitions:
                self._take(partition)  # room may have come from another partition
                if self._head_wait is not None and self._full(partition) and partition.log:
                    self._call_off(partition, now() - self._head_wait)

    def _call_off(self, partition: Partition, before: float) -> None:
        for record in partition.hand:
            if not record.finished:
                if not record.waits or record.taken > before:
                    return
                assert record.off is not None
                with suppress(asyncio.InvalidStateError):
                    record.off.set_result(None)


async def steady(
    pages: int,
    *,
    window: int = 1_000,
    head_wait: float | None = 5.0,
    kind: type[Hosts] = Hosts,
    rest: float = 60.0,
) -> Result:
    """100 pages a second for 5,000 hosts."""
    random = Random(11)
    found = sites(5_000, random)
    hosts = kind(Manners(), random=Random(12))
    try:
        fleet = Fleet(hosts, window, head_wait)
        return await fleet.run(arrivals(found, 100.0, pages, random), found, rest=rest)
    finally:
        await hosts.close()
