"""Names of people out of bylines."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

LONGEST_BYLINE = 300  # characters; facts about people come after that
MOST_AUTHORS = 20

_TAG = re.compile(r"<[^<>]{0,200}>")
_BY = re.compile(
    r"^\s*(?:written by|reported by|story by|by|von|par|por|di|da|door|av|przez|автор|text)"
    r"\s*:?\s+",
    re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"\s*[,;|/&،、，；·•\n]\s*|\s+(?:and|und|et|y|e|en|och|og|i|и|та|ve|و)\s+", re.IGNORECASE
)
_URL = re.compile(r"(?:https?://|www\.)\S*", re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")  # the end of an address, such as ann-lee
_NO_NAME = re.compile(r"https?:|www\.|@|\d{3}|\.com\b", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def names(bylines: Iterable[str]) -> tuple[str, ...]:
    """The names in ``bylines``, each once, in order."""
    found: dict[str, str] = {}
    for byline in bylines:
        for name in split(byline[:LONGEST_BYLINE]):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:MOST_AUTHORS]


def split(byline: str) -> list[str]:
    """The names in one byline, in order."""
    text = _URL.sub(" ", _TAG.sub(" ", html.unescape(byline)))
    parts = (_BY.sub("", part) for part in _DIVIDER.split(_BY.sub("", text)))
    return [
        name
        for part in parts
        if (name := _SPACES.sub(" ", part).strip(" .-–—:\"'()")) and _is_name(name)
    ]


def _is_name(name: str) -> bool:
    if _NO_NAME.search(name) or _SLUG.fullmatch(name):
        return False
    # A Chinese or Korean name is two characters long.
    shortest = 3 if name.isascii() or name[0].isupper() else 2
    return shortest <= len(name) < 60
