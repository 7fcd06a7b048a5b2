"""Facts of a page, read over one tree; each with the source that gave it, and the losers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wireroom.clean import addresses, bylines, dates, jsonld, moments, titles, usage
from wireroom.clean.evidence import Claim, Settled, Told, claim, settle
from wireroom.clean.people import sites_of
from wireroom.clean.said import Page, page, plain

__all__ = ["Metadata", "Page", "page", "read"]

MOST_TAGS = 30
LONGEST_TAG = 80  # characters
ALONE = {"jsonld": 0.9, "meta": 0.9, "link": 0.9, "html": 0.8, "url": 0.5}
"""How sure a fact is that one source alone tells."""

_TAG_META = ("article:tag", "parsely-tags", "news_keywords", "sailthru.tags", "keywords")
_SECTION_META = ("article:section", "parsely-section", "section", "cxenseparse:recs:category")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_]\w{1,8})*")
_BETWEEN_TAGS = re.compile(r"[,;，、،]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself; names of fields as in ``Extracted``."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: dates.Moment | None = None
    modified: dates.Moment | None = None
    canonical_url: str | None = None
    aliases: tuple[str, ...] = ()
    source: str | None = None
    language_hint: str | None = None
    copyright_notice: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    is_free: bool | None = None
    licence: str | None = None
    signals: tuple[str, ...] = ()
    is_story: bool = False
    """The page says that it is an article."""
    claims: tuple[Claim, ...] = ()

    @property
    def provenance(self) -> dict[str, str]:
        """Field name to the source that was believed."""
        return {claim.field: claim.source for claim in self.claims if claim.chosen}


@dataclass(slots=True)
class _Notes:
    """Collects the claims while the facts are read."""

    claims: list[Claim] = field(default_factory=list)

    def one(self, name: str, told: tuple[str, str] | None) -> str | None:
        """A fact of one source."""
        if told is None:
            return None
        self.claims.append(claim(name, told[0], told[1], ALONE.get(told[1], 0.7)))
        return told[0]

    def many(self, name: str, told: tuple[tuple[str, ...], str] | None) -> tuple[str, ...]:
        if told is None:
            return ()
        self.one(name, (", ".join(told[0]), told[1]))
        return told[0]

    def settled(self, found: Settled[dates.Moment]) -> dates.Moment | None:
        self.claims.extend(found.claims)
        return found.best.value if found.best else None


def read(parsed: Page) -> Metadata:
    """All facts but the body; what nothing says is None or empty."""
    notes = _Notes()
    names = _names(parsed)
    free = usage.is_free(parsed)
    notes.one("is_free", (str(free[0]).lower(), free[1]) if free else None)
    published, modified = moments.read(parsed)
    link = notes.one("canonical_url", addresses.canonical(parsed))
    title, title_claims = _title(parsed, names)
    authors, author_claims = _authors(parsed, names)
    notes.claims += (*title_claims, *author_claims)
    return Metadata(
        title=title,
        authors=authors,
        published=notes.settled(published),
        modified=notes.settled(modified),
        canonical_url=link,
        aliases=addresses.aliases(parsed, link),
        source=notes.one("source", _source(parsed)),
        language_hint=notes.one("language_hint", _language(parsed)),
        copyright_notice=notes.one("copyright_notice", usage.rights(parsed)),
        section=notes.one("section", _section(parsed)),
        tags=notes.many("tags", _tags(parsed)),
        image_url=notes.one("image_url", _image(parsed)),
        is_free=free[0] if free else None,
        licence=notes.one("licence", usage.licence(parsed)),
        signals=usage.signals(parsed),
        is_story=parsed.data.is_story or parsed.meta.get("og:type", "").lower() == "article",
        claims=tuple(notes.claims),
    )


def _names(parsed: Page) -> list[str]:
    """What the publication is called, as far as the page says it."""
    names = [plain(parsed.meta.get(name)) for name in ("og:site_name", "application-name")]
    names += jsonld.names_of(parsed.data.article.get("publisher"), parsed.data)[:3]
    for node in parsed.data.nodes[:50]:
        if str(node.get("@type")) in ("WebSite", "NewsMediaOrganization", "Organization"):
            names += [jsonld.text_of(node.get(key)) for key in ("name", "alternateName")]
    host = (parsed.host or "").removeprefix("www.")
    labels = host.split(".")
    names += [host, *(label for label in labels[:-1] if len(label) > 3)]
    return [name for name in names if name]


def _title(parsed: Page, names: list[str]) -> tuple[str | None, tuple[Claim, ...]]:
    named = (
        ("meta", plain(parsed.meta.get("og:title"))),
        ("jsonld", jsonld.text_of(parsed.data.article.get("headline"))),
        ("meta", plain(parsed.meta.get("twitter:title"))),
        ("title", parsed.title),
    )
    return titles.read(parsed.headings, named, names)


def _authors(parsed: Page, names: list[str]) -> tuple[tuple[str, ...], tuple[Claim, ...]]:
    found: list[Told[tuple[str, ...]]] = []
    for offer in bylines.offers(parsed, sites_of(names)):
        found.append(offer)
        if _is_clear(offer) or len({told.source for told in found}) > 2:
            break
    if not found and (own := bylines.last_resort(parsed)) is not None:
        found.append(own)
    settled = settle("authors", found, _shares_a_name, ", ".join)
    return settled.best.value if settled.best else (), settled.claims


def _is_clear(offer: Told[tuple[str, ...]]) -> bool:
    """Whether nothing else has to be looked at: a whole name where names are marked as such."""
    return offer.source not in ("text", "data") and any(
        " " in name or not name.isascii() for name in offer.value
    )


def _shares_a_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not {name.casefold() for name in one}.isdisjoint(name.casefold() for name in other)


def _source(parsed: Page) -> tuple[str, str] | None:
    for name in ("og:site_name", "application-name"):
        if value := plain(parsed.meta.get(name)):
            return value, "meta"
    publishers = jsonld.names_of(parsed.data.article.get("publisher"), parsed.data)
    if value := jsonld.text_of(publishers):
        return value, "jsonld"
    return (parsed.host.removeprefix("www."), "url") if parsed.host else None


def _languages(parsed: Page) -> Iterator[tuple[str, object]]:
    yield "html", parsed.language
    yield "meta", parsed.meta.get("og:locale") or parsed.meta.get("content-language")
    yield "jsonld", jsonld.text_of(parsed.data.article.get("inLanguage"))


def _language(parsed: Page) -> tuple[str, str] | None:
    for source, value in _languages(parsed):
        if isinstance(value, str) and _LANGUAGE.fullmatch(value.strip()):
            return value.strip().replace("_", "-"), source
    return None


def _section(parsed: Page) -> tuple[str, str] | None:
    if value := jsonld.text_of(parsed.data.article.get("articleSection")):
        return value[:LONGEST_TAG], "jsonld"
    for name in _SECTION_META:
        if value := plain(parsed.meta.get(name)):
            return value[:LONGEST_TAG], "meta"
    return None


def _tags(parsed: Page) -> tuple[tuple[str, ...], str] | None:
    for name in _TAG_META:
        if found := _split_tags(parsed.meta_all(name)):
            return found, "meta"
    told = parsed.data.article.get("keywords")
    values = told if isinstance(told, list) else [told]
    found = _split_tags([text for value in values[:100] if (text := jsonld.text_of(value))])
    return (found, "jsonld") if found else None


def _split_tags(values: Sequence[str]) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for value in values for part in _BETWEEN_TAGS.split(value))
    named = {part.casefold(): part for part in parts if 0 < len(part) <= LONGEST_TAG}
    return tuple(named.values())[:MOST_TAGS]


def _image(parsed: Page) -> tuple[str, str] | None:
    for name in ("og:image", "og:image:url", "twitter:image", "twitter:image:src"):
        if address := addresses.absolute(parsed.meta.get(name), parsed.url):
            return address, "meta"
    value = parsed.data.article.get("image")
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    address = addresses.absolute(value, parsed.url) if isinstance(value, str) else None
    return (address, "jsonld") if address else None
