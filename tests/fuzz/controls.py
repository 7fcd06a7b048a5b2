"""Safety devices, each switched off in turn: the fuzzer has to find what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.clean import evidence, gate, said

ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class Control:
    """``target`` finds something where ``device`` of ``module`` is ``instead``.

    ``is_rare``: it takes thousands of inputs, or the clock.
    """

    target: str
    module: object
    device: str
    instead: object
    is_rare: bool = False


CONTROLS = {
    "evidence is as long as the page": Control("metadata", evidence, "LONGEST_SHOWN", ENDLESS),
    "any address is read as one": Control("page", said, "_host", str, is_rare=True),
    "NULs reach the parsers": Control(
        "page",
        gate,
        "printable",
        lambda text: (text, text.encode("utf-8", "surrogatepass")),
        is_rare=True,
    ),
    "any number of attributes is let in": Control(
        "page", gate, "_has_long_tag", lambda html: False, is_rare=True
    ),
}
