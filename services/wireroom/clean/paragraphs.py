"""Paragraphs whose line breaks were lost on the way.

A sentence end with no space behind it is a lost paragraph break ("… pertes.Le 31 janvier").
A heading has no sentence end: lost on both sides, it shows only as a capital inside a word
("… in the harbourThe ships …"), and only if what stands before looks like a heading and what
stands behind like the beginning of a sentence; names such as ``YouTube`` must survive.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from wireroom.clean.quotes import closes, closing
from wireroom.clean.seams import seams
from wireroom.clean.stops import is_inner

SHORTEST_HEADING, LONGEST_HEADING = 12, 130  # characters
FEWEST_HEADING_WORDS = 3
MOST_STOPS = 20_000  # in a line; a megabyte of prose has 12,000
SHORTEST_HEAD = 4  # small letters before the seam; names with a capital inside begin with one
SHORTEST_AFTER = 40  # characters of the paragraph under a heading

_OPENING, _CLOSING = "“‘«„‚‹([{¿¡「『", "”’»‹›)]}」』"
_BOUNDARY = re.compile(r"[.!?…؟।](?<=[\w)\]”’»\"“%€$°'].)[.!?…؟।]*")
_STOP = re.compile(r"(\S)[.!?…؟।]+[”’»\"“)\]]{0,2}$")
_SENTENCE_END = re.compile(r"[.!?…؟](?:\s|$)")
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ſͰ-ԯԱ-Ֆ](?<=[^\W_A-Z].|[”»)].)")  # behind a heading
_FRENCH_BLANKS = (" ", "\xa0", "\u202f")
_CASELESS = re.compile(r"[\u0590-\u06ff\u0900-\u0dff\uac00-\ud7af]")
_MARKED_HEADING = re.compile("(?<=[。！？」』])(?:【[^【】]{2,40}】|(?=[■◆●▲▼◇□○▶]))")
_NUMBER = re.compile(r"\d{1,2}[.)] [^\W\d_]")
_WORD = re.compile(r"\w+(?:[’']\w+)*")
# Words that sentences begin with, by language; of those that no name ends in. They tell
# "harbourThe" from "YouTube" where the text itself has not used the word yet.
# Of these, articles and pronouns: no name ends in them (but LinkedIn does in a preposition).
_ARTICLE_WORDS = """
    the this these those they le la les un une des cette ces il elle ils elles der die das ein eine
    sie wir diese dieser dieses el los las una este esta estos estas gli questo questa het een deze
    os uma ele ela eles elas он она они это він вона вони onlar
"""
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_OPENER_WORDS = """
    the this that these those he she it they we you but and when while after before since if as at
    on for from with there what who why how although according its his her their our not by to le
    la les l un une des du ce cet cette ces il elle ils elles on nous vous mais et quand pour dans
    en sur avec depuis selon après avant c d j n qu si à au aux son sa ses leur leurs plus der die
    das ein eine einer eines dem den er sie es wir ihr aber und wenn während nach vor seit im am
    bei mit von zu für auf aus so auch doch nun dies diese dieser dieses wie was wer nicht el los
    las uno una este esta estos estas ese esa su sus pero cuando según desde tras con por para sin
    sobre entre hasta también o os as um uma ele ela eles elas mas quando segundo após com sem
    sobre no na nos nas ao isso esse essa lo gli i uno egli lei loro ma dopo prima secondo con per
    nel nella il questo questa quello de het een hij zij dit dat deze die maar toen na voor met op
    bij volgens в на и но он она они это как по с из за для после когда если также не что у та але
    він вона вони це як після з до bu şu o onlar ama ve bir için göre sonra w z na po ale on ona
    oni to jak gdy jednak według nie się
