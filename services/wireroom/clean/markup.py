"""What an element of a page is, by its tag and by its attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from wireroom.clean import signs

LONGEST_NAME = 200  # characters of a class that tell elements apart

TEXT, UNSEEN, BREAK, INLINE = -4, -3, -2, -1
LINK, BOLD, ITALIC = 0, 1, 2  # marks: of what is in them the characters are counted
BLOCK, OTHER = 3, 4
TAGS: dict[str | None, int] = {
    **dict.fromkeys(
        (
            *("script", "style", "noscript", "iframe", "template", "svg", "button", "select"),
            *("option", "textarea", "input", "video", "audio", "object", "embed", "canvas", "math"),
            *("link", "meta", "map", "area", "track", "param", "progress", "meter", "dialog"),
            *("img", "picture", "source", "frame", "frameset", "title", "head", "datalist"),
            *("nav", "-comment"),
        ),
        UNSEEN,
    ),
    **dict.fromkeys(
        (
            *("span", "u", "s", "small", "sup", "sub", "font", "abbr", "time", "mark", "code"),
            *("q", "label", "ins", "del", "acronym", "bdi", "bdo", "big", "data", "dfn", "kbd"),
            *("nobr", "rp", "rt", "ruby", "samp", "strike", "tt", "var", "wbr", "output", "blink"),
        ),
        INLINE,
    ),
    **dict.fromkeys(("br", "hr"), BREAK),
    **dict.fromkeys(("b", "strong"), BOLD),
    **dict.fromkeys(("i", "em", "cite"), ITALIC),
    "a": LINK,
    "-text": TEXT,
}
"""Kinds of tags; ``OTHER``: all that are not in it, which begin and end a block."""
UNSCRIPTED = {tag: kind for tag, kind in TAGS.items() if tag != "noscript"}
"""The same for a page whose scripts do not run."""


class Named(NamedTuple):
    """What the attributes of an element say.

    ``is_unseen``: hidden by its style; but what is hidden from those who do not subscribe is read.
    """

    own: int
    name: str
    is_unseen: bool


def named(tag: str, attributes: Mapping[str, str | None]) -> Named:
    """Read the attributes of an element."""
    own = signs.of_element(tag, attributes)
    name = (attributes.get("class") or "").strip()[:LONGEST_NAME]
    return Named(own, name, _is_hidden(attributes) and not own & signs.SUBSCRIBE)


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    style = attributes.get("style") or ""
    return "display:none" in style[:1_000].replace(" ", "").lower()
