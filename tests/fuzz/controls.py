"""Safety devices, each switched off in turn: the fuzzer has to find what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.clean import gate, metadata, quotes

ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class Control:
    """``target`` finds something where ``device`` of ``module`` is ``instead``.

    ``is_slow``: what it finds is the time that an input takes.
    """

    target: str
    module: object
    device: str
    instead: object
    is_slow: bool = False


CONTROLS = {
    "lone surrogates reach the parser": Control("page", gate, "without_unpaired", str),
    "a page may have any number of tags": Control("metadata", metadata, "MOST_TAGS", ENDLESS),
    "any number of attributes is let in": Control(
        "page", gate, "_has_long_tag", lambda html: False, is_slow=True
    ),
    "the other mark is looked for in all of the text": Control(
        "syndicated", quotes, "LONGEST_QUOTATION", ENDLESS, is_slow=True
    ),
}
