"""What a batch of rows means for the tables, as if they were written one after the other. Pure.

An article id stands for one row. Its first record is ``indexed``, or ``duplicate`` when another
article already has the text; a later one is ``unchanged`` while the text is, else ``revised``.

``duplicate_of`` names the article that had the text first, never one that is a copy itself:

* the same content, by its hash; among probes, or among articles that are none;
* or a link to an article (a source line, a canonical URL) whose text is alike. A link alone
  says too little: see ``resemblance``;
* a revision is compared anew, and may become a copy or cease to be one;
* an article that has copies never becomes one, so that copies of copies can't come about. Two
  originals may then have one text; both were there before.

Aliases: the first article to claim a URL keeps it; what is an article's own identity can't be
claimed at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from wireroom.storage.resemblance import alike
from wireroom.storage.rows import Final, Known, Outcome, Plan, Replaced, Row, Stored, Written


def plan(rows: Sequence[Row], known: Known) -> Plan:
    """What to write for ``rows``, in their order."""
    batch = _Batch(rows, known)
    written = [batch.take(row) for row in rows]
    finals = [
        Final(row, batch.articles[key], known.articles.get(key)) for key, row in batch.rows.items()
    ]
    return Plan(
        written=written,
        new=[final for final in finals if final.before is None],
        changed=[final for final in finals if final.before is not None],
        replaced=batch.replaced,
        headlines=batch.headlines,
        aliases=batch.claimed,
    )


class _Batch:
    """The tables as they will be after the rows taken so far."""

    def __init__(self, rows: Sequence[Row], known: Known) -> None:
        self.known = known
        self.articles = dict(known.articles)
        self.members: dict[tuple[bytes, bool], set[UUID]] = {}
        self.copies: Counter[UUID] = Counter()
        self.rows: dict[UUID, Row] = {}
        self.replaced: list[Replaced] = []
        self.headlines: list[tuple[Row, int]] = []
        self.claimed: dict[UUID, tuple[str, UUID]] = {}
        for key in {row.article_id for row in rows} & known.articles.keys():
            self._enter(known.articles[key])

    def take(self, row: Row) -> Written:
        before = self.articles.get(row.article_id)
        self._claim(row)
        if before is None:
            state = self._first(row)
        elif before.content_hash == row.content_hash:
            return _written(before, "unchanged")
        else:
            state = self._revision(before, row)
        self.articles[row.article_id] = state
        self.rows[row.article_id] = row
        self.headlines.append((row, state.revision))
        self._enter(state)
        if before is not None:
            return _written(state, "revised")
        return _written(state, "indexed" if state.duplicate_of is None else "duplicate")

    def _first(self, row: Row) -> Stored:
        return Stored(
            article_id=row.article_id,
            content_hash=row.content_hash,
            revision=1,
            duplicate_of=self._original(row),
            probe=row.probe,
            first_seen_at=row.accepted_at,
            indexed_at=self.known.now,
        )

    def _revision(self, before: Stored, row: Row) -> Stored:
        if (earlier := self.rows.get(row.article_id)) is not None:
            self.replaced.append(Replaced(earlier, before.revision))
        self.members[before.content_hash, before.probe].discard(before.article_id)
        if before.duplicate_of is not None:
            self.copies[before.duplicate_of] -= 1
        return replace(
            before,
            content_hash=row.content_hash,
            revision=before.revision + 1,
            duplicate_of=self._original(row),
            probe=row.probe,
            indexed_at=self.known.now,
        )

    def _enter(self, state: Stored) -> None:
        key = (state.content_hash, state.probe)
        self.members.setdefault(key, set()).add(state.article_id)
        if state.duplicate_of is not None:
            self.copies[state.duplicate_of] += 1

    def _original(self, row: Row) -> UUID | None:
        """The article that ``row`` repeats."""
        if row.article_id in self.known.originals or self.copies[row.article_id] > 0:
            return None
        found = self._same(row)
        if found is None:
            linked = self._linked(row)
            if linked is not None and alike(self._text(linked), row.text):
                found = linked
        return None if found is None or found.root == row.article_id else found.root

    def _same(self, row: Row) -> Stored | None:
        """The oldest other article with the same content."""
        key = (row.content_hash, row.probe)
        found = [self.articles[member] for member in self.members.get(key, ())]
        if (outside := self.known.oldest.get(key)) is not None:
            found.append(outside)
        return min(found, key=lambda state: (state.first_seen_at, state.article_id), default=None)

    def _linked(self, row: Row) -> Stored | None:
        """The article behind the row's link; nothing that is of another kind."""
        if row.link is None:
            return None
        claim = self.claimed.get(row.link)
        holder = self.known.aliases.get(row.link) or (claim[1] if claim else None)
        found = self.articles.get(row.link) or (holder and self.articles.get(holder)) or None
        if found is None or found.article_id == row.article_id or found.probe != row.probe:
            return None
        return found

    def _text(self, article: Stored) -> str:
        row = self.rows.get(article.article_id)
        return self.known.texts.get(article.article_id, "") if row is None else row.text

    def _claim(self, row: Row) -> None:
        for alias in row.aliases:
            free = alias.key not in self.known.aliases and alias.key not in self.articles
            if free and alias.key != row.article_id:
                self.claimed.setdefault(alias.key, (alias.url, row.article_id))


def _written(state: Stored, outcome: Outcome) -> Written:
    return Written(
        article_id=state.article_id,
        outcome=outcome,
        revision=state.revision,
        duplicate_of=state.duplicate_of,
        first_seen_at=state.first_seen_at,
        indexed_at=state.indexed_at,
    )
