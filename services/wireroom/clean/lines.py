"""What a line says of the article, where it is a line of a trailer.

A line counts as one only when its value fits: a source is an address or a name, an author is a
name or nothing, a date has figures. So "Author: that is the title she prefers" stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from wireroom.clean import dates
from wireroom.clean.authors import names
from wireroom.clean.labels import Kind, Phrase, fold, table

MOST_KNOWN = 2_000  # lines, all of them short: each of a page is asked three times
LONGEST = 260  # characters of a trailer line with its address
LONGEST_NAME = 60
LONGEST_CREDIT = 90
LONGEST_OWNER = 25  # characters before "All rights reserved" that may have stops: "Post Ltd."
LONGEST_DAY = 40
LONGEST_END = 80  # characters in which it is seen how a line ends
UNQUOTED: frozenset[Kind] = frozenset(("rights", "social", "newsletter"))
MOST_NAME_WORDS = 6
SHORTEST_BODY_LINE = 60  # characters, with a final stop; Chinese counts three for one

_URL = re.compile(r"https?://[^\s<>\"“”«»]+", re.I)
_COLON = re.compile("[:：﹕]")
_QUOTED = re.compile('[“”«»„"]')
_ADDRESSED = re.compile(r"https?:|[:：]\s")
_INNER_END = re.compile(r"[.!?。！？]\s*\S")
_END = " \t\xa0.!。…"
_BODY_END = re.compile(r"[.!?…。！？؟।]['\"”’»“)\]」』]*$")
_SENTENCE_END = re.compile(r"[.!?…。！？؟]$")
_NAME_END = re.compile(r"\b(?:Jr|Sr|Ph\.D|[A-Z])\.$")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLE_WORDS = """
    de del della di da do dos das du van von der den ter ten la le el al bin ibn abu zu af y e et
    und and en for with und staff agencies agency reporter correspondent editor desk team newsroom
    writer writers и та в ve i
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Label:
    """What a line says of the article. ``value`` may be empty; ``day_first``: see ``Phrase``."""

    kind: Kind
    value: str
    day_first: bool = False


def label_of(line: str) -> Label | None:
    """What ``line`` says as a trailer line; None where it is none."""
    return _label_of(line) if len(line) <= LONGEST else None


@lru_cache(MOST_KNOWN)
def _label_of(line: str) -> Label | None:
    bare = line[_bullet(line) :]
    return _before_colon(bare) or next(_whole(bare.rstrip()), None)


def is_head(line: str) -> bool:
    """Whether a line is what stands above a list of other articles."""
    words = table()
    return len(line) <= words.longest + 6 and fold(line).strip(" \t:：*#|▪►-–—") in words.heads


def url_in(value: str) -> str | None:
    """The first address in ``value``, without the stop of the sentence around it."""
    found = _URL.search(value)
    return found.group().rstrip(".,;)]") if found else None


def is_body_line(line: str) -> bool:
    """Whether a line is a sentence, and long enough not to be a trailer's."""
    if 3 * len(line) < SHORTEST_BODY_LINE or _BODY_END.search(line[-LONGEST_END:]) is None:
        return False
    start = line[:SHORTEST_BODY_LINE]
    return len(line) >= SHORTEST_BODY_LINE or len(line) + 2 * len(_DENSE.findall(start)) >= (
        SHORTEST_BODY_LINE
    )


def is_name(value: str) -> bool:
    """Mostly capitals, few words, no sentence; in scripts without capitals just short."""
    words = value.split()
    if not 2 <= len(value) <= LONGEST_NAME or ":" in value or "：" in value or not words:
        return False
    if _SENTENCE_END.search(value) and not _NAME_END.search(value):
        return False
    persons = names([value]) or (value,)
    if any(len(person.split()) > MOST_NAME_WORDS for person in persons):
        return False
    small = [w for w in words if w[0].islower() and w.strip(",") not in _PARTICLES]
    if small or words[0][0].islower():
        return False
    return not _DENSE.search(value) or not re.search("[，,「」“”]", value)


