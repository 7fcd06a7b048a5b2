"""Events of the pipeline.

GENERATED from schemas/*.avsc by schemas/generate.py. Do not edit.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from wireroom.wire.event import Event, Instant, Part

Lane: TypeAlias = Literal["live", "backfill"]
Indexed: TypeAlias = Literal["indexed", "duplicate", "revised"]


class Submission(Part):
    """What the sender handed in, as far as it matters later."""

    url: str | None = None
    """The URL as submitted."""
    feed_url: str | None = None
    """The feed or sitemap that named the article."""
    submitted_by: str | None = None
    """Who handed it in: a person, a program, a feed poller."""
    lane: Lane = "live"
    """live, or backfill for archives."""
    probe: bool = False
    """Canary and verification articles: they travel the whole way and stay out of public views
    and statistics.
    """


class Headline(Part):
    """A headline of another article, found beside the text."""

    text: str
    """The headline as printed."""
    language: str | None = None
    """BCP 47, or und where nobody can tell."""


class Removed(Part):
    """A span of the submitted text that is not in the article."""

    rule: str
    """Name of the rule that took it out."""
    at: int
    """Offset in code points from the start of the submitted text; of a page, from the start of
    its body, lines divided by line breaks.
    """
    length: int
    """Length in code points."""


class Claim(Part):
    """One value that was on offer for a field, chosen or not."""

    field: str
    """Name of the field."""
    value: str
    """The value as text, 200 characters at most."""
    source: str
    """Who says it, such as jsonld, meta, time, url, text, feed, trailer, hint."""
    confidence: float
    """0 to 1."""
    chosen: bool = False
    """False for a value that lost."""


class Block(Part):
    """Lines of the text that follow each other and are of one kind."""

    kind: str
    """heading, paragraph, list_item, quote, table_row, caption or preformatted."""
    level: int = 0
    """1 to 6 of a heading, else 0."""
    lines: int = 1
    """How many lines of the text."""


class LeftOut(Part):
    """A block of the page that is not in the article."""

    cause: str
    """Short word: title, double, consent, data, links, a sign of the markup, a cue of the text,
    or unlikely.
    """
    start: str
    """Its first 80 characters."""
    length: int
    """All of them."""
    score: float
    """How likely the model held it to be content, 0 to 1."""


class Article(Part):
    """The article itself: text and facts, no markup."""

    canonical_url: str | None = None
    """The original's address, where the page or the trailer names one."""
    aliases: tuple[str, ...] = ()
    """Other URLs of the same article: redirects, AMP page."""
    source: str | None = None
    """Who published it first: site name, else host; ninjs infosources, schema.org publisher."""
    title: str | None = None
    """schema.org headline; null when there is none."""
    text: str
    """The body, paragraphs divided by line breaks; schema.org articleBody."""
    authors: tuple[str, ...] = ()
    """schema.org author, names only."""
    published_at: Instant | None = None
    """schema.org datePublished, UTC."""
    published_offset: int | None = None
    """The publisher's own offset from UTC in minutes, where it is known."""
    zone_assumed: bool = False
    """True when the publication time had no zone and was taken as UTC."""
    language_hint: str | None = None
    """What the page or the sender says of the language."""
    copyright_notice: str | None = None
    """ninjs copyrightnotice."""
    headlines: tuple[Headline, ...] = ()
    """Headlines of other articles that stood beside the text."""
    removed: tuple[Removed, ...] = ()
    """What was left out of a submitted text, or of a body that a page had taken from elsewhere,
    and by which rule.
    """
    provenance: dict[str, str] = Field(default_factory=dict)
    """Field name to where its value came from, such as jsonld, meta, trailer, hint."""
    modified_at: Instant | None = None
    """schema.org dateModified, UTC."""
    modified_offset: int | None = None
    """The publisher's own offset from UTC in minutes, where it is known."""
    section: str | None = None
    """schema.org articleSection."""
    tags: tuple[str, ...] = ()
    """The publisher's own keywords."""
    image_url: str | None = None
    """The picture that the page shows when it is shared."""
    is_free: bool | None = None
    """schema.org isAccessibleForFree; null where the page does not say it."""
    licence: str | None = None
    """schema.org license, most often an address."""
    kind: str = "article"
    """What it is: article, live_blog, gallery, video, audio or list."""
    evidence: tuple[Claim, ...] = ()
    """What each field was chosen from; at most three losers a field."""
    blocks: tuple[Block, ...] = ()
    """What the lines of the text are, from the first to the last; empty where nobody knows."""
    left_out: tuple[LeftOut, ...] = ()
    """What was left out of a page: its 60 longest blocks, in the order of the page."""
    left_out_more: int = 0
    """How many blocks were left out beside these."""
    body_missing: str | None = None
    """Why there is no text, or next to none: paywall, consent_wall, script_rendered or empty."""


