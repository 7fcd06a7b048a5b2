"""Facts of a page, read in one pass over one tree; each with the source that gave it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom import urls
from wireroom.clean import addresses, authors, dates, jsonld, titles

LONGEST_VALUE = 1_000  # characters; before any regular expression sees it

LONGEST_BYLINE = 120  # characters; longer ones are sentences about the author

_DATE_META = """
    article:published_time og:article:published_time datepublished parsely-pub-date
    sailthru.date pubdate publishdate publish-date dc.date.issued dc.date.created
    dcterms.created dcterms.date dc.date cxenseparse:recs:publishtime originalpublicationdate
    publication_date rnews:datepublished article.published published_time publish_date
    published-date date_published article:published date
"""
_AUTHOR_META = """
    parsely-author article:author author sailthru.author byl dc.creator dcterms.creator
    article:author_name authors cxenseparse:author og:article:author
"""
_RIGHTS_META = "copyright dc.rights dcterms.rights rights"
_DATE_SELECTORS = ("[itemprop=datePublished]", "time[pubdate]", "time.entry-date", "time.published")
_AUTHOR_SELECTORS = (
    "[rel~=author]",
    "[itemprop=author] [itemprop=name]",
    "[itemprop=author]",
    ".byline a",
    ".author-name",
    ".byline-name",
    ".byline",
    ".author a",
    ".author",
    ".article-author",
)
_URL_DATE = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:0[1-9]|1[0-2])[/-]?(?:0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself; names of fields as in ``Extracted``."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: dates.Moment | None = None
    canonical_url: str | None = None
    aliases: tuple[str, ...] = ()
    source: str | None = None
    language_hint: str | None = None
    copyright_notice: str | None = None
    is_story: bool = False
    """The page says that it is an article."""
    provenance: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page, with what all readers need of it."""

    tree: LexborHTMLParser
    url: str
    meta: dict[str, str]
    data: jsonld.JsonLd


def page(tree: LexborHTMLParser, url: str) -> Page:
    """Collect ``meta`` (first value of a name wins) and JSON-LD."""
    meta: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        content = (attributes.get("content") or "").strip()[:LONGEST_VALUE]
        for key in ("property", "name", "itemprop"):
            name = attributes.get(key)
            if name and content:
                meta.setdefault(name.strip().lower(), content)
    return Page(tree, url, meta, jsonld.read(tree))


def read(parsed: Page) -> Metadata:
    """All facts but the body; what nothing says is None or empty."""
    where: dict[str, str] = {}

    def told(name: str, found: tuple[object, str] | None) -> None:
        if found is not None:
            where[name] = found[1]

    title, names, moment = _title(parsed), _authors(parsed), _published(parsed)
    link = addresses.canonical(parsed.tree, parsed.meta, parsed.url)
    source, language = _source(parsed), _language(parsed)
    rights = _rights(parsed)
    told("title", title)
    told("authors", names)
    told("published_at", moment)
    told("canonical_url", link)
    told("source", source)
    told("language_hint", language)
    told("copyright_notice", rights)
    return Metadata(
        title=title[0] if title else None,
        authors=names[0] if names else (),
        published=moment[0] if moment else None,
        canonical_url=link[0] if link else None,
        aliases=addresses.aliases(parsed.tree, parsed.url, link[0] if link else None),
        source=source[0] if source else None,
        language_hint=language[0] if language else None,
        copyright_notice=rights[0] if rights else None,
        is_story=parsed.data.is_story or parsed.meta.get("og:type", "").lower() == "article",
        provenance=where,
    )


def _text(node: LexborNode) -> str:
    return " ".join(node.text(deep=True, separator=" ").split())[:LONGEST_VALUE]


def _title(parsed: Page) -> tuple[str, str] | None:
    head = parsed.tree.css_first("title")
    named = (
        ("og", _plain(parsed.meta.get("og:title"))),
        ("jsonld", jsonld.text_of(parsed.data.article.get("headline"))),
        ("twitter", _plain(parsed.meta.get("twitter:title"))),
        ("title", _text(head) if head is not None else None),
    )
    return titles.choose([_text(h1) for h1 in parsed.tree.css("h1")[:20]], named)


