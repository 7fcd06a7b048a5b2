"""What a page says of its own address, and how far that is believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from wireroom import urls
from wireroom.clean.said import Page

LONGEST = 2_000  # characters

_SAID = {"link": "canonical", "meta": "og:url"}
_WHOLE = re.compile(r"https?://[!-Z\\^-~]+$")  # joining it gives it back as it is
_AMP = re.compile(
    r"/amp(?:/|$|\?)|[/.]amp\.html?$|[?&](?:amp|outputType=amp)(?:=|&|$)|://amp\.", re.I
)


def canonical(parsed: Page) -> tuple[str, str] | None:
    """The address that the page prefers, and its source: ``link`` or ``meta``.

    Not believed: front pages and sections, other sites; an AMP page only if nothing else is named.
    """
    amp = None
    for source, value in _named(parsed):
        address = _of_article(value, parsed)
        if address is None or _is_folder(address, parsed.url):
            continue
        if not _is_amp(address):
            return address, source
        amp = amp or (address, source)
    return amp


def aliases(parsed: Page, canonical: str | None) -> tuple[str, ...]:
    """The AMP form of the page."""
    amp = _of_article(parsed.links.get("amphtml", ""), parsed)
    return (amp,) if amp and amp != canonical else ()


def said(parsed: Page) -> Iterator[str]:
    """Every address that the page gives itself, believed or not."""
    return (value for _, value in _named(parsed))


def absolute(value: str | None, start: str) -> str | None:
    """An http or https address, on whatever host; None for anything else.

    ``start``: what a relative ``value`` starts from.
    """
    address = (value or "").strip()[:LONGEST]
    if not _WHOLE.match(address):
        try:
            address = urljoin(start, address) if address else ""
        except ValueError:
            return None
    return address if address.startswith(("http://", "https://")) else None


def _of_article(value: str, parsed: Page) -> str | None:
    """An absolute address of the same site that is not its front page, else None.

    Relative ones start from ``<base href>``, which 6 of 100 pages have. Broken templates name
    the front page, copied ones another host: both would join articles.
    """
    address = absolute(value, _start(parsed)) if value.strip() else None
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return None
    if address is None or parts.path in ("", "/"):
        return None
    is_own = not parsed.url or (parsed.host is not None and _is_same_site(parts.netloc, parsed))
    return untracked(address) if is_own else None


def _is_same_site(netloc: str, parsed: Page) -> bool:
    """The same host is told at once; what is one site with others is looked up."""
    return netloc.lower() == parsed.host or urls.same_site(f"http://{netloc}/", parsed.url)


def _start(parsed: Page) -> str:
    return absolute(parsed.base, parsed.url) or parsed.url


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


def _named(parsed: Page) -> Iterator[tuple[str, str]]:
    for source, told in (("link", parsed.links), ("meta", parsed.meta)):
        if value := told.get(_SAID[source], "").strip():
            yield source, value[:LONGEST]
