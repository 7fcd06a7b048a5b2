"""What a page says of its own address, and how far that is believed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from wireroom import urls

LONGEST = 2_000  # characters

_AMP = re.compile(
    r"/amp(?:/|$|\?)|[/.]amp\.html?$|[?&](?:amp|outputType=amp)(?:=|&|$)|://amp\.", re.I
)


def canonical(tree: LexborHTMLParser, meta: Mapping[str, str], url: str) -> tuple[str, str] | None:
    """The address that the page prefers, and its source: ``link`` or ``meta``.

    Not believed: front pages and sections, other sites; an AMP page only if nothing else is named.
    """
    start, amp = base(tree, url), None
    for source, value in _named(tree, meta):
        address = same_article(value, url, start)
        if address is None or _is_folder(address, url):
            continue
        if not _is_amp(address):
            return address, source
        amp = amp or (address, source)
    return amp


def aliases(tree: LexborHTMLParser, url: str, canonical: str | None) -> tuple[str, ...]:
    """The AMP form of the page."""
    head = tree.head
    link = head.css_first('link[rel="amphtml"]') if head is not None else None
    href = link.attributes.get("href") if link is not None else None
    amp = same_article(href, url, base(tree, url)) if href else None
    return (amp,) if amp and amp != canonical else ()


def said(tree: LexborHTMLParser, meta: Mapping[str, str]) -> Iterator[str]:
    """Every address that the page gives itself, believed or not."""
    return (value for _, value in _named(tree, meta))


def base(tree: LexborHTMLParser, url: str) -> str:
    """What the page's relative addresses start from: ``<base href>`` in 6 of 100 pages."""
    head = tree.head
    node = head.css_first("base[href]") if head is not None else None
    href = node.attributes.get("href") if node is not None else None
    try:
        return urljoin(url, href.strip()[:LONGEST]) if href else url
    except ValueError:
        return url


def absolute(value: str | None, url: str) -> str | None:
    """An http or https address, on whatever host; None for anything else."""
    try:
        address = urljoin(url, value.strip()[:LONGEST]) if value else ""
    except ValueError:
        return None
    return address if address.startswith(("http://", "https://")) else None


def same_article(value: str | None, url: str, start: str | None = None) -> str | None:
    """An absolute address of the same site that is not its front page, else None.

    ``start``: what a relative ``value`` starts from, where that is not ``url``.
    Broken templates name the front page, copied ones another host: both would join articles.
    """
    if not value:
        return None
    try:
        address = urljoin(start or url, value.strip()[:LONGEST])
        path = urlsplit(address).path
    except ValueError:
        return None
    if path in ("", "/") or not address.startswith(("http://", "https://")):
        return None
    return untracked(address) if not url or urls.same_site(address, url) else None


def untracked(address: str) -> str:
    """Without fragment and parameters that only say where a reader came from."""
    bare = address.partition("#")[0] if "#!" not in address else address
    path, asked, query = bare.partition("?")
    if not asked:
        return bare
    kept = [p for p in query.split("&") if not _is_tracking(p.partition("=")[0].lower())]
    return f"{path}?{'&'.join(kept)}" if any(kept) else path


def _is_tracking(name: str) -> bool:
    return name in urls.TRACKING or name.startswith(urls.TRACKING_PREFIXES)


def _is_folder(address: str, url: str) -> bool:
    """Whether an address is a folder above the page's own: a section, named by a template."""
    upper, own = (urlsplit(one).path.rstrip("/") for one in (address, url))
    return own.startswith(upper + "/") and "/amp" not in own[len(upper) :].lower()


def _is_amp(address: str) -> bool:
    return _AMP.search(address) is not None


def _named(tree: LexborHTMLParser, meta: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    link = tree.css_first('link[rel="canonical"]')
    href = link.attributes.get("href") if link is not None else None
    for source, value in (("link", href), ("meta", meta.get("og:url"))):
        if value:
            yield source, value.strip()[:LONGEST]
