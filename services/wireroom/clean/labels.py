"""The words around a syndicated text, from ``labels.toml``, ready to be looked up.

What stands before a colon is found in a dictionary; whole lines are patterns, indexed by the
character that they begin with. So a line costs a few look-ups, however many languages
the table has, and no pattern has more than three places that match anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "source", "author", "date", "updated", "tags", "also", "photo",
    "rights", "social", "newsletter", "appeared", "credit", "page_date",
]  # fmt: skip

FILE = Path(__file__).with_name("labels.toml")
GLUED: frozenset[Kind] = frozenset(
    ("source", "date", "updated", "rights", "social", "newsletter", "appeared")
)
"""Kinds of whole lines that are looked for inside a line; others ("by …") begin like too much."""

KEY = 3  # characters by which their beginnings are looked up; © is the one that is shorter
MONTH_FIRST = "en"  # only in English may 2/3 be the third of February
WHOLE_LINES = ("rights", "social", "newsletter", "appeared", "credit", "ago")

_SIGN = re.compile(r"\{\}|[*#~ ’']")
_SIGNS = {
    "{}": r"(?P<value>.{1,160}?)",
    "*": ".{0,120}?",
    "#": r"\d{1,4}",
    "~": r"\w*",
    " ": r"\s+",
    "'": "[’']",
    "’": "[’']",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A whole line. ``head``: what it begins with, ``needs``: what has to be in it.

    ``day_first``: nobody who writes this means February the third with 2/3.
    """

    kind: Kind
    pattern: re.Pattern[str]
    head: str
    needs: str
    day_first: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """All languages in one.

    ``before_colon``: folded words to kind. ``phrases``: beginning to phrases; those that may
    begin with anything are under "". ``heads``: what stands above lists, folded.
    ``starts``: key to the beginnings of its phrases, all of which are tried at once.
    ``longest``: characters of the longest of both. ``day_first``: of ``before_colon``, as in
    ``Phrase``. ``glued``: the first ``KEY`` characters of
    whole lines to how they begin.
    """

    before_colon: Mapping[str, Kind]
    phrases: Mapping[str, tuple[Phrase, ...]]
    starts: Mapping[str, tuple[str, ...]]
    heads: frozenset[str]
    agencies: frozenset[str]
    longest: int
    day_first: frozenset[str]
    glued: Mapping[str, tuple[str, ...]]

    def beginning(self, folded: str, at: int = 0) -> Iterator[Phrase]:
        """The phrases that the text at ``at`` may be one of; what they need is in it."""
        key = _key(folded[at : at + 1])
        if not folded.startswith(self.starts.get(key, ()), at):
            return
        for phrase in self.phrases[key]:
            if folded.startswith(phrase.head, at) and phrase.needs in folded:
                yield phrase


def fold(text: str) -> str:
    """In small letters, straight apostrophes; as long as ``text``, so that offsets hold."""
    small = text.replace("İ", "I").lower()  # the one capital with two small letters
    return small.replace("’", "'").replace("\xa0", " ").replace("\u202f", " ")


@cache
def table() -> Labels:
    """The table of ``labels.toml``, read at the first text."""
    return read(FILE.read_text("utf-8"))


def read(toml: str) -> Labels:
    """A table per language. ``ValueError`` where an entry is of no known kind."""
    languages = tomllib.loads(toml)
    before_colon: dict[str, Kind] = {}
    phrases: dict[str, dict[str, Phrase]] = {}
    for language, words in languages.items():
        for name, entries in words.items():
            if name in ("heads", "agencies"):
                continue
            kind = _kind(name, language)
            for entry in map(fold, entries):
                if name in WHOLE_LINES or _SIGN.search(entry.replace(" ", "").replace("'", "")):
                    phrase = _phrase(kind, entry, language != MONTH_FIRST)
                    phrases.setdefault(_key(entry[:1]), {}).setdefault(entry, phrase)
                else:
                    before_colon.setdefault(entry, kind)
    heads = frozenset(fold(w) for words in languages.values() for w in words["heads"])
    return Labels(
        before_colon=before_colon,
        phrases={key: tuple(found.values()) for key, found in phrases.items()},
        starts={key: tuple({p.head for p in found.values()}) for key, found in phrases.items()},
        heads=heads,
        agencies=frozenset(fold(w) for words in languages.values() for w in words["agencies"]),
        day_first=frozenset(before_colon) - _words(languages.get(MONTH_FIRST, {})),
        longest=max(map(len, (*before_colon, *heads))),
        glued=_beginnings(phrase for found in phrases.values() for phrase in found.values()),
    )


def _words(language: Mapping[str, list[str]]) -> set[str]:
    return {fold(entry) for entries in language.values() for entry in entries}


def _beginnings(phrases: Iterable[Phrase]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        if phrase.head and phrase.kind in GLUED:
            key = phrase.head[:KEY]
            found[key] = (*found.get(key, ()), phrase.head)
    return found


def _kind(name: str, language: str) -> Kind:
    if name == "ago":
        return "page_date"
    for kind in get_args(Kind):
        if kind == name:
            return kind  # type: ignore[no-any-return]  # get_args forgets the literals
    raise ValueError(f"labels.toml: {language}.{name} is no kind of label")


def _key(beginning: str) -> str:
    first = beginning[:1]
    if first in "*{":
        return ""
    return "#" if first == "#" or first.isdecimal() else beginning


def _phrase(kind: Kind, entry: str, day_first: bool) -> Phrase:
    pieces, at = [], 0
    for sign in _SIGN.finditer(entry):
        pieces += [re.escape(entry[at : sign.start()]), _SIGNS[sign.group()]]
        at = sign.end()
    pieces.append(re.escape(entry[at:]))
    literals = [part for part in re.split(r"\{\}|[*#~]", entry) if part]
    head = "" if entry[0] in "*{#" else literals[0]
    needs = max((part.strip() for part in literals), key=len)
    pattern = re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)
    return Phrase(kind, pattern, head, needs, day_first)
