"""A page becomes an article. Pure: bytes and an address in, an article out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from htmldate import find_date
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import body, charset, dates, gate, kinds, metadata
from wireroom.clean.body import SHORTEST_ARTICLE
from wireroom.clean.evidence import claim
from wireroom.clean.extracted import Extracted

SHORTEST_SENTENCE = 60  # characters of a paragraph that ends like a sentence

# Chinese, Japanese and Korean say in one character what others say in three.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_END = re.compile(r"[.!?…。！？؟।۔][\"'”’»“)\]」』]*$")


def extract(html: bytes, url: str, declared: str | None = None) -> Extracted:
    """Body and facts of the page ``html`` at ``url``.

    ``declared``: charset of the Content-Type header. The text is empty where the page has
    none. Raises ``Refused`` for what is no page, or is dangerous to parse.
    """
    return _read(html, url, declared)[0]


def article(html: bytes, url: str, declared: str | None = None) -> Extracted | None:
    """As ``extract``, but None for a page that is no article.

    A page that calls itself one need not have sentences: it may be a list of winners.
    """
    extracted, is_story = _read(html, url, declared)
    is_one = is_article(extracted.text) or (
        is_story and _weight(extracted.text) >= SHORTEST_ARTICLE
    )
    return extracted if is_one and not _is_front_page(url) else None


def is_article(text: str) -> bool:
    """Whether a page's text is one: long enough, and some of it in sentences.

    Front pages and listings have headlines and teasers, few of which end like a sentence.
    """
    if _weight(text) < SHORTEST_ARTICLE:
        return False
    return any(_weight(p) >= SHORTEST_SENTENCE and _END.search(p) for p in text.split("\n"))


def _read(html: bytes, url: str, declared: str | None) -> tuple[Extracted, bool]:
    """The page, and whether it says that it is a story."""
    gate.admit(html)
    text = gate.without_unpaired(charset.decode(html, declared))
    parsed = metadata.page(LexborHTMLParser(text), url)
    facts = metadata.read(parsed)
    found = body.read(text, parsed, facts.title)
    claims = facts.claims
    published, provenance = facts.published, {**facts.provenance, "text": found.source}
    if published is None and (published := _by_htmldate(text, url)) is not None:
        provenance["published_at"] = "htmldate"
        claims += (claim("published_at", published.at.date().isoformat(), "htmldate", 0.5),)
    extracted = Extracted(
        text=found.text,
        blocks=found.parts,
        left_out=found.left_out,
        kind=kinds.of(parsed, found, facts.is_story),
        body_missing=_missing(parsed, text, found),
        title=facts.title,
        authors=facts.authors,
        published_at=published.at if published else None,
        published_offset=published.offset if published else None,
        zone_assumed=published.zone_assumed if published else False,
        canonical_url=facts.canonical_url,
        source=facts.source,
        language_hint=facts.language_hint,
        copyright_notice=facts.copyright_notice,
        modified_at=facts.modified.at if facts.modified else None,
        modified_offset=facts.modified.offset if facts.modified else None,
        section=facts.section,
        tags=facts.tags,
        image_url=facts.image_url,
        is_free=facts.is_free,
        licence=facts.licence,
        signals=facts.signals,
        claims=claims,
        provenance=provenance,
        aliases=facts.aliases,
    )
    return extracted, facts.is_story


def _missing(parsed: metadata.Page, html: str, found: body.Body) -> str | None:
    """Why what the page shows is not its body. A short text without such a sign is a short text."""
    if _weight(found.text) >= SHORTEST_ARTICLE:
        return None
    cause = kinds.missing(parsed, html, found.page)
    return cause if cause != "empty" or not found.parts else None


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.netloc) and parts.path in ("", "/") and not parts.query


def _weight(text: str) -> int:
    return len(text) + 2 * len(_DENSE.findall(text))


def _by_htmldate(text: str, url: str) -> dates.Moment | None:
    """A day that only htmldate finds. Its default would prefer the day of the last change."""
    found = find_date(
        text,
        original_date=True,
        extensive_search=False,
        url=url or None,
        min_date=datetime(dates.YEARS.start, 1, 1),
        max_date=datetime(dates.YEARS.stop - 1, 12, 31),  # not today: same page, same answer
    )
    return dates.Moment(datetime.fromisoformat(found).replace(tzinfo=UTC), None) if found else None
