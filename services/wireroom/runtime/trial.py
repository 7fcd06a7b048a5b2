"""One event and its tries: until it has an outcome, has to wait long, or is given up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeAlias, TypeVar

from wireroom.runtime.errors import Transient, Unavailable, reason_of
from wireroom.runtime.hand import HAND, Hand
from wireroom.runtime.journal import Hop
from wireroom.runtime.logs import HANDLED, Handled
from wireroom.runtime.parking import Dead, Parked, history_of, is_failure, judged
from wireroom.runtime.stage import Outcome, Stage
from wireroom.wire.event import Event

E = TypeVar("E", bound=Event)

Verdict: TypeAlias = Outcome | Parked | Dead
Retried: TypeAlias = Callable[[Hop, str, int], Awaitable[None]]
Blown: TypeAlias = Callable[[str], Awaitable[None]]


class Trial(Generic[E]):
    """Of one stage. ``blown`` returns when it is our turn after something that we need was away."""

    def __init__(self, stage: Stage[E], retried: Retried, blown: Blown) -> None:
        assert stage.handle is not None
        self._stage = stage
        self._handle = stage.handle
        self._retried = retried
        self._blown = blown

    async def __call__(self, hop: Hop, event: E, hand: Hand) -> tuple[Verdict, int]:
        """The verdict, and the number of the try that brought it."""
        HAND.set(hand)  # each record has its own task, and so its own context
        history = history_of(hop.record.headers)
        backoff = self._stage.backoff
        while True:
            number = history.attempts + 1
            HANDLED.set(Handled(self._stage.name, hop, number))
            try:
                return await self._once(event, hand), number
            except Unavailable as error:
                await self._blown(error.reason)  # not the event's doing: no try
                continue
            except TimeoutError:
                failure: Exception = Transient("timeout", f"after {self._stage.timeout:g} s")
            except Exception as error:  # a bug too: retried, in case it was not one
                failure = error
            history, wait = judged(failure, history, backoff, time.time())
            if wait is None:
                return Dead(failure, history), history.attempts
            if hand.called_off or wait > backoff.limit:
                return Parked(failure, wait, history), history.attempts
            if is_failure(failure):
                await self._retried(hop, reason_of(failure), history.attempts)
            end = time.monotonic() + wait
            if not await hand.sleep(wait):
                return Parked(failure, max(0.0, end - time.monotonic()), history), history.attempts

    async def _once(self, event: E, hand: Hand) -> Outcome:
        async with asyncio.timeout(self._stage.timeout) as hand.limit:
            try:
                return await self._handle(event)
            finally:
                hand.limit = None
