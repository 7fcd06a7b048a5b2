"""A page that sends its reader on: ``<meta http-equiv="refresh" content="0; url=…">``. Pure."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from wireroom.web.client import Page

LONGEST_WAIT = 5.0
"""Seconds. What waits longer shows its own content first, and front pages reload by minutes."""

_HEAD = 16_384
_UNSEEN = re.compile(
    rb"<!--.*?(?:-->|$)|<noscript\b.*?(?:</noscript|$)|<script\b.*?(?:</script|$)",
    re.DOTALL | re.IGNORECASE,
)
_META = re.compile(rb"<meta\s[^<>]{0,2000}>", re.IGNORECASE)
_REFRESH = re.compile(rb"http-equiv\s*=\s*[\"']?\s*refresh\b", re.IGNORECASE)
_CONTENT = re.compile(rb"content\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TOLD = re.compile(r"\s*(\d+(?:\.\d*)?)\s*[;,]\s*+(?:url\s*=\s*)?+[\"']?([^\"']+)", re.IGNORECASE)
_BASE = re.compile(rb"<base\s[^<>]*?href\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)


def target(page: Page) -> str | None:
    """The address that a page leads to within five seconds, absolute; None for most pages.

    What stands in a comment or for readers without scripts is passed over: those lead to old
    browsers' pages and to "please switch on JavaScript".
    """
    head = page.body[:_HEAD]
    if b"refresh" not in head.lower():
        return None
    seen = _UNSEEN.sub(b"", head)
    for tag in _META.findall(seen):
        content = _CONTENT.search(tag) if _REFRESH.search(tag) else None
        if content is None:
            continue
        text = unescape((content[1] or content[2] or b"").decode("utf-8", "replace"))
        told = _TOLD.match(text)
        if told is not None and float(told[1]) <= LONGEST_WAIT:
            return _elsewhere(told[2].strip(), seen, page.url)
    return None


def _elsewhere(place: str, head: bytes, url: str) -> str | None:
    """``place`` as an address; None for the page itself."""
    base = _BASE.search(head)
    try:
        start = urljoin(url, base[1].decode("utf-8", "replace")) if base else url
        address = urljoin(start, place)
    except ValueError:
        return None
    return None if address.partition("#")[0] == url.partition("#")[0] else address
