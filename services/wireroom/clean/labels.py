"""The words around a syndicated text, from ``labels.toml``, ready to be looked up.

What stands before a colon is found in a dictionary; whole lines are patterns, indexed by the
character that they begin with. So a line costs a few look-ups, however many languages
the table has, and no pattern has more than three places that match anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "source", "author", "date", "updated", "tags", "also", "photo",
    "rights", "social", "newsletter", "appeared", "credit", "page_date",
]  # fmt: skip

FILE = Path(__file__).with_name("labels.toml")
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
    """A whole line. ``head``: what it begins with, ``tail``: what has to be in it."""

    kind: Kind
    pattern: re.Pattern[str]
    head: str
    needs: str


@dataclass(frozen=True, slots=True)
class Labels:
    """All languages in one.

    ``before_colon``: folded words to kind. ``phrases``: beginning to phrases; those that may
    begin with anything are under "". ``heads``: what stands above lists, folded.
    """

    before_colon: Mapping[str, Kind]
    phrases: Mapping[str, tuple[Phrase, ...]]
    heads: frozenset[str]
    agencies: frozenset[str]
    longest: int

    def beginning(self, folded: str, at: int = 0) -> Iterator[Phrase]:
        """The phrases that the text at ``at`` may be one of."""
        for phrase in self.phrases.get(_key(folded[at : at + 1]), ()):
            if folded.startswith(phrase.head, at):
                yield phrase


def fold(text: str) -> str:
    """In small letters, straight apostrophes; as long as ``text``, so that offsets hold."""
    small = text.lower()
    if len(small) != len(text):  # İ has two small letters
        small = "".join(char.lower()[:1] for char in text)
    return small.replace("’", "'").replace("\xa0", " ").replace("\u202f", " ")


@cache
def table() -> Labels:
    """Read at the first text. ``ValueError`` where an entry is of no known kind."""
    languages = tomllib.loads(FILE.read_text("utf-8"))
    before_colon: dict[str, Kind] = {}
    phrases: dict[str, dict[str, Phrase]] = {}
    for language, words in languages.items():
        for name, entries in words.items():
            if name in ("heads", "agencies"):
                continue
            kind = _kind(name, language)
            for entry in map(fold, entries):
                if name in WHOLE_LINES or _SIGN.search(entry.replace(" ", "").replace("'", "")):
                    phrase = _phrase(kind, entry)
                    phrases.setdefault(_key(entry[:1]), {}).setdefault(entry, phrase)
                else:
                    before_colon.setdefault(entry, kind)
    heads = frozenset(fold(w) for words in languages.values() for w in words["heads"])
    return Labels(
        before_colon=before_colon,
        phrases={key: tuple(found.values()) for key, found in phrases.items()},
        heads=heads,
        agencies=frozenset(fold(w) for words in languages.values() for w in words["agencies"]),
        longest=max(map(len, (*before_colon, *heads))),
    )


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


def _phrase(kind: Kind, entry: str) -> Phrase:
    pieces, at = [], 0
    for sign in _SIGN.finditer(entry):
        pieces += [re.escape(entry[at : sign.start()]), _SIGNS[sign.group()]]
        at = sign.end()
    pieces.append(re.escape(entry[at:]))
    literals = [part for part in re.split(r"\{\}|[*#~]", entry) if part]
    head = "" if entry[0] in "*{#" else literals[0]
    needs = max((part.strip() for part in literals), key=len)
    return Phrase(kind, re.compile("".join(pieces), re.IGNORECASE | re.DOTALL), head, needs)
