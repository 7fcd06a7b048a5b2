"""What an answer holds: a page, a text, or nothing for us. Pure."""

from __future__ import annotations

import sys
from hashlib import sha256
from typing import NamedTuple

from wireroom.runtime.stage import Drop
from wireroom.web.client import Page
from wireroom.web.headers import charset
from wireroom.web.sniff import sniff

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# 0.6 ms for a page and a quarter of its size; higher levels cost more than they save.
ZSTD_LEVEL = 3

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))


class Content(NamedTuple):
    """One of the two. ``html``: bytes as they travel in the event."""

    html: bytes | None = None
    text: str | None = None


def read(page: Page) -> Content | Drop:
    """By its bytes; the Content-Type only decides what the bytes leave open."""
    kind = sniff(page.body)
    if kind == "empty":
        return Drop("empty")
    media = (page.content_type or "").partition(";")[0].strip().lower()
    if kind == "html" or (kind == "text" and media in _HTML_TYPES):
        return Content(html=compressed(page.body))
    if kind == "text" and media in ("text/plain", ""):
        return Content(text=_decoded(page))
    return Drop("not_html")


def compressed(page: bytes) -> bytes:
    """A page as it travels in the event."""
    return zstd.compress(page, ZSTD_LEVEL)


def hash_of(page: Page) -> bytes:
    """SHA-256 of the decoded body: the same page again, whatever its headers say."""
    return sha256(page.body).digest()


def _decoded(page: Page) -> str:
    """A text body: by its byte order mark or charset, else UTF-8, else Windows-1252."""
    if page.body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return page.body.decode("utf-16", "replace")
    for name in (charset(page.content_type or ""), "utf-8"):
        try:
            text = page.body.decode(name or "utf-8").removeprefix("\ufeff")
            # Some charsets can spell half a character, which no event can hold.
            return text.encode("utf-8", "replace").decode()
        except (UnicodeError, LookupError):
            continue
    return page.body.decode("windows-1252", "replace")
