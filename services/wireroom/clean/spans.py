"""Pieces of a submitted text that remember where they stood."""

from __future__ import annotations

import re
from typing import NamedTuple

_BREAKS = "\n\r\v\f\x85\u2028\u2029"
_BLANK = " \t\xa0\u200b\ufeff\x00"
_LINE = re.compile(f"[^{_BREAKS}{_BLANK}](?:[^{_BREAKS}]*[^{_BREAKS}{_BLANK}])?")


class Span(NamedTuple):  # no dataclass: of a long text there are a hundred thousand
    """``text`` as submitted; ``at`` = offset of its first code point."""

    text: str
    at: int

    def cut(self, start: int, end: int | None = None) -> Span:
        """A part of it, without blanks at its ends."""
        part = self.text[start:end]
        bare = part.lstrip(_BLANK)
        return Span(bare.rstrip(_BLANK), self.at + start + len(part) - len(bare))


def lines(text: str) -> list[Span]:
    """The lines of ``text`` that are not blank."""
    return [Span(found.group(), found.start()) for found in _LINE.finditer(text)]
