"""Counts what the parser got right of labelled texts. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.quality.syndicated.labelled import Labelled, Line

from wireroom.clean.extracted import Extracted

FIELDS = ("canonical_url", "source", "authors", "published_at", "copyright_notice", "headlines")
SEEN = 10  # characters on either side that tell a boundary
RULES = {
    "source": {"source", "appeared"},
    "appeared": {"appeared", "source"},
    "head": {"head"},
    "item": {"headline"},
    "date": {"date", "page_date"},
}
"""Kind of a line to the kinds of removal that are right for it, where the names differ."""


@dataclass(slots=True)
class Score:
    """Counts; ``misses`` are sentences for who writes the rules."""

    texts: int = 0
    footers: int = 0
    footers_out: int = 0
    kinds_right: int = 0
    body: int = 0
    body_lost: int = 0
    breaks: Counter[str] = field(default_factory=Counter)  # true, found, right
    glued: Counter[str] = field(default_factory=Counter)  # the same of lost breaks alone
    right: Counter[str] = field(default_factory=Counter)  # field to texts
    misses: list[str] = field(default_factory=list)

    @property
    def removed(self) -> float:
        return self.footers_out / max(1, self.footers)

    @property
    def lost(self) -> float:
        return self.body_lost / max(1, self.body)

    @property
    def f1(self) -> float:
        return _f1(self.breaks)

    @property
    def f1_glued(self) -> float:
        return _f1(self.glued)

    def accuracy(self, name: str) -> float:
        return self.right[name] / max(1, self.texts)

    def add(self, labelled: Labelled, parsed: Extracted) -> None:
        self.texts += 1
        self._lines(labelled, parsed)
        self._breaks(labelled, parsed)
        for name, value in labelled.expected().items():
            found = getattr(parsed, name)
            found = tuple(h.text for h in found) if name == "headlines" else found
            self.right[name] += found == value
            if found != value:
                self.misses.append(f"{labelled.id} {name}: {found!r}, not {value!r}")

    def _lines(self, labelled: Labelled, parsed: Extracted) -> None:
        out = {
            at: removed.kind
            for removed in parsed.removed
            for at in range(removed.at, removed.at + removed.length)
        }
        whole = _bare(parsed.text)
        for line in labelled.lines:
            kinds = Counter(out.get(at) for at in _inked(line))
            if line.is_body:
                lost = set(kinds) != {None} or _bare(line.text) not in whole
                self.body += 1
                self.body_lost += lost
                if lost:
                    self.misses.append(f"{labelled.id} body lost: {line.text[:90]} {dict(kinds)}")
                continue
            self.footers += 1
            gone = kinds[None] == 0
            self.footers_out += gone
            told = kinds.most_common(1)[0][0]
            self.kinds_right += told in RULES.get(line.kind, {line.kind})
            if not gone or told not in RULES.get(line.kind, {line.kind}):
                verb = "as " + str(told) if gone else "kept"
                self.misses.append(f"{labelled.id} {line.kind} {verb}: {line.text[:90]}")

    def _breaks(self, labelled: Labelled, parsed: Extracted) -> None:
        body = [line for line in labelled.lines if line.is_body]
        true = _boundaries(line.text for line in body)
        joined = _boundaries(line.text for line in body)
        for before, after in itertools.pairwise(body):
            if not _is_glued(labelled, before, after):
                joined -= _boundaries((before.text, after.text))
        found = _boundaries(parsed.text.split("\n"))
        for counts, wanted, got in (
            (self.breaks, true, found),
            (self.glued, joined, found - (true - joined)),
        ):
            right = (wanted & got).total()
            counts.update(true=wanted.total(), found=got.total(), right=right)
        self.misses += [f"{labelled.id} no break: {a} | {b}" for a, b in true - found]
        self.misses += [f"{labelled.id} false break: {a} | {b}" for a, b in found - true]


def score(texts: Iterable[tuple[Labelled, Extracted]]) -> Score:
    total = Score()
    for labelled, parsed in texts:
        total.add(labelled, parsed)
    return total


def _is_glued(labelled: Labelled, before: Line, after: Line) -> bool:
    """Whether nothing but glue, or what is to be removed, stands between two paragraphs."""
    between = labelled.text[before.at + len(before.text) : after.at]
    return "\n" not in between


def _boundaries(paragraphs: Iterable[str]) -> Counter[tuple[str, str]]:
    bare = [text for text in map(_bare, paragraphs) if text]
    return Counter((a[-SEEN:], b[:SEEN]) for a, b in itertools.pairwise(bare))


def _bare(text: str) -> str:
    return "".join(text.split())


def _inked(line: Line) -> list[int]:
    return [line.at + i for i, char in enumerate(line.text) if not char.isspace()]


def _f1(counts: Counter[str]) -> float:
    both = counts["true"] + counts["found"]
    return 2 * counts["right"] / both if both else 1.0
