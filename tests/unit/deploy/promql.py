"""Which metrics and labels a PromQL expression names. Enough of the grammar for our own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORDS = frozenset(
    [
        "and",
        "or",
        "unless",
        "by",
        "on",
        "without",
        "ignoring",
        "bool",
        "offset",
        "group_left",
        "group_right",
        "inf",
        "nan",
    ]
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_RANGE = re.compile(r"\[[^\]]*\]|\boffset\s+\w+")
_GROUPING = re.compile(r"\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{([^}]*)\})?")


@dataclass(frozen=True)
class Named:
    """A metric with the labels that it is selected by."""

    metric: str
    labels: tuple[str, ...]


def selectors(expression: str) -> Iterator[Named]:
    text = _RANGE.sub("", _STRING.sub('""', expression))
    text = _GROUPING.sub(" ", text)
    for match in _SELECTOR.finditer(text):
        name = match.group(1)
        if name.lower() in _WORDS or text[match.end() :].lstrip().startswith("("):
            continue
        matchers = re.findall(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)", match.group(2) or "")
        yield Named(name, tuple(matchers))


def grouped_by(expression: str) -> set[str]:
    """Labels in by (…), on (…) and their like."""
    lists = _GROUPING.findall(_STRING.sub('""', expression))
    return {label.strip() for each in lists for label in each.split(",") if label.strip()}