"""
_OPENERS = frozenset(_OPENER_WORDS.split())


def paragraphs(line: str, vocabulary: Counter[str]) -> list[str]:
    """The paragraphs in one line of a body; headings are paragraphs of their own.

    ``vocabulary``: the words of the whole text, see ``words_of``.
    """
    bounds = [0, *cuts(line, vocabulary), len(line)]
    return [part for a, b in pairwise(bounds) if (part := line[a:b].strip())]


def cuts(line: str, vocabulary: Counter[str]) -> list[int]:
    """Where paragraphs begin inside ``line``, from left to right."""
    places = {*_glued_ends(line), *_marked(line), *seams(line, vocabulary)}
    found: list[int] = []
    for start, end in pairwise((0, *sorted(places), len(line))):
        piece = line[start:end]
        inner = _heading_end(piece.lstrip(), vocabulary)
        found += [start + len(piece) - len(piece.lstrip()) + at for at in inner]
        found.append(end)
    return found[:-1]


def words_of(lines: Iterable[str]) -> Counter[str]:
    """How often each word occurs, as written."""
    return Counter(word for line in lines for word in _WORD.findall(line))


def _glued_ends(line: str) -> Iterator[int]:
    quoted = closing(line)
    for stop in islice(_BOUNDARY.finditer(line), MOST_STOPS):
        end = stop.end()
        if line[end : end + 1] in _FRENCH_BLANKS and line[end + 1 : end + 2] == "»":
            end += 1  # French sets a blank before it
        for _ in range(2):
            if end < len(line) and closes(line, end, quoted):
                end += 1
        follows = end
        if follows < len(line) and line[follows] in _OPENING + "\"'“”«»—–":
            follows += 1
            if line[follows - 1] == "«" and line[follows : follows + 1] in _FRENCH_BLANKS:
                follows += 1
        if _begins(line, follows) and not is_inner(line, stop.start(), follows):
            yield end


def _marked(line: str) -> Iterator[int]:
    """Scripts without capitals and blanks show a glued heading only where it bears a mark."""
    for heading in _MARKED_HEADING.finditer(line):
        yield from (at for at in heading.span() if 0 < at < len(line))


def _begins(line: str, at: int) -> bool:
    """A capital or a list's number; else, in a script without, letters of it on both sides."""
    if at >= len(line):
        return False
    char = line[at]
    if char.isupper() or _NUMBER.match(line, at):
        return True
    if not _CASELESS.match(char):
        return False
    stop = _STOP.search(line, max(0, at - 8), at)
    return bool(stop and _CASELESS.match(stop[1]))


def _heading_end(paragraph: str, vocabulary: Counter[str]) -> list[int]:
    """Where a heading without a stop ends in the midst of a word; at most one."""
    if not paragraph[:1].isalnum() and paragraph[:1] not in _OPENING:
        return []
    window = paragraph[: LONGEST_HEADING + 1]
    sentence = _SENTENCE_END.search(window)
    limit = sentence.start() if sentence else len(window)
    for capital in _CAPITAL.finditer(window, SHORTEST_HEADING, limit):
        at = capital.start()
        if not paragraph[at].isupper() or not _is_seam(paragraph, at):
            continue
        if len(paragraph) - at < SHORTEST_AFTER:
            break
        if len(paragraph[:at].split()) < FEWEST_HEADING_WORDS:
            continue
        if _is_known_seam(paragraph, at, vocabulary):
            return [at]
    return []


def _is_seam(text: str, at: int) -> bool:
    """Whether a small letter, a year or a closing mark stands right before."""
    before = text[at - 1]
    return before.islower() or before in "”»)" or text[at - 4 : at].isdecimal()


def _is_known_seam(text: str, at: int, vocabulary: Counter[str]) -> bool:
    """Whether both halves are words of their own, not the halves of a name."""
    left = re.search(r"\w*$", text[:at])
    right = re.match(r"\w+(?:[’']\w+)?", text[at:])
    if left is None or right is None:
        return False
    head, behind = left.group(), right.group()
    if not (len(behind) == 1 or behind[1:2].islower() or behind[1] in "’'"):
        return False  # OpenAI, WikiLEAKS
    whole = _WORD.search(text, at - len(head))
    if whole is not None and head and vocabulary[whole.group()] > 1:
        return False  # a name comes back, a lost break does not
    first = re.split(r"[’']", behind)[0].casefold()
    if first in _ARTICLES:
        return True
    opener = first in _OPENERS
    if not head or head.isdecimal():
        return opener
    if head[0].islower():
        known = vocabulary[behind] or vocabulary[behind.lower()]
        return len(head) >= SHORTEST_HEAD or (opener and len(head) >= 3) or bool(known)
    return bool(vocabulary[head]) and (opener or bool(vocabulary[behind]))
