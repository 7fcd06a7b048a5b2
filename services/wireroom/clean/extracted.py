"""What both ways, page and syndicated text, end in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """An article: text and facts. ``None`` and empty mean that nothing says it.

    ``text``: paragraphs divided by line breaks. ``published_offset``: minutes from UTC.
    ``provenance``: field name to where its value came from.
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
    aliases: tuple[str, ...] = ()


def believed(extracted: Extracted, fetched_at: datetime) -> Extracted:
    """Without a publication time that lies more than a day ahead of when the content was there."""
    if extracted.published_at is None or extracted.published_at <= fetched_at + FUTURE:
        return extracted
    provenance = {k: v for k, v in extracted.provenance.items() if k != "published_at"}
    return replace(
        extracted,
        published_at=None,
        published_offset=None,
        zone_assumed=False,
        provenance=provenance,
    )
