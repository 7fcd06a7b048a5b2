"""Places in a service at which it may die, or what it does may fail, once.

Each is a thin layer around a function of the product; without an order for it, it does nothing.
A death here is ``os._exit``: nothing is flushed, closed or told, as after kill -9 at that moment.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.chaos.inject.order import Order

POINTS: dict[str, tuple[str, ...]] = {
    "fetch": (
        "taken", "handled", "handing over", "handed over", "acknowledged", "to commit", "committed",
    ),
    "clean": ("taken", "handled", "handing over", "handed over", "acknowledged", "to commit"),
    "classify": ("handled", "handed over", "acknowledged", "committed"),
    "index": (
        "taken", "claimed", "place saved", "to write rows", "rows written", "rows committed",
        "to send what follows", "sent what follows", "to commit", "committed",
    ),
    "relay": ("taken", "handing over", "handed over", "acknowledged", "to commit", "committed"),
    "ledger": ("taken", "claimed", "place saved", "to write stories", "stories committed"),
}  # fmt: skip
"""Service → the points that it comes to."""


class Points:
    """Counts, and does what was ordered when its time has come."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self._counts: Counter[str] = Counter()
        self._slowed = 0

    def reached(self, point: str) -> None:
        self._counts[point] += 1
        if self.order.crash == f"{point}:{self._counts[point]}" and self._first_time():
            if self.order.how == "term":
                os.kill(os.getpid(), signal.SIGTERM)
            else:
                os._exit(137)

    def fails(self, point: str) -> bool:
        return self.order.fail == point and self._first_time()

    async def slowed(self, seconds: float) -> None:
        if seconds and self._slowed < self.order.slow_first and not self.order.happened.exists():
            self._slowed += 1
            await asyncio.sleep(seconds)

    def _first_time(self) -> bool:
        try:
            self.order.happened.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def fit(order: Order) -> None:
    """Put the layers on, in this process."""
    points = Points(order)
    _consumer(points)
    _producer(points)
    _handlers(points)
    _storage(points)


def around(owner: Any, name: str, points: Points, *, before: str = "", after: str = "") -> None:
    """Points before and after one async function."""
    inner = getattr(owner, name)

    async def layer(*args: Any, **more: Any) -> Any:
        if before:
            points.reached(before)
        result = await inner(*args, **more)
        if after:
            points.reached(after)
        return result

    setattr(owner, name, layer)


def _consumer(points: Points) -> None:
    from wireroom.wire.kafka.consumer import KafkaConsumer

    take = KafkaConsumer.take

    async def taking(self: KafkaConsumer, *args: Any, **more: Any) -> Any:
        records = await take(self, *args, **more)
        if records:
            points.reached("taken")
        return records

    KafkaConsumer.take = taking  # type: ignore[method-assign]  # the layer
    around(KafkaConsumer, "commit", points, before="to commit", after="committed")


def _producer(points: Points) -> None:
    from wireroom.wire.kafka.producer import KafkaProducer, _Sent
    from wireroom.wire.transport import Gone

    acknowledged, hand_over = KafkaProducer.acknowledged, KafkaProducer._hand_over

    async def acknowledging(self: KafkaProducer, sent: _Sent) -> None:
        if points.fails(f"send to {sent.message.topic}"):
            raise Gone("the broker did not answer")
        await acknowledged(self, sent)
        points.reached("acknowledged")

    async def handing(self: KafkaProducer, message: Any) -> Awaitable[object]:
        points.reached("handing over")
        await points.slowed(points.order.slow_send)
        if points.order.fail == f"send to {message.topic}" and not points.order.happened.exists():
            return asyncio.get_running_loop().create_future()  # it never got there
        result = await hand_over(self, message)
        points.reached("handed over")
        return result

    KafkaProducer.acknowledged = acknowledging  # type: ignore[method-assign]  # the layer
    KafkaProducer._hand_over = handing  # type: ignore[method-assign]  # the layer


def _handlers(points: Points) -> None:
    from wireroom.runtime.batch import BatchWorker
    from wireroom.runtime.trial import Trial

    make, make_batch = Trial.__init__, BatchWorker.__init__

    def making(self: Any, stage: Any, *args: Any) -> None:
        inner = stage.handle

        async def handle(event: Any) -> Any:
            await points.slowed(points.order.slow)
            outcome = await inner(event)
            points.reached("handled")
            return outcome

        timeout = points.order.timeout or stage.timeout
        make(self, replace(stage, handle=handle, timeout=timeout), *args)

    def making_batch(self: Any, stage: Any, *args: Any) -> None:
        inner = stage.handle_batch

        async def handle_batch(deliveries: Any, checkpoint: Any) -> None:
            if deliveries and points.fails("batch"):
                raise RuntimeError("a bug that shows once")
            await inner(deliveries, checkpoint)

        make_batch(self, replace(stage, handle_batch=handle_batch), *args)

    Trial.__init__ = making  # type: ignore[method-assign]  # the layer
    BatchWorker.__init__ = making_batch  # type: ignore[method-assign]  # the layer


def _storage(points: Points) -> None:
    from wireroom import index
    from wireroom.index.follow_up import FollowUp
    from wireroom.storage import articles, ledger, outbox
    from wireroom.storage.offsets import PostgresCheckpoint, PostgresOffsets

    around(PostgresCheckpoint, "save", points, after="place saved")
    around(PostgresOffsets, "claim", points, after="claimed")
    around(articles, "write", points, before="to write rows", after="rows written")
    around(outbox, "delete", points, before="sent what follows")
    around(ledger.LedgerTables, "_found", points, before="to write stories")
    index.transaction = _leaving(index.transaction, points, "rows committed")
    ledger.transaction = _leaving(ledger.transaction, points, "stories committed")
    make = FollowUp.__init__

    def making(self: Any, pool: Any, send: Any) -> None:
        async def sending(row: Any) -> None:
            points.reached("to send what follows")
            await send(row)

        make(self, pool, sending)

    FollowUp.__init__ = making  # type: ignore[method-assign]  # the layer


def _leaving(inner: Callable[..., Any], points: Points, point: str) -> Callable[..., Any]:
    """A transaction whose reply may be lost once it has committed."""
    from wireroom.runtime.errors import Unavailable

    @asynccontextmanager
    async def transaction(pool: Any) -> AsyncIterator[Any]:
        async with inner(pool) as connection:
            yield connection
        points.reached(point)
        if points.fails(f"reply of {point}"):
            raise Unavailable("postgres_gone", "the reply to COMMIT was lost")

    return transaction
