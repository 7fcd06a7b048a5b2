"""Which dead letters somebody means, and reading those."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from wireroom import replay
from wireroom.cli.composition import BURIERS, codec
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.replay import Choice, Fate, Ledgered, Letter, Place, Standings, fate_of
from wireroom.runtime.errors import StageError
from wireroom.storage.pool import open_pool
from wireroom.storage.standings import is_followed

Found: TypeAlias = Sequence[tuple[Letter, Fate]]

_SPAN = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def choice_of(arguments: Namespace) -> Choice:
    """Raises ``Trouble`` for a time or an id that is none."""
    now = datetime.now(UTC)
    return Choice(
        stage=arguments.stage,
        reason=arguments.reason,
        hash=arguments.hash,
        host=arguments.host.lower() if arguments.host else None,
        since=moment("--since", arguments.since, now),
        until=moment("--until", arguments.until, now),
        places=frozenset(map(place, getattr(arguments, "ids", ()))),
    )


def moment(option: str, text: str | None, now: datetime) -> int | None:
    """Milliseconds since 1970 of a day, a time, or a span before ``now``, such as 90m or 2d."""
    if text is None:
        return None
    if span := _SPAN.fullmatch(text.strip()):
        when = now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    else:
        try:
            when = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise Trouble(
                f"{option} {text}: give a day, a time as 2026-01-31T08:00, or a span as 90m, 2h, 3d"
            ) from error
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def place(text: str) -> Place:
    """Of a letter; raises ``Trouble``."""
    try:
        found = replay.place_of(text)
    except ValueError as error:
        raise Trouble(
            f"{text}: an id is stage/partition/offset; `wireroom dead list` has examples"
        ) from error
    if found.stage not in BURIERS:
        raise Trouble(f"{text}: stages are {', '.join(BURIERS)}")
    return found


@asynccontextmanager
async def standings(settings: Settings) -> AsyncIterator[Standings]:
    """The ledger's where one is kept, else the journal's."""
    async with _ledger(settings) as ledger:
        yield ledger or await replay.journalled(settings.kafka, codec())


@asynccontextmanager
async def _ledger(settings: Settings) -> AsyncIterator[Ledgered | None]:
    followed = False
    try:
        async with open_pool(settings.postgres) as pool:
            followed = await is_followed(pool)
            if followed:
                yield Ledgered(pool)
    except StageError:
        if followed:
            raise
    if not followed:  # no Postgres, no such tables, or nobody writes them
        yield None


async def chosen(
    settings: Settings, choice: Choice, known: Standings, *, settled: bool
) -> AsyncIterator[Found]:
    """Batches of the letters that fit, and what became of them; ``settled``: also those that are
    no longer open.
    """
    left = len(choice.places)
    for stage in filter(choice.reads, BURIERS):
        async for batch in replay.read(settings.kafka, stage):
            fitting = [letter for letter in batch if choice.fits(letter, _host)]
            if not fitting:
                continue
            told = await known.of(fitting)
            found = [(x, fate_of(x, one)) for x, one in zip(fitting, told, strict=True)]
            yield [pair for pair in found if settled or pair[1].state == "open"]
            left -= len(fitting)
            if choice.places and left <= 0:
                return


def _host(letter: Letter) -> str | None:
    return letter.host(codec(), BURIERS[letter.place.stage])
