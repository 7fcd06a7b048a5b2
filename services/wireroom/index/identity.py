"""When two texts are the same text. Pure."""

from __future__ import annotations

from uuid import UUID

from wireroom import urls
from wireroom.storage.resemblance import words

SHORT = 22
"""Words: fewer than twenty three-word shingles. "Subscribe to read on" is no duplicate."""


def content_hash(title: str | None, text: str) -> bytes:
    """SHA-256, 32 bytes, of the normalised text; of title and text where the text is short.

    Stubs and flashes of different articles share their few words, rarely the title too.
    """
    # Words of three characters on average: longer texts needn't be counted.
    if len(text) < SHORT * 20 and len(words(text)) < SHORT:
        text = f"{title or ''}\n{text}"
    return urls.content_hash(text)


def key(url: str | None) -> UUID | None:
    """The article id that a URL stands for; None where it is none."""
    if not url:
        return None
    try:
        return urls.article_id(url)
    except ValueError:
        return None