class Subject(Part):
    """A topic of the article; ninjs subjects."""

    uri: str
    """IPTC Media Topic, such as medtop:11000000."""
    name: str
    """English name of the topic."""
    confidence: float
    """0 to 1."""
    evidence: tuple[str, ...] = ()
    """Words of the article that speak for the topic."""


class Keyphrase(Part):
    """A phrase that says what the article is about."""

    text: str
    """The phrase as it stands in the article."""
    score: float
    """Comparable within one article only."""


class PageValidators(Part):
    """How to see, with the next fetch, that a page is still the same."""

    etag: str | None = None
    """The ETag header byte for byte."""
    last_modified: str | None = None
    """The Last-Modified header byte for byte."""
    body_hash: bytes
    """SHA-256 of the decoded body."""
    fetched_at: Instant
    """When the page was there."""


class Hint(Part):
    """What the sender knew. Used where the article itself says nothing better."""

    title: str | None = None
    """schema.org headline."""
    authors: tuple[str, ...] = ()
    """schema.org author, names only."""
    published_at: Instant | None = None
    """schema.org datePublished."""
    language: str | None = None
    """BCP 47; schema.org inLanguage."""
    source: str | None = None
    """Name of the publisher; ninjs infosources."""


class ArticleClassified(Event):
    """A cleaned article with its language, subjects and keyphrases."""

    topic: ClassVar[str] = "articles.classified"
    key_field: ClassVar[str] = "article_id"
    partitions: ClassVar[int] = 12
    retention_days: ClassVar[int] = 7
    max_bytes: ClassVar[int] = 2097152

    article_id: UUID
    """UUIDv5 of the canonical form of the submitted URL; of the text's hash where there is no
    URL.
    """
    submission: Submission
    """Where it came from."""
    article: Article
    """Text and facts."""
    language: str
    """BCP 47, und where nobody can tell; schema.org inLanguage."""
    language_confidence: float
    """0 to 1."""
    language_source: str
    """What decided: text, script or hint."""
    subjects: tuple[Subject, ...] = ()
    """Best first; empty when unknown."""
    subjects_missing: str | None = None
    """Why there are no subjects: no_evidence or unsupported_language."""
    keyphrases: tuple[Keyphrase, ...] = ()
    """Best first."""
    signals: tuple[str, ...] = ()
    """What the page or its headers say that bears on how far to believe or use it: consent_wall,
    login_wall, needs_script, script_data, paywall, noai, noarchive, tdm_reserved.
    """
    validators: PageValidators | None = None
    """Of the page that was fetched; null for content that was handed in."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Stage name to the version of the code or data that did the work."""


class ArticleCleaned(Event):
    """The article itself, without markup, trailer and foreign headlines."""

    topic: ClassVar[str] = "articles.cleaned"
    key_field: ClassVar[str] = "article_id"
    partitions: ClassVar[int] = 12
    retention_days: ClassVar[int] = 7
    max_bytes: ClassVar[int] = 2097152

    article_id: UUID
    """UUIDv5 of the canonical form of the submitted URL; of the text's hash where there is no
    URL.
    """
    submission: Submission
    """Where it came from."""
    article: Article
    """Text and facts."""
    signals: tuple[str, ...] = ()
    """What the page or its headers say that bears on how far to believe or use it: consent_wall,
    login_wall, needs_script, script_data, paywall, noai, noarchive, tdm_reserved.
    """
    validators: PageValidators | None = None
    """Of the page that was fetched; null for content that was handed in."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Stage name to the version of the code or data that did the work."""


class ArticleFetched(Event):
    """The page as the server sent it, or the content as it was handed in."""

    topic: ClassVar[str] = "articles.fetched"
    key_field: ClassVar[str] = "article_id"
    partitions: ClassVar[int] = 12
    retention_days: ClassVar[int] = 7
    max_bytes: ClassVar[int] = 6291456

    article_id: UUID
    """UUIDv5 of the canonical form of the submitted URL; of the text's hash where there is no
    URL.
    """
    submission: Submission
    """Where it came from."""
    hint: Hint
    """What the sender knew."""
    final_url: str | None = None
    """The URL after redirects."""
    aliases: tuple[str, ...] = ()
    """URLs met on the way: redirect hops."""
    fetched_at: Instant
    """When the page was there."""
    content_type: str | None = None
    """The Content-Type header as sent."""
    html: bytes | None = None
    """The page's bytes, compressed with zstd."""
    text: str | None = None
    """Plain or syndicated text, where that was handed in instead of a page."""
    signals: tuple[str, ...] = ()
    """What the page or its headers say that bears on how far to believe or use it: consent_wall,
    login_wall, needs_script, script_data, paywall, noai, noarchive, tdm_reserved.
    """
    validators: PageValidators | None = None
    """Of the page that was fetched; null for content that was handed in."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Stage name to the version of the code or data that did the work."""


