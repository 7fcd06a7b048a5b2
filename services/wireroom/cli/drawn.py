"""The lines of an article as they are drawn: headings, lists and quotes as what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, repeat
from typing import Any

from rich.text import Text

MARKS = {"list_item": "• ", "quote": "│ ", "table_row": "▏ ", "caption": "▫ ", "preformatted": "  "}
STYLES = {"heading": "bold", "quote": "italic", "caption": "dim"}


def kinds(text: str, blocks: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, int, str]]:
    """Kind, level and words of each line of ``text``; what no block speaks of is a paragraph."""
    told = ((block["kind"], block["level"]) for block in blocks for _ in range(block["lines"]))
    lines = text.split("\n")
    for (kind, level), line in zip(chain(told, repeat(("paragraph", 0))), lines, strict=False):
        yield kind, level, line


def drawn(kind: str, line: str) -> Text:
    """One line with its mark."""
    return Text(MARKS.get(kind, "") + line, style=STYLES.get(kind, ""))
