"""The lines that syndicators put around an article: read first, then taken out.

A line counts as a label line only when its value fits: a source is an address or a name, an
author is a name or nothing, a date has figures. Facts stand before the first or after the last
line of the body; what addresses the reader ("read also", "follow us on") may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from wireroom.clean import dates
from wireroom.clean.authors import names
from wireroom.clean.headlines import headline, is_page_date, list_start
from wireroom.clean.labels import (
    GLUED_DATE,
    GLUED_HEAD,
    GLUED_LABEL,
    LABELS,
    LINES,
    LIST_HEAD,
    LONGEST_LABEL,
    Kind,
)
from wireroom.clean.spans import Span

LONGEST = 260  # characters of a trailer line with its address
LONGEST_TRAILER = 8_000  # characters at a line's end in which a glued trailer is looked for
LONGEST_NAME = 60
MOST_NAME_WORDS = 6
SHORTEST_BODY_LINE = 60  # characters, with a final stop; Chinese counts three for one
ANYWHERE: frozenset[Kind] = frozenset(("also", "social", "appeared_on"))
HEADER: frozenset[Kind] = frozenset(("source", "author", "date", "updated"))

_MARK = re.compile(
    r"(?P<colon>[:：﹕])|(?P<rights>copyright (?:for|of|©|\(c\)|\d)|©)|[-–•*·]\s", re.I
)
_URL = re.compile(r"https?://[^\s<>\"“”«»]+", re.I)
_BODY_END = re.compile(r"[.!?…。！？؟।]['\"”’»“)\]」』]*$")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLE_WORDS = """
    de del della di da do dos das du van von der den ter ten la le el al bin ibn abu zu af y e et
    und and en for with und staff agencies agency reporter correspondent editor desk team newsroom
    writer writers и та в
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Label:
    """What a line says of the article. ``value`` may be empty."""

    kind: Kind
    value: str


@dataclass(slots=True)
class Parts:
    """A text taken apart. ``removed``: rule and span."""

    body: list[Span] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    headlines: list[str] = field(default_factory=list)
    removed: list[tuple[str, Span]] = field(default_factory=list)


def take_apart(submitted: Sequence[Span]) -> Parts:
    """Body, labels, foreign headlines; every span of ``submitted`` ends in exactly one place."""
    pieces = _joined([piece for line in submitted for piece in unglued(line)])
    labels = [label_of(piece.text) for piece in pieces]
    by_span = dict(zip(pieces, labels, strict=True))
    tail = list_start(pieces, lambda piece: by_span[piece] is not None)
    after_body = 1 + max(
        (i for i in range(tail) if labels[i] is None and _is_body_line(pieces[i].text)), default=-1
    )
    header = _header_end(labels, after_body)
    parts = Parts()
    for index, (piece, label) in enumerate(zip(pieces, labels, strict=True)):
        outside = index < header or index >= after_body
        if label is not None and (outside or label.kind in ANYWHERE):
            _keep_label(parts, piece, label)
        elif is_page_date(piece.text) and (outside or index == 0):
            parts.removed.append(("page_date", piece))
        elif index < tail:
            parts.body.append(piece)
        elif LIST_HEAD.fullmatch(piece.text):
            parts.removed.append(("list.head", piece))
        else:
            parts.headlines.append(headline(piece.text))
            parts.removed.append(("list.headline", piece))
    return parts


def unglued(line: Span) -> list[Span]:
    """A line cut where a trailer without line breaks begins.

    From its end backwards every piece must be a label line that fits, or a list; the first that
    does not fit belongs to the body, with all before it.
    """
    cuts = _cuts(line.text) if label_of(line.text) is None else []
    if not cuts:
        return [line]
    ends = [*cuts[1:], len(line.text)]
    pieces: list[Span] = []
    body_end = len(line.text)
    for start, end in reversed(list(zip(cuts, ends, strict=True))):
        piece = line.cut(start, end)
        found = _list_pieces(piece) if label_of(piece.text) is None else [piece]
        if not found:
            break
        pieces[:0] = found
        body_end = start
    return [part for part in (line.cut(0, body_end), *pieces) if part.text]


def label_of(line: str) -> Label | None:
    """What ``line`` says as a trailer line; None where it is none."""
    if len(line) > LONGEST:
        return None
    for kind, pattern in LABELS:
        found = pattern.fullmatch(line)
        if found and _fits(kind, found["value"].strip()):
            return Label(kind, found["value"].strip())
    for kind, pattern in LINES:
        if pattern.fullmatch(line):
            return Label(kind, line.strip())
    return None


