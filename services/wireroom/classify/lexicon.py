"""Word lists: which words speak for which topic, and how they are found in a text.

One file per language in ``lexicon/``, one line per topic: its two digits, then entries.
``stem`` is the beginning of a word, ``word$`` a whole word, ``two_words`` a phrase of up to
four words whose last may be a stem. ``#`` begins a comment line. Chinese and Japanese have no
spaces: there an entry is found anywhere, the longest first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "lexicon"
UNSPACED = frozenset(("zh", "ja"))
LONGEST_PHRASE = 4
SHORTEST_STEM = 3

WORD = re.compile(r"[^\W_]+(?:[-'’&][^\W_]+)*")
_JOINED = re.compile(r"[-'&]")


class Entry(NamedTuple):
    """``text`` as in the list; ``codes``: the topics that it speaks for, two digits each."""

    text: str
    codes: tuple[str, ...]


class Hit(NamedTuple):
    """An entry found. ``start`` and ``end``: offsets of the whole words in the text."""

    entry: Entry
    start: int
    end: int


class _Word(NamedTuple):
    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The entries of one language, ready to be found. Build it with ``parse``.

    ``exact`` and ``stems``: folded text to entry, words of a phrase divided by a space.
    ``lengths``: beginning of stems (three characters, one in unspaced languages) to the
    lengths that stems with it have, longest first.
    ``openers``: first words of phrases.
    """

    language: str
    exact: Mapping[str, Entry]
    stems: Mapping[str, Entry]
    lengths: Mapping[str, tuple[int, ...]]
    openers: frozenset[str]

    def hits(self, text: str) -> Iterator[Hit]:
        """Entries in ``text``, in its order; each word speaks once, for its longest entry."""
        if self.language in UNSPACED:
            yield from self._hits_anywhere(text)
            return
        words = [
            _Word(m[0], *m.span()) for m in WORD.finditer(_folded_in_place(text, self.language))
        ]
        known: dict[str, Entry | None] = {}  # half of the words of an article stand there before
        for place, (word, start, end) in enumerate(words):
            if word in self.openers:
                hit = self._phrase(words, place, text)
                if hit is not None:
                    yield hit
                    continue
            if word not in known:
                known[word] = self._word(word)
            entry = known[word]
            if entry is not None:
                yield Hit(entry, start, end)

    def _word(self, word: str) -> Entry | None:
        """The whole word; else its longest stem; else the same of its joined parts."""
        entry = self.exact.get(word) or self._stem(word, SHORTEST_STEM)
        if entry is None and not word.isalnum():
            parts = (self.exact.get(p) or self._stem(p, SHORTEST_STEM) for p in _JOINED.split(word))
            entry = next(filter(None, parts), None)
        return entry

    def _stem(self, word: str, shortest: int) -> Entry | None:
        for length in self.lengths.get(word[:SHORTEST_STEM], ()):
            if shortest <= length <= len(word):
                entry = self.stems.get(word[:length])
                if entry is not None:
                    return entry
        return None

    def _phrase(self, words: list[_Word], place: int, text: str) -> Hit | None:
        for count in range(min(LONGEST_PHRASE, len(words) - place), 1, -1):
            part = words[place : place + count]
            if not all(text[a.end : b.start].isspace() for a, b in pairwise(part)):
                continue
            phrase = " ".join(word.folded for word in part)
            shortest = len(phrase) - len(part[-1].folded) + 1
            entry = self.exact.get(phrase) or self._stem(phrase, shortest)
            if entry is not None:
                return Hit(entry, part[0].start, part[-1].end)
        return None

    def _hits_anywhere(self, text: str) -> Iterator[Hit]:
        folded = _folded_in_place(text, self.language)
        place = 0
        while place < len(folded):
            end = place + 1
            for length in self.lengths.get(folded[place], ()):
                entry = self.stems.get(folded[place : place + length])
                if entry and not _cuts_a_latin_word(folded, place, place + length):
                    end = place + length
                    yield Hit(entry, place, end)
                    break
            place = end


def parse(language: str, lines: Iterable[str]) -> Lexicon:
    """Raise ValueError for a line without code or entries, or an entry too long to be found."""
    codes: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        code, *entries = line.split() or ["#"]
        if code.startswith("#"):
            continue
        if not re.fullmatch(r"\d\d", code) or not entries:
            raise ValueError(f"{language}, line {number}: needs two digits and entries")
        for entry in entries:
            of_entry = codes.setdefault(_folded_entry(entry, language), [])
            if code not in of_entry:
                of_entry.append(code)
    exact: dict[str, Entry] = {}
    stems: dict[str, Entry] = {}
    for text, of_entry in codes.items():
        kind = exact if text.endswith("$") and language not in UNSPACED else stems
        kind[text.rstrip("$")] = Entry(text, tuple(of_entry))
    both = (*exact, *stems)
    return Lexicon(
        language=language,
        exact=exact,
        stems=stems,
        lengths=_lengths(stems, 1 if language in UNSPACED else SHORTEST_STEM),
        openers=frozenset(text.split(" ")[0] for text in both if " " in text),
    )


def languages() -> frozenset[str]:
    """The languages that have a list."""
    return frozenset(path.stem for path in FOLDER.glob("*.txt"))


@cache
def load(language: str) -> Lexicon | None:
    """The list of a language, read once per process (a millisecond, a megabyte); None: no list."""
    if language not in languages():
        return None
    path = FOLDER / f"{language}.txt"
    return parse(language, path.read_text(encoding="utf-8").splitlines())


def version() -> str:
    """Twelve hex digits over all lists: changes with every entry."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def fold(word: str, language: str) -> str:
    """The form that is compared: lower case, one kind of apostrophe; Turkish has two letters i."""
    if language == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    return word.lower().replace("’", "'")


def _folded_in_place(text: str, language: str) -> str:
    """Folded, with every character where it was: few grow when they become small (İ)."""
    folded = fold(text, language)
    if len(folded) == len(text):
        return folded
    return "".join(c if len(fold(c, language)) > 1 else fold(c, language) for c in text)


def _folded_entry(entry: str, language: str) -> str:
    text = fold(entry, language).replace("_", " ")
    if len(text.split(" ")) > LONGEST_PHRASE:
        raise ValueError(f"{language}: {entry} has more than {LONGEST_PHRASE} words")
    return text


def _lengths(stems: Iterable[str], beginning: int) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for stem in stems:
        found.setdefault(stem[:beginning], set()).add(len(stem))
    return {key: tuple(sorted(lengths, reverse=True)) for key, lengths in found.items()}


def _cuts_a_latin_word(text: str, start: int, end: int) -> bool:
    if not text[start:end].isascii():
        return False
    around = text[start - 1 : start] + text[end : end + 1]
    return any(char.isascii() and char.isalnum() for char in around)
