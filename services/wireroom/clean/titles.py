"""The title of a page: what it shows, as far as what it says of itself agrees."""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST_H1, LONGEST_H1, CLEAR_H1 = 8, 300, 15  # characters
LONGEST_TAIL, SHORTEST_REST = 30, 15  # of "Title | Name of the site"

_TAIL = re.compile(r"\s+(?:[|–—·•/»-]|::|-)\s+|\s*[|»]\s*")
_NOISE = re.compile(r"[\W_]+")


def choose(h1s: Sequence[str], named: Sequence[tuple[str, str | None]]) -> tuple[str, str] | None:
    """Title and its source, or None. ``h1s``: texts of the page's h1 elements.

    ``named``: source and title as the page says it, best first: og, jsonld, twitter, title.
    """
    known = [(source, title) for source, title in named if title]
    shown = _shown(h1s)
    if shown and any(_agree(shown, title) for _, title in known):
        return shown, "h1"
    for source, title in known:
        return (title if source in ("jsonld", "twitter") else without_tail(title)), source
    return (shown, "h1") if shown else None


def without_tail(title: str) -> str:
    """Without the name of the site behind the last divider."""
    dividers = list(_TAIL.finditer(title))
    if not dividers:
        return title
    last = dividers[-1]
    rest, tail = title[: last.start()], title[last.end() :]
    return rest if len(tail) <= LONGEST_TAIL and len(rest) >= SHORTEST_REST else title


def bare(text: str) -> str:
    """For comparisons: letters and digits only, in one case."""
    return _NOISE.sub(" ", text.casefold()).strip()


def _shown(h1s: Sequence[str]) -> str | None:
    fitting = [h1 for h1 in h1s if SHORTEST_H1 <= len(h1) <= LONGEST_H1]
    if len(fitting) == 1:
        return fitting[0]
    return next((h1 for h1 in fitting if len(h1) > CLEAR_H1), None)


def _agree(one: str, other: str) -> bool:
    one, other = bare(one), bare(other)
    return bool(one and other) and (one in other or other in one)