def url_in(value: str) -> str | None:
    """The first address in ``value``, without the stop of the sentence around it."""
    found = _URL.search(value)
    return found.group().rstrip(".,;)]") if found else None


def _fits(kind: Kind, value: str) -> bool:
    if kind == "source":
        return not value or (url_in(value) is not None and " " not in value) or _is_name(value)
    if kind == "author":
        return not value or _is_name(value)
    if kind in ("date", "updated"):
        return not value or dates.read(value) is not None or _is_short_with_figures(value)
    if kind == "also":
        return bool(value) and not value.endswith(".")
    return True


def _is_name(value: str) -> bool:
    """Mostly capitals, few words, no sentence; in scripts without capitals just short."""
    words = value.split()
    if not 2 <= len(value) <= LONGEST_NAME or ":" in value or not words:
        return False
    if re.search(r"[.!?…。！？؟]$", value) and not re.search(r"\b(?:Jr|Sr|Ph\.D|[A-Z])\.$", value):
        return False
    persons = names([value]) or (value,)
    if any(len(person.split()) > MOST_NAME_WORDS for person in persons):
        return False
    small = [w for w in words if w[0].islower() and w.strip(",") not in _PARTICLES]
    return not words[0][0].islower() and not small


def _is_short_with_figures(value: str) -> bool:
    return len(value) <= 40 and value[0:1].isdecimal() and not value.endswith(".")


def _is_body_line(line: str) -> bool:
    length = len(line) + 2 * len(_DENSE.findall(line))
    return length >= SHORTEST_BODY_LINE and _BODY_END.search(line) is not None


def _header_end(labels: Sequence[Label | None], body_end: int) -> int:
    """How many label lines with a value stand at the very beginning, before a body."""
    count = 0
    for label in labels[:body_end]:
        if label is None or label.kind not in HEADER or not label.value:
            break
        count += 1
    return count


def _keep_label(parts: Parts, piece: Span, label: Label) -> None:
    parts.labels.append(label)
    parts.removed.append((f"trailer.{label.kind}", piece))
    if label.kind == "also" and url_in(label.value) is None:
        parts.headlines.append(headline(label.value))


def _joined(pieces: Sequence[Span]) -> list[Span]:
    """``Source:`` with its address on the next line becomes one piece."""
    joined: list[Span] = []
    for piece in pieces:
        before = label_of(joined[-1].text) if joined else None
        if before == Label("source", "") and _URL.fullmatch(piece.text):
            gap = " " * (piece.at - joined[-1].at - len(joined[-1].text))
            joined[-1] = Span(joined[-1].text + gap + piece.text, joined[-1].at)
        else:
            joined.append(piece)
    return joined


def _cuts(text: str) -> list[int]:
    """Where labels begin inside ``text``; a word's tail (``resource:``) is none."""
    since = max(0, len(text) - LONGEST_TRAILER)
    starts = [dated.start() for dated in GLUED_DATE.finditer(text, since)]
    for mark in _MARK.finditer(text, since):
        if mark["rights"]:
            starts.append(mark.start())
            continue
        ends = GLUED_LABEL if mark["colon"] else GLUED_HEAD
        if found := ends.search(text, max(0, mark.start() - LONGEST_LABEL), mark.start()):
            starts.append(found.start())
    return sorted({at for at in starts if at > 0 and not _is_inside_word(text[at - 1], text[at])})


def _is_inside_word(before: str, first: str) -> bool:
    """``reSource`` is two words, ``resource`` is one; scripts without capitals have no say."""
    if first.isupper():
        return before.isupper()
    return first.islower() and (before.isalnum() or before in "-_’'@/")


def _list_pieces(piece: Span) -> list[Span]:
    """``Trending - One - Two`` as head and items; empty where it is no such list."""
    head = re.match(r"[^-–•*·]{2,40}?\s*(?=([-–•*·])\s)", piece.text)
    if head is None or LIST_HEAD.fullmatch(head.group()) is None:
        return []
    bullet = re.compile(rf"{re.escape(head[1])}\s+")
    starts = [found.start() for found in bullet.finditer(piece.text)]
    ends = [*starts[1:], len(piece.text)]
    items = [piece.cut(start, end) for start, end in zip(starts, ends, strict=True)]
    return [piece.cut(0, head.end()), *items] if len(items) >= 2 else []
