"""The title of a page: what it shows, as far as what it says of itself agrees.

The name of the site is cut off where there is evidence that it is one: the page's own word
for the site, its publisher, its host, or an h1 that is only the end of ``<title>``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from wireroom.clean.evidence import MOST_LOSERS, Claim, Told, claim, sure

SHORTEST_H1, LONGEST_H1, CLEAR_H1 = 8, 300, 15  # characters
LONGEST_TAIL, SHORTEST_REST = 30, 15  # of "Title | Name of the site", where the name is unknown
SHORTEST_NAMED = 5  # characters before the name of the site, where it is known
TRUST = {"h1": 0.75, "meta": 0.8, "jsonld": 0.8, "title": 0.6}

_TAIL = re.compile(r"\s+(?:[|–—·•/»-]|::|-)\s+|\s*[|»]\s*")
_NOISE = re.compile(r"[\W_]+")


def choose(
    h1s: Sequence[str],
    named: Sequence[tuple[str, str | None]],
    sites: Collection[str] = (),
) -> tuple[str, str] | None:
    """Title and its source, or None. ``h1s``: texts of the page's h1 elements.

    ``named``: source and title as the page says it, best first. ``sites``: names of the site.
    """
    names = frozenset(filter(None, map(bare, sites)))
    known = [(source, title) for source, title in named if title and bare(title) not in names]
    shown = _shown([h1 for h1 in h1s if not _is_site(h1, known, names)], known)
    if shown and any(_agree(shown, title) for _, title in known):
        return without_tail(shown, names, is_shown=True), "h1"
    for source, title in known:
        return without_tail(title, names), source
    return (shown, "h1") if shown else None


def claims(
    chosen: tuple[str, str] | None, h1s: Sequence[str], named: Sequence[tuple[str, str | None]]
) -> tuple[Claim, ...]:
    """The chosen title, sure as far as others agree, and those that say something else."""
    if chosen is None:
        return ()
    others = [*named, *(("h1", h1) for h1 in h1s[:3])]
    offers = [Told(title, source, TRUST.get(source, 0.5)) for source, title in others if title]
    agreeing = [told for told in offers if _agree(told.value, chosen[0])]
    best = claim("title", chosen[0], chosen[1], sure(agreeing) if agreeing else 0.5)
    losers: dict[str, Claim] = {}
    for told in offers:
        if bare(told.value) != bare(chosen[0]):
            lost = claim("title", told.value, told.source, told.trust, chosen=False)
            losers.setdefault(bare(told.value), lost)
    return (best, *list(losers.values())[:MOST_LOSERS])


def without_tail(title: str, names: Collection[str] = (), *, is_shown: bool = False) -> str:
    """Without the name of the site behind the last divider, or before the first.

    ``names``: what ``bare`` makes of the site's names. ``is_shown``: a heading that people read:
    only a name that is known is cut.
    """
    for _ in range(2):  # "Title - Section - Site"
        dividers = list(_TAIL.finditer(title))
        if not dividers:
            return title
        first, last = dividers[0], dividers[-1]
        rest, tail = title[: last.start()], title[last.end() :]
        if bare(tail) in names and len(rest) >= SHORTEST_NAMED:
            title = rest
            continue
        if bare(title[: first.start()]) in names and len(title) - first.end() >= SHORTEST_NAMED:
            return title[first.end() :]
        break
    else:
        return title
    if is_shown:
        return title
    return rest if len(tail) <= LONGEST_TAIL and len(rest) >= SHORTEST_REST else title


def bare(text: str) -> str:
    """For comparisons: letters and digits only, in one case."""
    return _NOISE.sub(" ", text.casefold()).strip()


def _is_site(h1: str, known: Sequence[tuple[str, str]], names: frozenset[str]) -> bool:
    """Whether a heading is the name of the site: known as such, or only the end of titles."""
    name = bare(h1)
    if name in names:
        return True
    titles = [title for _, title in known]
    whole = [title for title in titles if bare(title).startswith(name)]
    tails = [tail for title in titles for tail in _TAIL.split(title)[1:]]
    return not whole and any(bare(tail) == name for tail in tails)


def _shown(h1s: Sequence[str], known: Sequence[tuple[str, str]]) -> str | None:
    """The only heading, else one that a named title agrees with, else the first clear one."""
    fitting = [h1 for h1 in h1s if SHORTEST_H1 <= len(h1) <= LONGEST_H1]
    if len(fitting) == 1:
        return fitting[0]
    clear = [h1 for h1 in fitting if len(h1) > CLEAR_H1]
    agreed = (h1 for h1 in clear if any(_agree(h1, title) for _, title in known))
    return next(agreed, clear[0] if clear else None)


def _agree(one: str, other: str) -> bool:
    one, other = bare(one), bare(other)
    return bool(one and other) and (one in other or other in one)
