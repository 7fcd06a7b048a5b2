"""The lines of an article as they are drawn: headings, lists and quotes as what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def marked(text: str, spans: Sequence[tuple[int, int, str]], starts: Iterable[int] = ()) -> Text:
    """The text with what went out of it, as (offset, length, rule), and where breaks are put back.

    Marks are signs and colours, so that they can be read without colours too.
    """
    shown, at = Text(), 0
    for start, length, rule in sorted((*spans, *((start, 0, "") for start in starts))):
        if start < at:
            continue
        shown.append(text[at:start])
        if rule:
            shown.append("[-" + text[start : start + length] + "-]", style="red")
            shown.append(f" {rule} ", style="dim italic")
        else:
            shown.append("¶", style="bold green")
        at = start + length
    shown.append(text[at:])
    return shown
