"""Stories and hops as rows: words are stored once and referred to by number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from wireroom.storage.ledger_rows import Hop, Mark, State, Story
from wireroom.storage.pool import Connection, Pool, connection

_MARK = ("at", "until", "stage", "event", "reason", "topic", "part", "offset")
COLUMNS = {
    "submission_id": "uuid", "article_id": "uuid", "accepted_at": "timestamptz",
    "replayed_at": "timestamptz", "attempts": "integer", "intake": "boolean", "probe": "boolean",
    "lane": "integer", "source": "text", "submitted_by": "text",
    "since": "timestamptz", "state": "integer", "stage": "integer", "reason": "integer",
    **{f"{end}_{name}": kind for end in ("hop", "end") for name, kind in zip(
        _MARK, ("timestamptz", "timestamptz", *["integer"] * 5, "bigint"), strict=True)},
}  # fmt: skip
"""Of the table ``ledger``, in the order of ``row``."""
WORDS = (
    "lane",
    *(f"{which}_{name}" for which in ("hop", "end")
      for name in ("stage", "event", "reason", "topic")),
)  # fmt: skip
"""Those of ``COLUMNS`` that ``story`` has to know."""

_LEARN = """
    INSERT INTO ledger_word (word) SELECT unnest($1::text[]) ON CONFLICT (word) DO NOTHING
"""
_BY_WORD = "SELECT id, word FROM ledger_word WHERE word = ANY($1::text[])"
_BY_NUMBER = "SELECT id, word FROM ledger_word WHERE id = ANY($1::integer[])"


class Words:
    """What this process knows of them. Numbers never change."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: dict[int, str] = {}

    async def learn(self, pool: Pool, words: Collection[str]) -> None:
        """Give each a number, in a transaction of its own: a batch that fails takes none back."""
        if not (new := sorted(set(words) - self._numbers.keys())):
            return
        async with connection(pool) as session:
            await session.execute(_LEARN, new)
            self._keep(await session.fetch(_BY_WORD, new))

    async def recall(self, session: Connection, numbers: Collection[int]) -> None:
        """Know all of them."""
        if unknown := set(numbers) - self._words.keys():
            self._keep(await session.fetch(_BY_NUMBER, list(unknown)))

    def _keep(self, rows: Sequence[asyncpg.Record]) -> None:
        for row in rows:
            self._numbers[row["word"]], self._words[row["id"]] = row["id"], row["word"]

    def number(self, word: str | None) -> int | None:
        """Of a word that was learnt."""
        return self._numbers[word] if word else None

    def word(self, number: int | None) -> str | None:
        return None if number is None else self._words[number]

    def row(self, one: Story, state: State) -> tuple[Any, ...]:
        number = self.number
        return (
            one.submission, one.article, one.accepted_at, one.replayed, one.attempts, one.intake,
            one.probe, number(one.lane), one.source, one.submitted_by,
            state.since, number(state.name), number(state.stage), number(state.reason),
            *self._numbered(one.hop), *self._numbered(one.end),
        )  # fmt: skip

    def _numbered(self, mark: Mark | None) -> tuple[Any, ...]:
        if mark is None:
            return (None,) * len(_MARK)
        number = self.number
        return (
            mark.at, mark.until, number(mark.stage), number(mark.event), number(mark.reason),
            number(mark.topic), mark.part, mark.offset,
        )  # fmt: skip

    def hop(self, hop: Hop) -> tuple[Any, ...]:
        mark, number = hop.mark, self.number
        return (
            hop.submission, mark.at, mark.until, mark.offset, number(mark.stage),
            number(mark.event), number(mark.reason), hop.attempt, number(mark.topic), mark.part,
            hop.waited_ms, hop.worked_ms, number(hop.instance), number(hop.versions),
            hop.detail,
        )  # fmt: skip

    def story(self, row: asyncpg.Record) -> Story:
        article = row["article_id"]
        return Story(
            submission=UUID(bytes=row["submission_id"].bytes),
            accepted_at=row["accepted_at"],
            article=None if article is None else UUID(bytes=article.bytes),
            intake=row["intake"],
            probe=row["probe"],
            lane=self.word(row["lane"]),
            source=row["source"],
            submitted_by=row["submitted_by"],
            attempts=row["attempts"],
            hop=self._mark(row, "hop"),
            end=self._mark(row, "end"),
            replayed=row["replayed_at"],
        )

    def _mark(self, row: asyncpg.Record, which: str) -> Mark | None:
        at, until, *words, part, offset = (row[f"{which}_{name}"] for name in _MARK)
        if at is None:
            return None
        stage, event, reason, topic = map(self.word, words)
        return Mark(at, stage or "", event or "", topic or "", part, offset, reason, until)


def spoken(stories: Iterable[Story], hops: Iterable[Hop]) -> set[str]:
    """Every word in them."""
    words: set[str | None] = set()
    for one in stories:
        words.add(one.lane)
        for mark in (one.hop, one.end):
            if mark is not None:
                words |= {mark.stage, mark.event, mark.reason, mark.topic}
    for hop in hops:
        words |= {hop.mark.stage, hop.mark.event, hop.mark.reason, hop.mark.topic}
        words |= {hop.instance, hop.versions}
    return {word for word in words if word}
