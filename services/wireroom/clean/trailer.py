"""The lines that syndicators put around an article: read first, then taken out.

Facts stand before the first or after the last line of the body; what addresses the reader
("read also", "follow us on") may stand anywhere. Every span that is taken out has a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from wireroom.clean import dates
from wireroom.clean.agencies import credit_start, dateline_end, is_credit
from wireroom.clean.glued import unglued
from wireroom.clean.headlines import headline, is_page_date, list_start
from wireroom.clean.labels import Kind
from wireroom.clean.lines import Label, is_body_line, is_head, label_of, url_in
from wireroom.clean.paragraphs import cuts, words_of
from wireroom.clean.spans import Span, lines

ANYWHERE: frozenset[Kind] = frozenset(("also", "social", "newsletter", "appeared", "photo"))
SURE: frozenset[Kind] = frozenset(("also", "appeared", "photo"))
HEADER: frozenset[Kind] = frozenset(("source", "author", "date", "updated", "page_date", "tags"))
EXAMINED = 1_000  # lines at either end of a text that may be of a trailer; no article has as many
LONGEST_CALL = 100  # characters of "follow us on …" in the midst of a body
MOST_CREDITS = 3  # datelines or credits one behind the other

Said: TypeAlias = tuple[Span, Label | None]
"""A piece of the text, and what it says as a line of a trailer."""
Telling: TypeAlias = Callable[[Sequence[Span]], list[Said]]


@dataclass(slots=True)
class Parts:
    """A text taken apart. ``removed``: rule and span."""

    body: list[Span] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    headlines: list[str] = field(default_factory=list)
    removed: list[tuple[str, Span]] = field(default_factory=list)


def trailer(paragraphs: Sequence[str]) -> Parts:
    """A page's paragraphs taken apart; offsets count in them joined by line breaks.

    They stay as they are: a page has lost no breaks.
    """
    return take_apart(lines("\n".join(paragraphs)), breaks_lost=False)


def take_apart(submitted: Sequence[Span], *, breaks_lost: bool = True) -> Parts:
    """Body, labels, foreign headlines; every span of ``submitted`` ends in exactly one place.

    ``breaks_lost``: whether paragraphs may be glued to each other.
    """
    said = _read(submitted, _in_paragraphs if breaks_lost else _as_they_are)
    pieces = [piece for piece, _ in said]
    labels = [label for _, label in said]
    tail = list_start(pieces, [label is not None for label in labels])
    ends = (i for i in reversed(range(tail)) if labels[i] is None and is_body_line(pieces[i].text))
    after_body = 1 + next(ends, -1)
    header = _header_end(labels, after_body)
    parts = Parts()
    for index, (piece, label) in enumerate(said):
        outside = index < header or index >= after_body
        if label is not None and (outside or _is_aside(label, piece)):
            _keep_label(parts, piece, label, index < header)
        elif index < tail:
            parts.body.append(piece)
        else:
            rule = "list.head" if is_head(piece.text) else "list.headline"
            parts.removed.append((rule, piece))
            if rule == "list.headline":
                parts.headlines.append(headline(piece.text))
    _without_agencies(parts)
    return parts


def _is_aside(label: Label, piece: Span) -> bool:
    """Whether a line in the midst of the body is no part of it."""
    return label.kind in ANYWHERE and (label.kind in SURE or len(piece.text) <= LONGEST_CALL)


def _read(submitted: Sequence[Span], told: Telling) -> list[Said]:
    """Pieces and what they say; between the first and the last lines of a very long text, lines."""
    if len(submitted) <= 2 * EXAMINED:
        return told(_joined(submitted))
    middle: list[Said] = [(line, None) for line in submitted[EXAMINED:-EXAMINED]]
    first, last = (_joined(part) for part in (submitted[:EXAMINED], submitted[-EXAMINED:]))
    return [*told(first), *middle, *told(last)]


def _label(line: str) -> Label | None:
    """As ``label_of``, and days of the page and credits of agencies."""
    found = label_of(line)
    if found is None and is_page_date(line):
        return Label("page_date", line)
    if found is None and is_credit(line):
        return Label("credit", line)
    return found


def _as_they_are(pieces: Sequence[Span]) -> list[Said]:
    return [(piece, _label(piece.text)) for piece in pieces]


def _in_paragraphs(pieces: Sequence[Span]) -> list[Said]:
    """Lost paragraph breaks are put back, but not into labels and lists."""
    labels = [_label(piece.text) for piece in pieces]
    tail = list_start(pieces, [label is not None for label in labels])
    is_body = [label is None and i < tail for i, label in enumerate(labels)]
    vocabulary = words_of(piece.text for piece, body in zip(pieces, is_body, strict=True) if body)
    found: list[Said] = []
    for piece, label, body in zip(pieces, labels, is_body, strict=True):
        starts = cuts(piece.text, vocabulary) if body else []
        bounds = zip([0, *starts], [*starts, len(piece.text)], strict=True)
        parts = [part for a, b in bounds if (part := piece.cut(a, b)).text] if starts else [piece]
        if len(parts) == 1:
            found.append((parts[0], label))
        else:
            found += [(part, _label(part.text)) for part in parts]
    return found


def _header_end(labels: Sequence[Label | None], body_end: int) -> int:
    """How many label lines with a value stand at the very beginning, before a body."""
    count = 0
    for label in labels[:body_end]:
        if label is None or label.kind not in HEADER or not label.value:
            break
        count += 1
    return count


def _keep_label(parts: Parts, piece: Span, label: Label, in_header: bool) -> None:
    if label.kind == "page_date":
        # Beside a byline a day is the article's, anywhere else it is the page's.
        bylined = any(known.kind == "author" for known in parts.labels)
        if in_header and bylined and dates.read(label.value) is not None:
            parts.labels.append(Label("date", label.value))
        parts.removed.append(("page_date", piece))
        return
    parts.labels.append(label)
    parts.removed.append((f"trailer.{label.kind}", piece))
    if label.kind == "also" and url_in(label.value) is None:
        parts.headlines.append(headline(label.value))


def _without_agencies(parts: Parts) -> None:
    """The body without the dateline at its beginning and the credit at its end."""
    for _ in range(MOST_CREDITS):
        if not parts.body:
            return
        first = parts.body[0]
        if not (end := dateline_end(first.text)) or not first.cut(end).text:
            break
        parts.removed.append(("agency.dateline", first.cut(0, end)))
        parts.body[0] = first.cut(end)
    for _ in range(MOST_CREDITS):
        last = parts.body[-1]
        start = credit_start(last.text)
        if start == len(last.text) or not last.cut(0, start).text:
            break
        parts.removed.append(("agency.credit", last.cut(start)))
        parts.body[-1] = last.cut(0, start)


def _joined(submitted: Sequence[Span]) -> list[Span]:
    """Lines cut at glued trailers; ``Source:`` and its address on the next line are one piece."""
    joined: list[Span] = []
    for piece in (piece for line in submitted for piece in unglued(line)):
        before = label_of(joined[-1].text) if joined else None
        is_empty = before is not None and before.kind == "source" and not before.value
        is_address = url_in(piece.text) is not None and " " not in piece.text
        if is_empty and is_address:
            gap = " " * (piece.at - joined[-1].at - len(joined[-1].text))
            joined[-1] = Span(joined[-1].text + gap + piece.text, joined[-1].at)
        else:
            joined.append(piece)
    return joined
