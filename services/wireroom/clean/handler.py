"""From a fetched page or text to the article in it; the work itself is done elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import asdict, replace
from itertools import groupby
from typing import TypeAlias

from wireroom.clean.evidence import claim
from wireroom.clean.extracted import Extracted, Part, believed, evidence, shown, without
from wireroom.clean.metrics import Seen, unseen
from wireroom.clean.reasons import DROPPED, NoArticle, Refused
from wireroom.clean.versions import VERSIONS
from wireroom.events import (
    Article,
    ArticleCleaned,
    ArticleFetched,
    Block,
    Claim,
    Headline,
    Hint,
    LeftOut,
    Removed,
)
from wireroom.runtime.stage import Drop, Outcome

Run: TypeAlias = Callable[[bytes | None, str | None, str, str | None], Awaitable[object]]
"""``wireroom.clean.work.run`` in another process, or a fake."""

WALLS = frozenset(("consent_wall", "login_wall"))
"""Signals of a page that stands before the article: its address is not the article's."""

HINTED = 0.4  # what a sender knew is believed where nothing else says it


async def handle(event: ArticleFetched, *, run: Run, seen: Seen = unseen) -> Outcome:
    """The article, or a ``Drop``: ``not_html``, ``empty_page``, one of ``REASONS``.

    Permanent: what the gate refuses as dangerous, ``killed_cpu`` and its kin.
    """
    url = event.final_url or event.submission.url or ""
    try:
        extracted = await run(event.html, event.text, url, event.content_type)
    except Refused as refused:
        if refused.reason in DROPPED:
            return Drop(refused.reason, refused.detail)
        raise
    if not isinstance(extracted, Extracted | NoArticle):
        raise TypeError(f"a worker answered {type(extracted).__name__}")
    if not event.submission.probe:
        seen(extracted)
    if isinstance(extracted, NoArticle):
        return Drop(extracted.reason, extracted.detail)
    return [
        ArticleCleaned(
            article_id=event.article_id,
            submission=event.submission,
            article=article(_known(extracted, event), event),
            signals=_signals(extracted, event),
            validators=event.validators,
            versions={**event.versions, **VERSIONS},
        )
    ]


def _known(extracted: Extracted, event: ArticleFetched) -> Extracted:
    """What is believed of the page, filled up with what the sender knew."""
    if not WALLS.isdisjoint(event.signals):
        extracted = replace(without(extracted, "canonical_url"), canonical_url=None)
    source = "feed" if event.submission.feed_url else "hint"
    return with_hints(believed(extracted, event.fetched_at), event.hint, source)


def _signals(extracted: Extracted, event: ArticleFetched) -> tuple[str, ...]:
    """Those of the fetch, and those of the page itself, which may have been handed in."""
    return tuple(dict.fromkeys((*event.signals, *extracted.signals)))


def with_hints(extracted: Extracted, hint: Hint, by: str = "hint") -> Extracted:
    """What the sender knew fills what is missing; the host of an address counts as missing.

    ``by``: who the sender is, ``hint`` or ``feed``.
    """
    found: dict[str, object] = {}
    if extracted.title is None and hint.title:
        found["title"] = hint.title
    if not extracted.authors and hint.authors:
        found["authors"] = hint.authors
    if extracted.published_at is None and hint.published_at is not None:
        found["published_at"] = hint.published_at
    if extracted.language_hint is None and hint.language:
        found["language_hint"] = hint.language
    if hint.source and extracted.provenance.get("source", "url") == "url":
        found["source"] = hint.source
    return _with(extracted, found, by) if found else extracted


def article(extracted: Extracted, event: ArticleFetched) -> Article:
    """The part of the event that speaks of the article."""
    return Article(
        canonical_url=extracted.canonical_url,
        aliases=_aliases(extracted, event),
        source=extracted.source,
        title=extracted.title,
        text=extracted.text,
        authors=extracted.authors,
        published_at=extracted.published_at,
        published_offset=extracted.published_offset,
        zone_assumed=extracted.zone_assumed,
        language_hint=extracted.language_hint,
        copyright_notice=extracted.copyright_notice,
        headlines=tuple(Headline(text=h.text, language=h.language) for h in extracted.headlines),
        removed=tuple(Removed(rule=r.rule, at=r.at, length=r.length) for r in extracted.removed),
        provenance=extracted.provenance,
        modified_at=extracted.modified_at,
        modified_offset=extracted.modified_offset,
        section=extracted.section,
        tags=extracted.tags,
        image_url=extracted.image_url,
        is_free=extracted.is_free,
        licence=extracted.licence,
        kind=extracted.kind,
        evidence=tuple(Claim(**asdict(one)) for one in evidence(extracted)),
        blocks=tuple(blocks(extracted.blocks)),
        left_out=tuple(LeftOut(**asdict(one)) for one in extracted.left_out),
        left_out_more=extracted.left_out_more,
        body_missing=extracted.body_missing,
    )


def blocks(parts: Iterable[Part]) -> Iterator[Block]:
    """Parts that follow each other and are of one kind, as one: the text has their words."""
    for (kind, level), same in groupby(parts, lambda part: (part.kind, part.level)):
        lines = sum(1 + part.text.count("\n") for part in same)
        yield Block(kind=kind, level=level, lines=lines)


def _with(extracted: Extracted, found: dict[str, object], by: str) -> Extracted:
    provenance = {**extracted.provenance, **dict.fromkeys(found, by)}
    told = (claim(name, shown(value), by, HINTED) for name, value in found.items())
    kept = (replace(c, chosen=c.chosen and c.field not in found) for c in extracted.claims)
    changes = {**found, "provenance": provenance, "claims": (*kept, *told)}
    return replace(extracted, **changes)  # type: ignore[arg-type]  # by name


def _aliases(extracted: Extracted, event: ArticleFetched) -> tuple[str, ...]:
    """Every address met on the way but the submitted and the canonical one, each once."""
    if not WALLS.isdisjoint(event.signals):  # many articles end at the same wall
        return ()
    met = (*event.aliases, event.final_url, *extracted.aliases)
    known = (event.submission.url, extracted.canonical_url)
    return tuple(dict.fromkeys(url for url in met if url and url not in known))
