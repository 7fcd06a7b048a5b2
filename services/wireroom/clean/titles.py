"""The title of a page: what it shows, as far as what it says of itself agrees.

The name of the site is cut off where there is evidence that it is one: the page's own word
for the site, its publisher, its host, or an h1 that is only the end of ``<title>``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from wireroom.clean.evidence import MOST_LOSERS, Claim, Told, claim, sure

LONGEST = 1_000  # characters; more are no title, whatever the page calls them
SHORTEST_H1, LONGEST_H1, CLEAR_H1 = 8, 300, 15  # characters
LONGEST_TAIL, SHORTEST_REST = 30, 15  # of "Title | Name of the site", where the name is unknown
SHORTEST_NAMED = 5  # characters before the name of the site, where it is known
LONGEST_KICKER = 30  # characters of a section or a subject before a title
TRUST = {"h1": 0.75, "meta": 0.8, "jsonld": 0.8, "title": 0.6}

_ARTICLES = frozenset(
    ("the", "a", "an", "der", "die", "das", "ein", "eine", "le", "la", "un", "une")
)
_TAIL = re.compile(r"\s+(?:[|–—·•/»-]|::|-)\s+|\s*[|»]\s*")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Title:
    """A title as a source says it, and as it is compared."""

    text: str
    source: str
    bare: str

    def agrees(self, other: str) -> bool:
        """``other``: as compared."""
        return bool(self.bare and other) and (self.bare in other or other in self.bare)


def read(
    h1s: Sequence[str], named: Iterable[tuple[str, str | None]], sites: Iterable[str] = ()
) -> tuple[str | None, tuple[Claim, ...]]:
    """The title, sure as far as others agree, and those that say something else.

    ``h1s``: texts of the page's h1 elements. ``named``: source and title as the page says it,
    best first. ``sites``: names of the site.
    """
    names = frozenset(filter(None, map(bare, sites)))
    told = [(source, text[:LONGEST]) for source, text in named if text]
    offers = [_Title(text, source, bare(text)) for source, text in told]
    headings = [_Title(text, "h1", bare(text)) for text in h1s]
    chosen = _choose(headings, [one for one in offers if one.bare not in names], names)
    return (chosen.text, _claims(chosen, [*offers, *headings[:3]])) if chosen else (None, ())


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
    return " ".join(_WORD.findall(text.casefold()))


def _choose(h1s: Sequence[_Title], known: Sequence[_Title], names: frozenset[str]) -> _Title | None:
    shown = _shown([h1 for h1 in h1s if not _is_site(h1, known, names)], known)
    if shown and any(title.agrees(shown.bare) for title in known):
        behind_kicker = (title for title in known if _is_behind_kicker(title.bare, shown.bare))
        return _cut(next(behind_kicker, shown), names, is_shown=True)
    for title in known:
        return _cut(title, names)
    return shown


def _is_behind_kicker(title: str, shown: str) -> bool:
    """Whether a heading is ``title`` with a section before it: "Politics | The vote is off"."""
    if len(title) <= CLEAR_H1 or not shown.endswith(f" {title}"):
        return False
    kicker = shown.removesuffix(title).strip()
    return len(kicker) <= LONGEST_KICKER and kicker.split()[-1] not in _ARTICLES


def _cut(title: _Title, names: frozenset[str], *, is_shown: bool = False) -> _Title:
    text = without_tail(title.text, names, is_shown=is_shown)
    return title if text == title.text else _Title(text, title.source, bare(text))


def _claims(chosen: _Title, offers: Sequence[_Title]) -> tuple[Claim, ...]:
    agreeing = [_told(title) for title in offers if title.agrees(chosen.bare)]
    best = claim("title", chosen.text, chosen.source, sure(agreeing) if agreeing else 0.5)
    losers = {title.bare: title for title in reversed(offers) if title.bare != chosen.bare}
    lost = [title for title in offers if losers.get(title.bare) is title][:MOST_LOSERS]
    return (best, *(claim("title", t.text, t.source, _trust(t), chosen=False) for t in lost))


def _told(title: _Title) -> Told[str]:
    return Told(title.text, title.source, _trust(title))


def _trust(title: _Title) -> float:
    return TRUST.get(title.source, 0.5)


def _is_site(h1: _Title, known: Sequence[_Title], names: frozenset[str]) -> bool:
    """Whether a heading is the name of the site: known as such, or only the end of titles."""
    if h1.bare in names:
        return True
    if any(title.bare.startswith(h1.bare) for title in known):
        return False
    tails = (tail for title in known for tail in _TAIL.split(title.text)[1:])
    return any(bare(tail) == h1.bare for tail in tails)


def _shown(h1s: Sequence[_Title], known: Sequence[_Title]) -> _Title | None:
    """The only heading, else one that a named title agrees with, else the first clear one."""
    fitting = [h1 for h1 in h1s if SHORTEST_H1 <= len(h1.text) <= LONGEST_H1]
    if len(fitting) == 1:
        return fitting[0]
    clear = [h1 for h1 in fitting if len(h1.text) > CLEAR_H1]
    agreed = (h1 for h1 in clear if any(title.agrees(h1.bare) for title in known))
    return next(agreed, clear[0] if clear else None)
