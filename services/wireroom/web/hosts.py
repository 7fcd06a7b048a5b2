"""Manners towards hosts: who may ask whom, and when. One event loop, one ``Hosts``.

A page takes its host's turn (``Hosts.turn``): one connection per host, a pause that the host's
answers make longer or shorter (``pace``), nothing at all while it is down (``breaker``), and the
seats of the whole process dealt out by who has been ready longest (``turns``).

Nobody waits for long. Who could not start within ``park_after`` seconds, or whose wait the caller
calls off, is told to go, and when to come again: ``Failed("host_busy")`` or ``Failed("host_down")``
with ``after``. These moments are reserved one by one, a pause apart; otherwise all pages of a busy
host would come back at once, only to be sent away again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from wireroom.web.breaker import SILENCES
from wireroom.web.client import Report
from wireroom.web.errors import Failed
from wireroom.web.lanes import Lanes
from wireroom.web.manners import Manners
from wireroom.web.outlook import HostState, slowest, states
from wireroom.web.pace import complains
from wireroom.web.register import Register
from wireroom.web.resolver import Lookup
from wireroom.web.turns import Host, Turns

Wait: TypeAlias = Callable[[asyncio.Future[None]], Awaitable[bool]]
"""Waits for a future, for the caller's reasons perhaps not to its end.

True: the future is done. False: the wait was called off.
"""

_DAY = 86_400.0
_JITTER = 0.1
# Whoever was let in stays, unless the host has become much slower since.
_LENIENCE = 2.0


async def patiently(turn: asyncio.Future[None]) -> bool:
    """The wait that nobody calls off."""
    await turn
    return True


@dataclass(slots=True, eq=False)
class _Page:
    """A place in a host's queue. ``turn`` is done when it was ``granted``, or ``sent_away``."""

    turn: asyncio.Future[None]
    granted: bool = False
    sent_away: Failed | None = None


@dataclass(slots=True)
class _Answer:
    status: int = 0
    retry_after: float = 0.0

    def report(self, status: int, retry_after: float) -> None:
        self.status, self.retry_after = status, retry_after


