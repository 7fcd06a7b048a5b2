"""A parsed page, and what all readers of its facts need of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom.clean import jsonld

LONGEST_VALUE = 1_000  # characters; before any regular expression sees it
MOST_VALUES = 20  # of one name
REACH = 6_000  # characters behind the title in which its lines are looked for
LONGEST_LINE = 300  # characters
MOST_PARENTS = 6  # elements upwards that tell where something stands

FOREIGN = re.compile(
    r"comment|related|recommend|sidebar|widget|teaser|trending|latest|popular|promo|footer"
    r"|read-?more|more-|respond|reply|kommentar|navbar|breadcrumb|newsletter|share|social",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Page:
    """``meta``: the first value of each name; ``repeated``: all values of those with several."""

    tree: LexborHTMLParser
    url: str
    meta: dict[str, str]
    data: jsonld.JsonLd
    repeated: dict[str, list[str]] = field(default_factory=dict)

    def meta_all(self, name: str) -> list[str]:
        """All values of a name, in order."""
        if name in self.repeated:
            return self.repeated[name]
        return [self.meta[name]] if name in self.meta else []

    def lines_after_title(self, count: int) -> list[str]:
        """Lines of text behind the first h1, else behind the title; none where neither is."""
        body = self.tree.body
        if body is None:
            return []
        text = body.text(deep=True, separator="\n")
        h1 = self.tree.css_first("h1")
        title = h1.text(deep=True, separator="\n") if h1 is not None else ""
        title = title if title.strip() else self.meta.get("og:title", "")
        start = text.find(title) if title else -1
        if start < 0:
            return []
        start += len(title)
        raw = (" ".join(line.split()) for line in text[start : start + REACH].split("\n"))
        return [line[:LONGEST_LINE] for line in raw if line][:count]


def is_foreign(node: LexborNode) -> bool:
    """Whether an element belongs to a comment, a box beside the story or another story."""
    at: LexborNode | None = node
    for _ in range(MOST_PARENTS):
        if at is None or at.tag in ("body", "main"):
            return False
        given = at.attributes
        marks = f"{given.get('class') or ''} {given.get('id') or ''}"
        if at.tag in ("footer", "nav") or FOREIGN.search(marks[:LONGEST_VALUE]):
            return True
        at = at.parent
    return False


def page(tree: LexborHTMLParser, url: str) -> Page:
    """Collect ``meta`` and JSON-LD."""
    meta: dict[str, str] = {}
    repeated: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        content = (attributes.get("content") or "").strip()[:LONGEST_VALUE]
        for key in ("property", "name", "itemprop", "http-equiv"):
            name = attributes.get(key)
            if not name or not content:
                continue
            name = name.strip().lower()
            if meta.setdefault(name, content) != content:
                values = repeated.setdefault(name, [meta[name]])
                if len(values) < MOST_VALUES and content not in values:
                    values.append(content)
    return Page(tree, url, meta, jsonld.read(tree), repeated)


def text_of(node: LexborNode) -> str:
    """The text of an element on one line."""
    return " ".join(node.text(deep=True, separator=" ").split())[:LONGEST_VALUE]


def plain(value: str | None) -> str | None:
    """A value of ``meta`` without tags and escapes."""
    return jsonld.text_of(value) if value else None
