"""Whether an article's URL led to a front page, as sites do with what they took down. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from wireroom import urls

# "/", "/en", "/de-at/", "/index.html", "/en/home"
_FRONT = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default)\.[a-z]{2,5}|home)?/?", re.IGNORECASE
)
_SECTION = re.compile(r"[a-z]{2,}(?:[-_][a-z]+)?", re.IGNORECASE)
_STORY = re.compile(r"\d{4}|(?:[^-_]+[-_]){3}")
_DEEPEST_SECTION = 2  # folders


def went_home(url: str, hops: Sequence[str], final_url: str) -> bool:
    """Whether ``url`` led, by ``hops``, to a front page: the site's, or that of a section.

    A section's front page has to be a folder above the article, of one or two plain words, and
    what was cut off has to look like a story: a number or a slug of four words. So ``/story/amp``
    may lead to ``/story``, and ``/article/4711/harbour`` to ``/article/4711``.
    """
    if not hops:
        return False
    start, end = urlsplit(url).path, urlsplit(final_url)
    if end.query or _FRONT.fullmatch(start):
        return False
    return bool(_FRONT.fullmatch(end.path)) or _is_section_of(start, end.path, url, final_url)


def _is_section_of(start: str, end: str, url: str, final_url: str) -> bool:
    folders, above = _parts(start), _parts(end)
    if not 0 < len(above) <= _DEEPEST_SECTION or folders[: len(above)] != above:
        return False
    rest = folders[len(above) :]
    return (
        bool(rest)
        and all(_SECTION.fullmatch(word) for word in above)
        and _STORY.search("/".join(rest)) is not None
        and urls.same_site(url, final_url)
    )


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