def _plain(value: str | None) -> str | None:
    return jsonld.text_of(value) if value else None


def _authors(parsed: Page) -> tuple[tuple[str, ...], str] | None:
    """The names of the first source that has any."""
    for source, bylines in _author_candidates(parsed):
        if found := authors.names(bylines):
            return found, source
    return None


def _author_candidates(parsed: Page) -> Iterator[tuple[str, list[str]]]:
    for key in ("author", "creator"):
        yield "jsonld", jsonld.names_of(parsed.data.article.get(key), parsed.data)
    for name in _AUTHOR_META.split():
        value = parsed.meta.get(name, "")
        if value and len(value) <= LONGEST_BYLINE and "://" not in value:
            yield "meta", [value]
    for selector in _AUTHOR_SELECTORS:
        shown = [_text(node) for node in parsed.tree.css(selector)[:5]]
        yield "byline", [text for text in shown if len(text) <= LONGEST_BYLINE]


def _published(parsed: Page) -> tuple[dates.Moment, str] | None:
    for source, value in _date_candidates(parsed):
        moment = dates.read(value)
        if moment is not None:
            return moment, source
    return None


def _date_candidates(parsed: Page) -> Iterator[tuple[str, str]]:
    """Sources and values, best first; later ones are looked up only when asked for."""
    keys = ("datePublished", "dateCreated")
    for node in (parsed.data.article, *parsed.data.nodes):
        yield from (("jsonld", str(node[key])) for key in keys if isinstance(node.get(key), str))
        if node is parsed.data.article:
            names = _DATE_META.split()
            yield from (("meta", parsed.meta[name]) for name in names if name in parsed.meta)
    for selector in _DATE_SELECTORS:
        for shown in parsed.tree.css(selector)[:3]:
            given = shown.attributes
            yield "markup", given.get("content") or given.get("datetime") or _text(shown)
    for address in (parsed.url, *addresses.said(parsed.tree, parsed.meta)):
        if found := _URL_DATE.search(address.partition("?")[0]):
            yield "url", re.sub(r"\D", "", found.group())
    for time in parsed.tree.css("time[datetime]")[:1]:
        yield "time", time.attributes.get("datetime") or ""


def _source(parsed: Page) -> tuple[str, str] | None:
    for name in ("og:site_name", "application-name"):
        if value := _plain(parsed.meta.get(name)):
            return value, "meta"
    if value := jsonld.text_of(_first_name(parsed.data, "publisher")):
        return value, "jsonld"
    try:
        return urls.host(parsed.url).removeprefix("www."), "url"
    except ValueError:
        return None


def _first_name(data: jsonld.JsonLd, key: str) -> str | None:
    return next(iter(jsonld.names_of(data.article.get(key), data)), None)


def _language(parsed: Page) -> tuple[str, str] | None:
    root = parsed.tree.css_first("html")
    readers: tuple[tuple[str, Callable[[], str | None]], ...] = (
        ("html", lambda: root.attributes.get("lang") if root is not None else None),
        ("meta", lambda: parsed.meta.get("og:locale") or parsed.meta.get("content-language")),
        ("jsonld", lambda: jsonld.text_of(parsed.data.article.get("inLanguage"))),
    )
    for source, reader in readers:
        if (value := reader()) and re.fullmatch(r"[A-Za-z]{2,3}(?:[-_]\w{1,8})*", value.strip()):
            return value.strip().replace("_", "-"), source
    return None


def _rights(parsed: Page) -> tuple[str, str] | None:
    if value := jsonld.text_of(parsed.data.article.get("copyrightNotice")):
        return value, "jsonld"
    for name in _RIGHTS_META.split():
        if value := _plain(parsed.meta.get(name)):
            return value, "meta"
    return None