def _bullet(line: str) -> int:
    """Where the words begin: behind bullets and arrows, but not behind ``©``, ``(`` or ``@``."""
    at = 0
    while at < min(3, len(line)) and line[at] in "-–—•*·▪►→>| \t":
        at += 1
    return at


def _before_colon(line: str) -> Label | None:
    words = table()
    found = _COLON.search(line, 0, words.longest + 3)
    if found is None:
        return None
    head = " ".join(fold(line[: found.start()]).split())
    kind = words.before_colon.get(head)
    value = line[found.end() :].strip()
    if kind is None or not _fits(kind, value):
        return None
    return Label(kind, value, head in words.day_first)


def _whole(line: str) -> Iterator[Label]:
    """The labels that the line may be as a whole."""
    folded, bare = fold(line), line.rstrip(_END)
    for phrase in (*table().beginning(folded), *table().phrases.get("", ())):
        if phrase.needs not in folded:
            continue
        found = phrase.pattern.fullmatch(bare)
        if found is None:
            continue
        value = found.groupdict().get("value")
        if value is None:
            if _may_be(phrase, line):
                yield Label(phrase.kind, line.strip())
        elif _fits_phrase(phrase.kind, _first_sentence(value.strip()), line):
            yield Label(phrase.kind, _first_sentence(value.strip()), phrase.day_first)


def _may_be(phrase: Phrase, line: str) -> bool:
    """A quotation is of the story. Rights do not begin behind a sentence or an address."""
    if phrase.kind in UNQUOTED and _QUOTED.search(line):
        return False
    if phrase.kind != "rights":
        return True
    before = line[: fold(line).find(phrase.needs)]
    is_behind = len(before) > LONGEST_OWNER and _INNER_END.search(before) is not None
    return not is_behind and _ADDRESSED.search(before) is None


def _fits_phrase(kind: Kind, value: str, line: str) -> bool:
    if kind == "author":
        return is_name(value) and (len(value.split()) > 1 or bool(_DENSE.search(value))) and (
            not line.endswith(".") or bool(_NAME_END.search(line))
        )  # fmt: skip
    if kind == "appeared":
        return url_in(value) is not None or _is_outlet(value)
    if kind in ("date", "updated"):
        return dates.read(value) is not None or _is_day_or_clock(value)
    return bool(value) and _fits(kind, value)


def _fits(kind: Kind, value: str) -> bool:
    if kind == "source":
        return not value or (url_in(value) is not None and " " not in value) or is_name(value)
    if kind == "author":
        return not value or is_name(value)
    if kind in ("date", "updated"):
        return not value or dates.read(value) is not None or _is_short_with_figures(value)
    if kind == "also":
        return bool(value) and not value.endswith((".", "。")) and not value[0].islower()
    if kind == "photo":
        return bool(value) and len(value) <= LONGEST_CREDIT and is_name(value.replace("/", ", "))
    return True


def _first_sentence(value: str) -> str:
    """``Island Post`` of "Island Post. Read the original article"."""
    return value if url_in(value) else re.split(r"(?<=\w{4})[.。]\s", value, maxsplit=1)[0]


def _is_outlet(value: str) -> bool:
    """The name of a publisher; no day, no edition."""
    return len(value) <= LONGEST_NAME and not value[0].islower() and not value[0].isdecimal() and (
        dates.read(value) is None
    )  # fmt: skip


def _is_day_or_clock(value: str) -> bool:
    """``May 3``, ``10:20``; not ``3 wins in a row``."""
    words = re.findall(r"[^\W\d_]+", value.lower())
    return len(value) <= LONGEST_DAY and value[-1:] != "." and any(map(str.isdecimal, value)) and (
        not words or any(word in dates.MONTHS for word in words)
    )  # fmt: skip


def _is_short_with_figures(value: str) -> bool:
    return len(value) <= 40 and value[0:1].isdecimal() and not value.endswith(".")
