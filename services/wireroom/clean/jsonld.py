"""JSON-LD of a page: all nodes, and the one that is the article."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

Node: TypeAlias = Mapping[str, Any]  # whatever a publisher wrote: not typed before it is read

DEEPEST = 8
LONGEST_LIST = 200
MOST_NODES = 5_000  # of a page; of 790 pages that were counted one had 1,609, the next 245
LONGEST_VALUE = 2_000  # characters of a name, a title or a date; bodies are read apart

_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.{0,40}?\*/)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)
# Half a pair of escapes: no letter, and nothing could write it down again.
_HALF = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F][\da-fA-F]{2}"
)
_TAG = re.compile(r"<[^<>]{1,300}>")
_RANKS = {
    **dict.fromkeys(("newsarticle", "reportagenewsarticle"), 10),
    **dict.fromkeys(("article", "blogposting", "liveblogposting"), 9),
    **dict.fromkeys(
        (
            *("analysisnewsarticle", "opinionnewsarticle", "backgroundnewsarticle"),
            *("askpublicnewsarticle", "reviewnewsarticle", "advertisercontentarticle"),
            *("satiricalarticle", "scholarlyarticle", "techarticle", "report", "review"),
            *("socialmediaposting", "discussionforumposting", "recipe", "videoobject"),
        ),
        5,
    ),
    "webpage": 2,
}
# Each entry of a live blog calls itself a posting, and it is none of the page's own facts.
_OF_OTHERS = frozenset(("liveBlogUpdate", "comment"))
_BONUS = {"headline": 2, "datePublished": 2, "author": 1, "articleBody": 3}


@dataclass(frozen=True, slots=True)
class JsonLd:
    """``article`` is the node that most looks like the story; empty where none does."""

    nodes: tuple[Node, ...]
    article: Node
    by_id: Mapping[str, Node]

    @property
    def is_story(self) -> bool:
        return _type_rank(self.article) >= 5


def read(scripts: Iterable[str]) -> JsonLd:
    """Every ``application/ld+json`` script of a page; what cannot be read is passed over."""
    nodes: list[Node] = []
    for script in scripts:
        _collect(_parsed(script), 0, nodes)
    by_id: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(by_id.get(name, ())):
            by_id[name] = node
    best = max(nodes, key=_rank, default={})
    return JsonLd(tuple(nodes), best if _rank(best) > 0 else {}, by_id)


def text_of(value: object) -> str | None:
    """A plain string out of a JSON-LD value: unescaped, without tags; None for anything else."""
    if isinstance(value, list | tuple) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str):
        return None
    plain = value[:LONGEST_VALUE]
    if "&" in plain:
        plain = html.unescape(plain)
    if "<" in plain:
        plain = _TAG.sub(" ", plain)
    return " ".join(plain.split()) or None


def names_of(value: object, data: JsonLd, depth: int = 0) -> list[str]:
    """Names of persons: strings, lists, objects, references by ``@id``."""
    if depth > 3:
        return []
    if isinstance(value, str):
        known = data.by_id.get(value)
        return names_of(known, data, depth + 1) if known is not None else [value]
    if isinstance(value, list):
        return [name for item in value[:LONGEST_LIST] for name in names_of(item, data, depth + 1)]
    if isinstance(value, dict):
        name = value.get("name")
        if name is None and isinstance(value.get("@id"), str):
            known = data.by_id.get(value["@id"])
            # "is": comparing two nodes by value is as long as they are.
            return [] if known is None or known is value else names_of(known, data, depth + 1)
        return names_of(name, data, depth + 1) if name is not None else []
    return []


def persons_of(value: object, data: JsonLd) -> list[str]:
    """As ``names_of``, without what the page itself calls an organisation."""
    items = value if isinstance(value, list) else [value]
    return [
        name
        for item in items[:LONGEST_LIST]
        if not _is_group(item, data)
        for name in names_of(item, data)
    ]


def person_of(value: object, data: JsonLd) -> list[str]:
    """The names of what the page itself calls a person; else none."""
    is_one = any(name.casefold() == "person" for name in _types(value, data))
    return names_of(value, data) if is_one else []


def groups(data: JsonLd) -> list[str]:
    """The names of what the page itself calls organisations and nothing else."""
    found = (node for node in data.nodes[:50] if _is_group(node, data))
    return [name for node in found for name in names_of(node, data)]


def _is_group(value: object, data: JsonLd) -> bool:
    types = _types(value, data)
    return bool(types) and all(name.endswith("Organization") for name in types)


def _types(value: object, data: JsonLd) -> list[str]:
    if not isinstance(value, dict):
        return []
    if "@type" not in value and isinstance(value.get("@id"), str):
        value = data.by_id.get(value["@id"], value)
    types = value.get("@type")
    return [str(name) for name in (types if isinstance(types, list) else [types])]


def body_of(data: JsonLd) -> str:
    """``articleBody`` with its line breaks, without markup; empty where there is none."""
    value = data.article.get("articleBody")
    return _TAG.sub(" ", html.unescape(value)) if isinstance(value, str) else ""


def _parsed(raw: str) -> object:
    try:
        return orjson.loads(raw)  # first: searching a long script for wrappers costs more
    except ValueError:
        pass
    text = raw.strip()
    for _ in range(3):
        text = _WRAPPER.sub("", text).strip()
    try:
        return json.loads(_HALF.sub("\\\\ufffd", text), strict=False)
    except (ValueError, RecursionError):
        return None


def _collect(value: object, depth: int, nodes: list[Node]) -> None:
    """All objects in ``value``, outer ones first; a generator would pass each up all levels."""
    if depth > DEEPEST or len(nodes) >= MOST_NODES:
        return
    if isinstance(value, dict):  # not Mapping, which is asked ten times as slowly
        nodes.append(value)
        inner: Iterable[object] = [item for key, item in value.items() if key not in _OF_OTHERS]
    else:
        inner = value[:LONGEST_LIST] if isinstance(value, list) else ()
    for item in inner:
        if isinstance(item, dict | list):
            _collect(item, depth + 1, nodes)


def _type_rank(node: Node) -> int:
    types = node.get("@type")
    if not isinstance(types, list):
        return _RANKS.get(types.lower(), 0) if isinstance(types, str) else 0
    return max((_RANKS.get(str(name).lower(), 0) for name in types), default=0)


def _rank(node: Node) -> int:
    rank = _type_rank(node)
    return rank + sum(bonus for key, bonus in _BONUS.items() if node.get(key)) if rank else 0
