"""A page becomes an article. Pure: bytes and an address in, an article out."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import body, charset, days, gate, kinds, metadata, relayed
from wireroom.clean.absent import weight, why
from wireroom.clean.blocks import Blocks
from wireroom.clean.body import SHORTEST_ARTICLE
from wireroom.clean.evidence import claim
from wireroom.clean.extracted import Extracted, LeftOut
from wireroom.clean.parts import LONGEST_START
from wireroom.clean.reasons import NoArticle


@dataclass(frozen=True, slots=True)
class Read:
    """``before``: the body before a trailer went out of it; offsets of ``removed`` count in it.

    ``is_story``: the page says that it is one.
    """

    extracted: Extracted
    before: str
    is_story: bool


def extract(html: bytes, url: str, declared: str | None = None) -> Extracted:
    """Body and facts of the page ``html`` at ``url``.

    ``declared``: charset of the Content-Type header. The text is empty where the page has
    none. Raises ``Refused`` for what is no page, or is dangerous to parse.
    """
    return read(html, url, declared).extracted


def article(html: bytes, url: str, declared: str | None = None) -> Extracted | NoArticle:
    """As ``extract``, but ``NoArticle`` for a page that is none."""
    found = read(html, url, declared)
    return why(found.extracted, url, is_story=found.is_story) or found.extracted


def read(html: bytes, url: str, declared: str | None = None) -> Read:
    """As ``extract``, with what it was made of."""
    gate.admit(html)
    with _no_collections():
        return _read(html, url, declared)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Python's collector looks for cycles at every few hundred objects; a page has 100,000 and
    hardly a cycle among them. What there is goes at the first collection after the page.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(html: bytes, url: str, declared: str | None) -> Read:
    text, utf_8 = gate.printable(charset.decode(html, declared))
    parsed = metadata.page(LexborHTMLParser(utf_8), url)
    facts = metadata.read(parsed)
    whole = found = body.read(text, parsed, facts.title)
    other = relayed.read(whole, url)
    if other is not None:
        found = replace(whole, parts=other.parts)
    shown, more = _left_out(whole)
    extracted = replace(
        _told(facts),
        text=found.text,
        blocks=found.parts,
        left_out=shown,
        left_out_more=more,
        kind=kinds.of(parsed, found, facts.is_story),
        body_missing=_missing(parsed, text, found),
        provenance={**facts.provenance, "text": found.source},
    )
    if other is not None:
        extracted = relayed.merged(extracted, other)
    if extracted.published_at is None:
        extracted = _with_day(extracted, whole.page, utf_8, url)
    return Read(extracted, whole.text, facts.is_story)


def _told(facts: metadata.Metadata) -> Extracted:
    """What a page says of itself, without its text."""
    published, modified = facts.published, facts.modified
    return Extracted(
        text="",
        title=facts.title,
        authors=facts.authors,
        published_at=published.at if published else None,
        published_offset=published.offset if published else None,
        zone_assumed=published.zone_assumed if published else False,
        canonical_url=facts.canonical_url,
        source=facts.source,
        language_hint=facts.language_hint,
        copyright_notice=facts.copyright_notice,
        modified_at=modified.at if modified else None,
        modified_offset=modified.offset if modified else None,
        section=facts.section,
        tags=facts.tags,
        image_url=facts.image_url,
        is_free=facts.is_free,
        licence=facts.licence,
        signals=facts.signals,
        claims=facts.claims,
        aliases=facts.aliases,
    )


def _left_out(found: body.Body) -> tuple[tuple[LeftOut, ...], int]:
    """What is not in the body, and how many other blocks are not.

    What the classifier left out may be in it after all: where another extractor read the page.
    """
    if found.source == "dom":
        return found.left_out, len(found.page.found) - len(found.parts) - len(found.left_out)
    kept = Counter(part.text for part in found.parts)
    gone = []
    for block in found.page.found:
        if kept[block.text] > 0:
            kept[block.text] -= 1
        else:
            gone.append((block.text[:LONGEST_START], len(block.text)))
    missing = Counter(gone)
    shown = tuple(one for one in found.left_out if missing[one.start, one.length] > 0)
    return shown, max(0, len(gone) - len(shown))


def _missing(parsed: metadata.Page, html: str, found: body.Body) -> str | None:
    """Why what the page shows is not its body. A short text without such a sign is a short text."""
    if len(found.text) >= SHORTEST_ARTICLE or weight(found.text) >= SHORTEST_ARTICLE:
        return None
    cause = kinds.missing(parsed, html, found.page)
    return cause if cause != "empty" or not found.parts else None


def _with_day(extracted: Extracted, page: Blocks, html: bytes, url: str) -> Extracted:
    """The same with the day that the page shows, or that htmldate finds in it."""
    day, source = days.shown(page, extracted.title), "text"
    if day is None:
        day, source = days.guessed(html, url), "htmldate"
    if day is None:
        return extracted
    told = claim("published_at", day.at.date().isoformat(), source, 0.5)
    return replace(
        extracted,
        published_at=day.at,
        published_offset=day.offset,
        zone_assumed=day.zone_assumed,
        provenance={**extracted.provenance, "published_at": told.source},
        claims=(*extracted.claims, told),
    )
