"""Which quotation marks close. „…“, »…« and "…" can only be told by what stands around them."""

from __future__ import annotations

import re

LONGEST_QUOTATION = 2_000  # characters in which the other mark of a pair of « and » is looked for

_MARK = re.compile('["“”„]')
_ALWAYS_CLOSING = "’›)]}」』"


def closing(line: str) -> frozenset[int]:
    """Where the marks " “ ” „ of ``line`` that end a quotation stand.

    A mark with a blank before it opens, one with a blank or a comma behind it closes; glued
    on both sides, it does what is due. So one that was forgotten spoils no more than the next.
    """
    found: set[int] = set()
    opened = ""
    for match in _MARK.finditer(line):
        at, mark = match.start(), match.group()
        if _is_end(line, at, mark, opened):
            found.add(at)
            opened = ""
        else:
            opened = mark
    return frozenset(found)


def closes(line: str, at: int, closing: frozenset[int]) -> bool:
    """Whether the mark at ``at`` ends a quotation or a bracket; ``closing``: of this line."""
    mark = line[at]
    if mark in "«»":
        before = line[max(0, at - LONGEST_QUOTATION) : at]
        other = "«" if mark == "»" else "»"
        return before.rfind(other) > before.rfind(mark)
    return at in closing or mark in _ALWAYS_CLOSING


def _is_end(line: str, at: int, mark: str, opened: str) -> bool:
    if mark == "„" or (mark == "“" and opened != "„"):
        return False
    if mark == "”" and opened in ("“", "„"):
        return True
    before, behind = line[at - 1 : at], line[at + 1 : at + 2]
    if not before or before.isspace() or before in "([—–":
        return bool(opened) and (not behind or behind.isspace())
    if not behind or behind.isspace() or behind in ",;:.!?)]—–":
        return True
    return bool(opened)
