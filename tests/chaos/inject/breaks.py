"""Adapters with one device taken out or done wrong. Each has to be caught by the proof."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

BREAKS: dict[str, Callable[[], None]] = {}


def a_break(fit: Callable[[], None]) -> Callable[[], None]:
    BREAKS[fit.__name__] = fit
    return fit


@a_break
def commits_what_it_has_taken() -> None:
    from wireroom.runtime.offsets import Offsets

    Offsets._reached = staticmethod(lambda progress: progress.next)  # type: ignore[method-assign]


@a_break
def notes_as_finished_what_is_in_hand() -> None:
    from wireroom.runtime.offsets import Offsets

    def past(progress: Any) -> Sequence[int]:
        first = progress.pending[0][0] if progress.pending else progress.next or 0
        return range(first + 1, progress.next or 0)

    Offsets._past = staticmethod(past)  # type: ignore[method-assign]


@a_break
def takes_a_failed_send_for_done() -> None:
    from wireroom.wire.kafka.producer import KafkaProducer
    from wireroom.wire.transport import Gone

    inner = KafkaProducer.acknowledged

    async def acknowledged(self: KafkaProducer, sent: Any) -> None:
        with suppress(Gone):
            await inner(self, sent)

    KafkaProducer.acknowledged = acknowledged  # type: ignore[method-assign]


@a_break
def takes_handed_over_for_acknowledged() -> None:
    from wireroom.wire.kafka.producer import KafkaProducer
    from wireroom.wire.memory import _Sent

    inner = KafkaProducer.send
    running = set()

    async def send(self: KafkaProducer, *args: Any, **more: Any) -> Any:
        async def later() -> None:
            await (await inner(self, *args, **more))

        task = asyncio.create_task(later())
        running.add(task)
        task.add_done_callback(running.discard)
        return _Sent()

    KafkaProducer.send = send  # type: ignore[method-assign]


@a_break
def commits_what_it_cancels_when_told_to_stop() -> None:
    from wireroom.runtime import worker
    from wireroom.runtime.member import Member

    inner = Member.commit_last

    async def commit_last(self: Member) -> None:
        for progress in self.offsets._progress.values():
            progress.pending.clear()
        await inner(self)

    worker.DRAIN = 0.0
    Member.commit_last = commit_last  # type: ignore[method-assign]


@a_break
def takes_a_timeout_for_an_outcome() -> None:
    from wireroom.runtime.trial import Trial

    inner = Trial._once

    async def once(self: Any, event: Any, hand: Any) -> Any:
        try:
            return await inner(self, event, hand)
        except TimeoutError:
            return ()

    Trial._once = once  # type: ignore[method-assign]


@a_break
def goes_on_without_the_dead_letter() -> None:
    from wireroom.runtime.outlet import Outlet
    from wireroom.wire.transport import Gone

    inner = Outlet._send_dead

    async def send_dead(self: Any, record: Any, headers: Any) -> None:
        with suppress(Gone):
            await inner(self, record, headers)

    Outlet._send_dead = send_dead  # type: ignore[method-assign]


@a_break
def buries_without_a_word() -> None:
    from wireroom.runtime.outlet import Outlet

    async def bury(self: Any, hop: Any, dead: Any) -> None:
        pass

    Outlet.bury = bury  # type: ignore[method-assign]


@a_break
def buries_without_the_body() -> None:
    from dataclasses import replace

    from wireroom.runtime.outlet import Outlet

    inner = Outlet._send_dead

    async def send_dead(self: Any, record: Any, headers: Any) -> None:
        await inner(self, replace(record, value=b""), headers)

    Outlet._send_dead = send_dead  # type: ignore[method-assign]


@a_break
def cuts_texts() -> None:
    from wireroom.runtime.outlet import Outlet

    inner = Outlet.pass_on

    def cut(event: Any) -> Any:
        text = event.article.text
        article = event.article.model_copy(update={"text": text[: len(text) // 2]})
        return event.model_copy(update={"article": article})

    async def pass_on(self: Any, hop: Any, events: Any, attempts: int) -> None:
        await inner(self, hop, [cut(event) for event in events], attempts)

    Outlet.pass_on = pass_on  # type: ignore[method-assign]


@a_break
def commits_before_it_relays() -> None:
    from wireroom.relay import tier

    inner = tier.Tier._send

    async def send(self: Any, record: Any, producer: Any, outlet: Any) -> Any:
        self._offsets.finish(record.partition, record.offset)
        await self._commit()
        return await inner(self, record, producer, outlet)

    tier.Tier._send = send  # type: ignore[method-assign]


@a_break
def saves_the_place_without_the_fence() -> None:
    from wireroom.storage.offsets import PostgresCheckpoint

    async def save(self: Any, connection: Any) -> None:
        for partition, reached in self.reached.items():
            await connection.execute(
                "UPDATE kafka_offsets SET next_offset = $1"
                " WHERE grp = $2 AND topic = $3 AND part = $4",
                reached, self.group, *partition,
            )  # fmt: skip

    PostgresCheckpoint.save = save  # type: ignore[method-assign]


@a_break
def saves_the_place_before_the_rows() -> None:
    from wireroom.storage.offsets import PostgresCheckpoint

    inner = PostgresCheckpoint.save

    async def save(self: Any, connection: Any) -> None:
        await inner(self, connection)
        await connection.execute("COMMIT")
        await connection.execute("BEGIN")

    PostgresCheckpoint.save = save  # type: ignore[method-assign]


@a_break
def settles_a_submission_again() -> None:
    from wireroom.storage import submissions

    async def settle(session: Any, pairs: Sequence[Any]) -> list[bool]:
        return [True] * len(pairs)

    submissions.settle = settle  # type: ignore[assignment]


@a_break
def settles_a_submission_again_in_one_batch() -> None:
    from wireroom.storage import submissions

    inner = submissions.settle

    async def settle(session: Any, pairs: Sequence[Any]) -> list[bool]:
        first = await inner(session, pairs)
        new = {pair for pair, is_new in zip(pairs, first, strict=True) if is_new}
        return [pair in new for pair in pairs]

    submissions.settle = settle


@a_break
def sees_no_copies() -> None:
    from wireroom.storage import articles

    async def oldest(*_: Any) -> dict[Any, Any]:
        return {}

    articles._oldest = oldest  # type: ignore[assignment]


@a_break
def gives_up_a_batch_that_failed() -> None:
    from wireroom.runtime.batch import BatchWorker

    make = BatchWorker.__init__

    def making(self: Any, stage: Any, *args: Any) -> None:
        make(self, stage, *args)
        inner = self._handle

        async def handle(deliveries: Any, checkpoint: Any) -> None:
            try:
                await inner(deliveries, checkpoint)
            except RuntimeError:
                await inner((), checkpoint)

        self._handle = handle

    BatchWorker.__init__ = making  # type: ignore[method-assign]


@a_break
def forgets_what_follows_before_it_is_sent() -> None:
    from wireroom.storage import outbox

    async def drain(pool: Any, send: Any, limit: int = 1000) -> int:
        async with outbox.transaction(pool) as session:
            rows = await outbox.take(session, limit)
            await outbox.delete(session, [row.id for row in rows])
        for row in rows:
            await send(row)
        return len(rows)

    outbox.drain = drain
