"""What both ways, page and syndicated text, end in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from wireroom.clean import dates
from wireroom.clean.dates import Moment
from wireroom.clean.evidence import Claim, claim

SOLE = 0.8  # how sure a fact is that only the lines around a text tell
FUTURE = timedelta(hours=24)  # by as much a time without a zone may lie ahead


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline of another article. ``language``: BCP 47, ``und`` where nobody can tell."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A span of the submitted text that is not in the article; offsets in code points."""

    rule: str
    at: int
    length: int

    @property
    def kind(self) -> str:
        """What was taken out, such as ``source`` or ``headline``: the last part of its rule."""
        return self.rule.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Part:
    """``kind``: heading, paragraph, list_item, quote, table_row, caption or preformatted.

    ``level``: 1 to 6 of a heading, else 0.
    """

    kind: str
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A block of the page that is not in the article.

    ``cause``: title, page_date, double, consent, data, links, a sign of the markup, a cue of the
    text, or ``unlikely``. ``start``: its first characters; ``length``: all of them. ``score``: how
    likely the model held it to be content, 0 to 1.
    """

    cause: str
    start: str
    length: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """An article: text and facts. ``None`` and empty mean that nothing says it.

    ``text``: paragraphs divided by line breaks. ``published_offset``: minutes from UTC.
    ``provenance``: field name to where its value came from; ``claims``: what it was chosen from.
    ``signals``: what the page forbids machines. ``blocks``: the text with what each line is. Of
    pages alone: ``left_out``, blocks that are not in it, and ``left_out_more``, how
    many others are not; ``kind``, article, live_blog, gallery, video, audio or list;
    ``body_missing``, the cause where there is no text. ``language_conflict``: the text is in
    another language than ``language_hint`` says; only ``work`` compares them.
    """

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_offset: int | None = None
    zone_assumed: bool = False
    canonical_url: str | None = None
    source: str | None = None
    language_hint: str | None = None
    copyright_notice: str | None = None
    headlines: tuple[Headline, ...] = ()
    removed: tuple[Removed, ...] = ()
    provenance: dict[str, str] = field(default_factory=dict)
    modified_at: datetime | None = None
    modified_offset: int | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    is_free: bool | None = None
    licence: str | None = None
    signals: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    aliases: tuple[str, ...] = ()
    blocks: tuple[Part, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    left_out_more: int = 0
    kind: str = "article"
    body_missing: str | None = None
    language_conflict: bool = False


def evidence(extracted: Extracted) -> tuple[Claim, ...]:
    """Every claim; of what has no other source than the one in ``provenance``, that one."""
    settled = {one.field for one in extracted.claims if one.chosen}
    sole = (
        claim(name, shown(value), source, SOLE)
        for name, source in extracted.provenance.items()
        if name not in settled and name != "text" and (value := getattr(extracted, name, None))
    )
    return (*extracted.claims, *sole)


def shown(value: object) -> str:
    """A value as evidence has it: times as ISO 8601, several of anything with commas."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(shown(one.text if isinstance(one, Headline) else one) for one in value)
    return str(value)


def believed(extracted: Extracted, fetched_at: datetime) -> Extracted:
    """Without a publication time that lies more than a day ahead of when the content was there.

    The next claim that does not takes its place; of the last change nothing is left.
    """
    latest = fetched_at + FUTURE
    if extracted.modified_at is not None and extracted.modified_at > latest:
        extracted = without(extracted, "modified_at")
        extracted = replace(extracted, modified_at=None, modified_offset=None)
    if extracted.published_at is None or extracted.published_at <= latest:
        return extracted
    for one in extracted.claims:
        moment = dates.read(one.value) if one.field == "published_at" else None
        if moment is not None and moment.at <= latest:
            return _published(without(extracted, "published_at"), moment, one)
    return _published(without(extracted, "published_at"), None, None)


def _published(extracted: Extracted, moment: Moment | None, of: Claim | None) -> Extracted:
    provenance, claims = extracted.provenance, extracted.claims
    if of is not None:
        provenance = {**provenance, "published_at": of.source}
        claims = (replace(of, chosen=True), *(c for c in claims if c != of))
    return replace(
        extracted,
        published_at=moment.at if moment else None,
        published_offset=moment.offset if moment else None,
        zone_assumed=moment.zone_assumed if moment else False,
        provenance=provenance,
        claims=claims,
    )


def without(extracted: Extracted, name: str) -> Extracted:
    """The same, where no claim of that field is the chosen one; the value is left to the caller."""
    return replace(
        extracted,
        provenance={k: v for k, v in extracted.provenance.items() if k != name},
        claims=tuple(replace(c, chosen=False) if c.field == name else c for c in extracted.claims),
    )