class ArticleIndexed(Event):
    """An article is in the database, new or changed. For whoever builds on it."""

    topic: ClassVar[str] = "articles.indexed"
    key_field: ClassVar[str] = "article_id"
    partitions: ClassVar[int] = 12
    retention_days: ClassVar[int] = 7
    max_bytes: ClassVar[int] = 2097152

    article_id: UUID
    """UUIDv5 of the canonical form of the submitted URL; of the text's hash where there is no
    URL.
    """
    outcome: Indexed
    """What became of it."""
    revision: int
    """1 for the first text, one more for each new one."""
    duplicate_of: UUID | None = None
    """The article whose text this one repeats."""
    url: str | None = None
    """The URL as submitted."""
    canonical_url: str | None = None
    """The original's address."""
    source: str | None = None
    """Who published it first."""
    title: str | None = None
    """schema.org headline."""
    language: str
    """BCP 47."""
    published_at: Instant | None = None
    """schema.org datePublished, UTC."""
    subjects: tuple[str, ...] = ()
    """URIs of the IPTC Media Topics, best first."""
    accepted_at: Instant
    """The broker's time of the intake record."""
    indexed_at: Instant
    """When the row was written."""
    probe: bool = False
    """Canary and verification articles."""


class ArticleJournal(Event):
    """One hop or outcome of one article: what happened, where, when, how long it took."""

    topic: ClassVar[str] = "articles.journal"
    key_field: ClassVar[str] = "subject_id"
    partitions: ClassVar[int] = 6
    retention_days: ClassVar[int] = 7
    max_bytes: ClassVar[int] = 65536

    subject_id: UUID
    """The article's id; the submission's where the article's is not known."""
    article_id: UUID | None = None
    """The article, where it is known."""
    submission_id: UUID
    """The accepted record of the intake that this goes back to."""
    stage: str
    """Which stage did it."""
    event: str
    """passed (handed on), retried, parked (waits in a retry tier), moved (to the partition of
    its host), or an outcome: indexed, duplicate, revised, unchanged, dropped, dead; replayed
    for a dead letter put back. A dead letter that somebody gives up is dropped, by_hand.
    """
    reason: str | None = None
    """Short word for dropped, dead, retried and parked."""
    detail: str | None = None
    """What there is to say beyond the word, at most 300 characters."""
    attempt: int = 1
    """1 for the first try."""
    until: Instant | None = None
    """When what is parked comes back."""
    accepted_at: Instant
    """The broker's time of the intake record."""
    at: Instant
    """When it happened."""
    waited_ms: float = 0.0
    """From the record's arrival in its topic to the start of work."""
    worked_ms: float = 0.0
    """From the start of work to the outcome."""
    record_topic: str
    """Where the handled record lies."""
    record_partition: int
    """Its partition."""
    record_offset: int
    """Its offset."""
    instance: str
    """Which worker: stage and host."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Stage name to the version of the code or data that did the work."""


class ArticleSubmitted(Event):
    """An article handed in: by its URL, as a page, or as text. The public contract; needs at
    least one of url, html, text.
    """

    topic: ClassVar[str] = "articles.intake"
    key_field: ClassVar[str] = "host"
    partitions: ClassVar[int] = 12
    retention_days: ClassVar[int] = 7
    max_bytes: ClassVar[int] = 6291456
    takes_json: ClassVar[bool] = True
    byte_fields: ClassVar[frozenset[str]] = frozenset({"html"})

    url: str | None = None
    """http or https; needed unless text is given."""
    html: bytes | None = None
    """The page, if the sender has it; with url. In JSON a string."""
    text: str | None = None
    """Plain or syndicated text."""
    title: str | None = None
    """A hint; schema.org headline."""
    authors: tuple[str, ...] = ()
    """A hint; schema.org author, names only."""
    published_at: Instant | None = None
    """A hint; schema.org datePublished. In JSON ISO 8601."""
    language: str | None = None
    """A hint; BCP 47."""
    source: str | None = None
    """A hint; name of the publisher."""
    feed_url: str | None = None
    """The feed or sitemap that named the article."""
    submitted_by: str | None = None
    """Who hands it in: a person, a program, a feed poller."""
    lane: Lane = "live"
    """live, or backfill for archives."""
    probe: bool = False
    """Canary and verification articles: they travel the whole way and stay out of public views
    and statistics.
    """
