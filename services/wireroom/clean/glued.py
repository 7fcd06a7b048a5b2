"""A trailer without line breaks: where it begins in a line, and where its parts do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wireroom.clean.headlines import is_page_date
from wireroom.clean.labels import KEY, fold, table
from wireroom.clean.lines import is_head, label_of, url_in
from wireroom.clean.spans import Span

LONGEST_TRAILER = 8_000  # characters at a line's end in which a glued trailer is looked for
LONGEST_END = 80  # characters in which it is seen how a text ends
MOST_JOINED = 3  # cuts that may be passed over: a label's value may look like another label
LONGEST_DAY = 45
_STOP = re.compile(r"[.!?…。！？؟।:][\"'”’»“)\]」』]*$")
_COLON = re.compile(r"[:：﹕]")
_BEGINNINGS = (
    re.compile(r"\w+|[©(]"),
    re.compile(r"[A-ZÀ-ÖØ-ÞĆČĘĞİŁŃŚŞŠŹŻŽЀ-Я](?<=\w.)"),
    re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"),
)
"""Words, words glued to others, and any character where nothing stands between words."""
_BULLET = re.compile(r"[-–•*·]\s")
_LIST = re.compile(r"[^-–•*·]{2,40}?\s*(?=([-–•*·])\s)")


def unglued(line: Span) -> list[Span]:
    """A line cut where a trailer without line breaks begins.

    From its end backwards every piece must be a label line that fits, a list or a day; the
    first that does not fit belongs to the body, with all before it.
    """
    cuts = [] if _is_one(line) or is_head(line.text) else _cuts(line.text)
    pieces: list[Span] = []
    end, missed = len(line.text), 0
    for start in reversed(cuts):
        piece = line.cut(start, end)
        found = [piece] if _is_one(piece) else _list_pieces(piece)
        if found:
            pieces[:0] = found
            end, missed = start, 0
        elif missed == MOST_JOINED:
            break
        else:
            missed += 1
    while pieces and not _may_follow(_before(line, pieces[0]), pieces[0].text):
        pieces.pop(0)
    end = pieces[0].at - line.at if pieces else len(line.text)
    return [part for part in (line.cut(0, end), *pieces) if part.text]


def _before(line: Span, piece: Span) -> str:
    """The end of what stands before ``piece``."""
    end = piece.at - line.at
    return line.text[max(0, end - LONGEST_END) : end]


def _may_follow(before: str, piece: str) -> bool:
    """Whether ``piece`` may follow: on a stop, glued, with an address, or behind another label.

    Else "… which was updated on August 25." would lose its end. A day alone is the body's.
    """
    label = label_of(piece)
    if label is None:
        return is_head(piece)
    is_end = not before[-1:].isspace() or _STOP.search(before.rstrip()) is not None
    is_addressed = label.kind == "source" and url_in(label.value) is not None
    return is_end or is_addressed or label_of(before.strip()) is not None


def _is_one(piece: Span) -> bool:
    return label_of(piece.text) is not None or is_page_date(piece.text)


def _cuts(text: str) -> list[int]:
    """Where labels, list heads and days may begin inside ``text``."""
    since = max(0, len(text) - LONGEST_TRAILER)
    folded = fold(text)
    starts = set(_before_colons(text, folded, since))
    starts.update(_heads(text, folded, since))
    starts.update(_phrases(text, folded, since))
    found = sorted(at for at in starts if at > 0 and not _is_inside_word(text, at))
    day = _day(text) if found else None
    if day is not None and day > found[-1] and label_of(text[found[-1] :]) is None:
        found.append(day)
    return found


def _before_colons(text: str, folded: str, since: int) -> Iterator[int]:
    """Starts of the longest label before each colon."""
    words = table()
    for colon in _COLON.finditer(folded, since):
        end = colon.start()
        while end > since and folded[end - 1] == " ":
            end -= 1
        for at in range(max(since, end - words.longest), end):
            if folded[at:end] in words.before_colon and not _is_inside_word(text, at):
                yield at
                break


def _heads(text: str, folded: str, since: int) -> Iterator[int]:
    words = table()
    for bullet in _BULLET.finditer(folded, since):
        end = bullet.start()
        while end > since and folded[end - 1] in " :":
            end -= 1
        for at in range(max(since, end - words.longest), end):
            if folded[at:end] in words.heads and not _is_inside_word(text, at):
                yield at
                break


def _phrases(text: str, folded: str, since: int) -> Iterator[int]:
    known = table().glued
    found = (pattern.finditer(text, since) for pattern in _BEGINNINGS)
    for at in [beginning.start() for beginnings in found for beginning in beginnings]:
        heads = known.get(folded[at : at + KEY]) or known.get(folded[at])
        if heads is not None and folded.startswith(heads, at):
            yield at


def _day(text: str) -> int | None:
    """Where a day of the page begins that ends the text, such as ``Monday, June 3``."""
    since = max(0, len(text) - LONGEST_DAY)
    for blank in re.finditer(r"(?<=\s)(?=[^\W_])", text[since:]):
        at = since + blank.start()
        if text[at].isalpha() and is_page_date(text[at:]):
            return at
    return None


def _is_inside_word(text: str, at: int) -> bool:
    """``reSource`` is two words, ``resource`` is one; scripts without capitals have no say."""
    if at == 0:
        return False
    before, first = text[at - 1], text[at]
    if first.isupper():
        return before.isupper()
    return first.islower() and (before.isalnum() or before in "-_’'@/")


def _list_pieces(piece: Span) -> list[Span]:
    """``Trending - One - Two`` as head and items; empty where it is no such list."""
    head = _LIST.match(piece.text)
    if head is None or not is_head(head.group()):
        return []
    bullet = re.compile(rf"{re.escape(head[1])}\s+")
    starts = [found.start() for found in bullet.finditer(piece.text)]
    ends = [*starts[1:], len(piece.text)]
    items = [piece.cut(start, end) for start, end in zip(starts, ends, strict=True)]
    return [piece.cut(0, head.end()), *items] if len(items) >= 2 else []
