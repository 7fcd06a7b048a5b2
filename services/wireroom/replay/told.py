"""Who tells where submissions stand: the ledger where it is kept, else the journal."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from wireroom.events import ArticleJournal
from wireroom.ledger.states import ENDS, Line
from wireroom.replay.letters import Letter
from wireroom.replay.standing import BY_HAND, Standing, standing_of, touches
from wireroom.storage.pool import Pool
from wireroom.storage.standings import standings
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.kafka import log
from wireroom.wire.settings import Settings


def _holds(*words: str) -> re.Pattern[bytes]:
    """Finds Avro strings in undecoded bytes: one byte of length, doubled, then the word."""
    return re.compile(b"|".join(re.escape(bytes([2 * len(w)]) + w.encode()) for w in words))


TOUCHED = _holds("replayed", BY_HAND)
ENDED = _holds("replayed", *ENDS)


class Told:
    """By the journal. It keeps seven days: what was done before is not known."""

    def __init__(self, found: Mapping[UUID, Standing]) -> None:
        self._found = found

    async def of(self, letters: Sequence[Letter]) -> Sequence[Standing | None]:
        if not self._found:
            return [None] * len(letters)
        return [self._found.get(UUID(letter.submission.decode())) for letter in letters]


class Ledgered:
    """By the ledger, which never forgets."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of(self, letters: Sequence[Letter]) -> Sequence[Standing | None]:
        ids = [UUID(letter.submission.decode()) for letter in letters]
        rows = await standings(self._pool, list(set(ids)))
        return [_standing(rows[one]) if one in rows else None for one in ids]


async def journalled(settings: Settings, codec: Codec) -> Told:
    """Reads the journal for submissions that somebody has dealt with, and if there are any once
    more for what became of them. Holds their lines and no others. Raises ``Gone``.
    """
    touched = {
        line.submission_id async for line in lines(settings, codec, TOUCHED) if touches(line)
    }
    found: dict[UUID, list[Line]] = defaultdict(list)
    if touched:
        async for line in lines(settings, codec, ENDED):
            if line.submission_id in touched:
                found[line.submission_id].append(line)
    return Told({submission: standing_of(told) for submission, told in found.items()})


async def lines(
    settings: Settings,
    codec: Codec,
    holding: re.Pattern[bytes] | None = None,
    *,
    key: bytes | None = None,
) -> AsyncIterator[ArticleJournal]:
    """The journal's entries whose bytes hold the pattern: most need not be decoded then.

    ``key``: only those under it. Raises ``Gone``.
    """
    async for batch in log.read(settings, ArticleJournal.topic, key=key):
        for record in batch:
            if holding is None or holding.search(record.value):
                try:
                    yield codec.decode(record.value, ArticleJournal, record.headers)
                except Undecodable:
                    continue  # somebody else wrote there


def _standing(row: Mapping[str, object]) -> Standing:
    topic, part, place = row["topic"], row["part"], row["place"]
    known = isinstance(topic, str) and isinstance(part, int) and isinstance(place, int)
    article, stage, reason = row["article_id"], row["stage"], row["reason"]
    return Standing(
        state=str(row["state"]),
        stage=None if stage is None else str(stage),
        reason=None if reason is None else str(reason),
        article=None if article is None else UUID(str(article)),
        origin=(topic, part, place) if known else None,  # type: ignore[arg-type]  # just checked
        replayed=bool(row["replayed"]),
    )
