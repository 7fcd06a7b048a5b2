"""What a service meets though all its devices are in place: bugs, bad inputs, a clock that jumps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.chaos.inject.breaks import a_break


def is_planted(article: UUID) -> bool:
    return article.int % 50 == 0


@a_break
def fails_for_everything() -> None:
    """A bug in a handler, for which the fuse is there."""
    from dataclasses import replace

    from wireroom.runtime.trial import Trial

    make = Trial.__init__

    async def handle(event: Any) -> Any:
        raise RuntimeError("a bug that shows always")

    def making(self: Any, stage: Any, *args: Any) -> None:
        make(self, replace(stage, handle=handle), *args)

    Trial.__init__ = making  # type: ignore[method-assign]


@a_break
def fails_for_some() -> None:
    """An input in fifty that a handler cannot take."""
    from dataclasses import replace

    from wireroom.runtime.errors import Permanent
    from wireroom.runtime.trial import Trial

    make = Trial.__init__

    def making(self: Any, stage: Any, *args: Any) -> None:
        async def handle(event: Any) -> Any:
            if is_planted(event.article_id):
                raise Permanent("planted", "an input that no handler can take")
            return await stage.handle(event)

        make(self, replace(stage, handle=handle), *args)

    Trial.__init__ = making  # type: ignore[method-assign]


@a_break
def clock_jumps() -> None:
    """The machine's clock goes an hour ahead, then an hour behind."""
    import time

    real, began = time.time, time.monotonic()

    def jumping() -> float:
        age = time.monotonic() - began
        return real() + (3600 if 4 < age < 8 else -3600 if 8 < age < 12 else 0)

    time.time = jumping