class Hosts:
    """Turns at hosts. ``lookup``: from a host to its addresses; None: no limit per address.

    ``random`` is for the jitter alone. ``close`` it when done.
    """

    def __init__(
        self, manners: Manners, *, lookup: Lookup | None = None, random: Random | None = None
    ) -> None:
        self._manners = manners
        self._random = random or Random()
        self._hosts: Register[_Page] = Register(manners.host_delay, self._random)
        self._turns: Turns[_Page] = Turns(manners.concurrency, manners.address_concurrency)
        self._lanes: Lanes[_Page] | None = Lanes(lookup, self._moved) if lookup else None
        self._timer: asyncio.TimerHandle | None = None

    def admit(self, name: str) -> None:
        """Raise what a page that came now would be told: host_down, host_busy, or nothing."""
        host = self._hosts.find(name)
        if host is not None:
            self._admit(host, _now())

    def sent_away(self, name: str) -> Failed:
        """What to tell a page that does not wait any longer; reserves the moment it names."""
        now = _now()
        return self._come_again(self._hosts.host(name, now), now)

    @asynccontextmanager
    async def turn(
        self, name: str, *, crawl_delay: float | None = None, wait: Wait = patiently
    ) -> AsyncIterator[Report]:
        """Wait for the host's turn and hold it. Failed("host_busy"), Failed("host_down").

        ``crawl_delay``: seconds between pages that the host asks for; None where not known. The
        report is to be told how the host answered; a ``Failed`` that leaves the block is heard too.
        """
        now = _now()
        host = self._hosts.host(name, now)
        if crawl_delay is not None and crawl_delay != host.pace.asked:
            host.asks_for(min(crawl_delay, _DAY))
            self._thin_out(host, now, self._manners.park_after)
        await self._wait_for_turn(host, wait)
        answer = _Answer()
        try:
            yield answer.report
        except Failed as error:
            self._hear(host, error)
            raise
        finally:
            self._finish(host, answer)

    def states(self) -> dict[str, int]:
        """How many hosts are active, waiting and down."""
        return states(self._hosts.all(), _now())

    def slowest(self, n: int) -> list[HostState]:
        """The ``n`` hosts that take longest for a page; those that are down come first."""
        return slowest(self._hosts.all(), _now(), n)

    async def close(self) -> None:
        """End the look-ups that are under way. Nobody may be waiting any more."""
        if self._lanes is not None:
            await self._lanes.close()
        if self._timer is not None:
            self._timer.cancel()

    async def _wait_for_turn(self, host: Host[_Page], wait: Wait) -> None:
        """Return with the host's turn taken, or leave no trace."""
        loop = asyncio.get_running_loop()
        self._admit(host, loop.time())
        page = _Page(loop.create_future())
        if self._lanes is not None:
            self._lanes.find(host, loop.time())
        self._turns.join(host, page)
        self._dispatch()
        try:
            kept = page.granted or await wait(page.turn)
        except BaseException:
            self._give_up(host, page)
            raise
        if page.sent_away is not None:
            raise page.sent_away
        if not (kept and page.granted):
            self._give_up(host, page)
            raise self._come_again(host, loop.time())

    def _admit(self, host: Host[_Page], now: float) -> None:
        if host.breaker.down(now) or host.eta(now) > self._manners.park_after:
            raise self._come_again(host, now)

    def _come_again(self, host: Host[_Page], now: float) -> Failed:
        moment = max(host.reserved, now + host.eta(now))
        host.reserved = moment + host.pace.spacing()
        after = min(moment - now, _DAY)
        if host.breaker.down(now):
            return Failed("host_down", host.name, after=after)
        return Failed("host_busy", host.name, after=after)

    def _give_up(self, host: Host[_Page], page: _Page) -> None:
        if page.granted:
            self._turns.release(host)
            self._dispatch()
        elif page.sent_away is None:
            self._turns.leave(host, page)

    def _hear(self, host: Host[_Page], error: Failed) -> None:
        host.last = error.reason
        if error.reason in SILENCES:
            host.breaker.silent(_now(), self._manners.silences, self._manners.down_for)
        else:  # what is broken has been said by somebody
            host.breaker.answered()

    def _finish(self, host: Host[_Page], answer: _Answer) -> None:
        now = _now()
        patience = _LENIENCE * self._manners.park_after
        if answer.status:
            assert host.began is not None
            host.last = str(answer.status)
            host.breaker.answered()
            host.pace.answered(answer.status, now - host.began)
            host.not_before = now + answer.retry_after
            if complains(answer.status):
                patience = self._manners.park_after
        host.rest(now, self._random.uniform(1 - _JITTER, 1 + _JITTER))
        self._turns.release(host)
        self._thin_out(host, now, patience)
        self._dispatch()

    def _thin_out(self, host: Host[_Page], now: float, patience: float) -> None:
        """Send away who would now wait for more than ``patience`` seconds, the last to come."""
        keep = 0 if host.breaker.down(now) else host.room(now, patience)
        gone = [host.queue.pop() for _ in range(len(host.queue) - keep)]
        for page in reversed(gone):
            page.sent_away = self._come_again(host, now)
            if not page.turn.done():
                page.turn.set_result(None)

    def _moved(self, host: Host[_Page]) -> None:
        """The host's address is known now, or that it has none."""
        self._turns.arm(host)
        self._dispatch()

    def _dispatch(self) -> None:
        """Grant what may start now, and wake up when the next one may: one timer for all hosts."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        while (taken := self._turns.take(now)) is not None:
            page = taken[1]
            page.granted = True
            if not page.turn.done():  # else it was cancelled, and gives up in a moment
                page.turn.set_result(None)
        at = self._turns.next_at()
        if at is None or (self._timer is not None and self._timer.when() <= at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self._dispatch()


def _now() -> float:
    return asyncio.get_running_loop().time()
