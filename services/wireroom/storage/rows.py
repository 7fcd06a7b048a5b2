"""What is written of an article, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Outcome: TypeAlias = Literal["indexed", "duplicate", "revised", "unchanged"]


@dataclass(frozen=True, slots=True)
class Alias:
    """Another URL of an article. ``key``: the article id that the URL would have by itself."""

    key: UUID
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page as it was fetched whole: its validators, and SHA-256 of its decoded body."""

    etag: str | None
    last_modified: str | None
    body_hash: bytes
    fetched_at: datetime
    signals: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record about one article. ``subjects`` to ``versions`` are JSON texts.

    ``link``: key of the canonical URL, where it is not the article's own. ``seen``: the page that
    it came from, where one was fetched.
    """

    article_id: UUID
    submission_id: UUID
    accepted_at: datetime
    text: str
    content_hash: bytes
    language: str
    url: str | None = None
    canonical_url: str | None = None
    link: UUID | None = None
    aliases: Sequence[Alias] = ()
    source: str | None = None
    title: str | None = None
    authors: Sequence[str] = ()
    published_at: datetime | None = None
    published_offset: int | None = None
    zone_assumed: bool = False
    language_confidence: float = 0.0
    language_source: str = ""
    subjects: str = "[]"
    subjects_missing: str | None = None
    keyphrases: str = "[]"
    copyright_notice: str | None = None
    headlines: Sequence[tuple[str, str | None]] = ()
    removed: str = "[]"
    provenance: str = "{}"
    modified_at: datetime | None = None
    details: str = "{}"
    evidence: str = "[]"
    blocks: str = "[]"
    versions: str = "{}"
    lane: str = "live"
    probe: bool = False
    feed_url: str | None = None
    submitted_by: str | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one row. ``indexed_at``: when the article's present text was written."""

    article_id: UUID
    outcome: Outcome
    revision: int
    duplicate_of: UUID | None
    first_seen_at: datetime
    indexed_at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as the database has it, without its text."""

    article_id: UUID
    content_hash: bytes
    revision: int
    duplicate_of: UUID | None
    probe: bool
    first_seen_at: datetime
    indexed_at: datetime

    @property
    def root(self) -> UUID:
        return self.duplicate_of or self.article_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the database knows that bears on a batch.

    ``articles``: those of the batch, and those that its links and aliases name.
    ``oldest``: for a content hash and probe flag, the oldest article outside the batch.
    ``originals``: articles of the batch that have copies outside it.
    ``aliases``: key to article. ``texts``: of the articles that links lead to.
    """

    now: datetime
    articles: Mapping[UUID, Stored] = field(default_factory=dict)
    oldest: Mapping[tuple[bytes, bool], Stored] = field(default_factory=dict)
    originals: frozenset[UUID] = frozenset()
    aliases: Mapping[UUID, UUID] = field(default_factory=dict)
    texts: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text of the batch that a later record of the same batch replaced."""

    row: Row
    revision: int


@dataclass(frozen=True, slots=True)
class Final:
    """The last state of an article that is new or has a new text; ``before``: what it was."""

    row: Row
    state: Stored
    before: Stored | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do to the tables. ``written`` answers the rows one to one.

    ``headlines``: rows with the revision that they belong to.
    """

    written: Sequence[Written]
    new: Sequence[Final]
    changed: Sequence[Final]
    replaced: Sequence[Replaced]
    headlines: Sequence[tuple[Row, int]]
    aliases: Mapping[UUID, tuple[str, UUID]]
