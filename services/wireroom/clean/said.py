"""A parsed page, and what all readers of its facts need of it, gathered in one walk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wireroom import urls
from wireroom.clean import jsonld, nearby
from wireroom.clean.titles import bare

LONGEST_VALUE = 1_000  # characters; before any regular expression sees it
MOST_VALUES = 20  # of one name
MOST_H1 = 20
MOST_SCRIPTS = 40  # without an address
MOST_LINES = 14  # behind the title in which a byline or a date stands
MOST_PARENTS = 6  # elements upwards that tell where something stands

FOREIGN = re.compile(
    r"comment|related|recommend|sidebar|widget|teaser|trending|latest|popular|promo|footer"
    r"|read-?more|more-|respond|reply|kommentar|navbar|breadcrumb|newsletter|share|social",
    re.IGNORECASE,
)
# Every selector is a walk over the tree, a tenth of a millisecond, so these are one.
_WANTED = (
    "html[lang],title,base[href],meta[content],h1,script[type*='ld+json' i]"
    ",link[rel~=canonical][href],link[rel~=amphtml][href],link[rel~=license][href]"
)
_OF_PAGE = "script:not([src]):not([type*='ld+json' i])"
_NAMES = frozenset(("property", "name", "itemprop", "http-equiv"))


@dataclass(frozen=True)  # no slots: what is asked for late is kept in it
class Page:
    """What a page says outside of its text.

    ``meta``: the first value of each name; ``repeated``: all values of those with several.
    ``links``: the first address of each ``rel``; ``base``: what relative addresses start from.
    ``host``: of ``url``. ``title``: of the head; ``h1s``: the first of its headings.
    ``language``: as declared.
    """

    tree: LexborHTMLParser
    url: str
    data: jsonld.JsonLd
    meta: Mapping[str, str]
    repeated: Mapping[str, Sequence[str]] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    h1s: Sequence[LexborNode] = ()
    base: str | None = None
    language: str | None = None
    title: str | None = None
    host: str | None = None

    def meta_all(self, name: str) -> Sequence[str]:
        """All values of a name, in order."""
        if name in self.repeated:
            return self.repeated[name]
        return [self.meta[name]] if name in self.meta else []

    @cached_property
    def headings(self) -> Sequence[str]:
        """The texts of ``h1s`` that have one."""
        return tuple(text for h1 in self.h1s if (text := text_of(h1)))

    @cached_property
    def scripts(self) -> Sequence[LexborNode]:
        """The first scripts that stand in the page and are no JSON-LD."""
        return self.tree.css(_OF_PAGE)[:MOST_SCRIPTS]

    @cached_property
    def lines(self) -> Sequence[str]:
        """Lines of text behind the title; none where nobody knows where it stands."""
        if self._heading is not None:
            pieces = nearby.behind(self._heading)
            return tuple(islice(chain.from_iterable(map(nearby.lines, pieces)), MOST_LINES))
        title = self.meta.get("og:title")
        if not title or self.tree.body is None:
            return ()
        text = self.tree.body.text(deep=True, separator="\n").partition(title)[2]
        return tuple(islice(nearby.lines(text[: nearby.REACH]), MOST_LINES))

    @cached_property
    def lines_above(self) -> Sequence[str]:
        """The last lines of text above the heading, the nearest first."""
        return tuple(nearby.above(self._heading)) if self._heading is not None else ()

    @cached_property
    def _heading(self) -> LexborNode | None:
        """The h1 that the page calls its title, else the first."""
        told = (self.meta.get("og:title"), jsonld.text_of(self.data.article.get("headline")))
        names = [name for title in told if title and (name := bare(title))]
        agreed = (h1 for h1 in self.h1s if _is_one_of(bare(text_of(h1)), names))
        return next(agreed, self.h1s[0] if self.h1s else None)


def page(tree: LexborHTMLParser, url: str) -> Page:
    """Collect what the head says, the headings and the scripts.

    A ``url`` that is none is as good as none.
    """
    host = _host(url)
    found = _Found()
    for node in tree.css(_WANTED):
        found.take(node)
    return Page(
        tree=tree,
        url=url if host else "",
        host=host,
        data=jsonld.read(found.data),
        meta=found.meta,
        repeated=found.repeated,
        links=found.links,
        h1s=found.h1s,
        base=found.base,
        language=found.language,
        title=found.title,
    )


@dataclass(slots=True)
class _Found:
    """Fills up while the elements come, in the order of the page."""

    meta: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    h1s: list[LexborNode] = field(default_factory=list)
    base: str | None = None
    language: str | None = None
    title: str | None = None

    def take(self, node: LexborNode) -> None:
        tag, given = node.tag, node.attributes
        if tag == "meta":
            self._meta(given)
        elif tag == "link":
            for rel in (given["rel"] or "").lower().split():
                self.links.setdefault(rel, given["href"] or "")
        elif tag == "script":
            self.data.append(node.text(deep=True))
        elif tag == "h1":
            if len(self.h1s) < MOST_H1:
                self.h1s.append(node)
        elif tag == "base":
            self.base = self.base or given["href"]
        elif tag == "title":
            self.title = self.title or text_of(node)
        else:
            self.language = given["lang"]

    def _meta(self, given: Mapping[str, str | None]) -> None:
        content = (given["content"] or "").strip()[:LONGEST_VALUE]
        if not content:
            return
        for key, name in given.items():
            if not name or key not in _NAMES:
                continue
            name = name.strip().lower()
            if self.meta.setdefault(name, content) != content:
                values = self.repeated.setdefault(name, [self.meta[name]])
                if len(values) < MOST_VALUES and content not in values:
                    values.append(content)


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


def each(nodes: Sequence[LexborNode], most: int) -> list[LexborNode]:
    """The first ``most`` of what a selector found; what fits two of its parts comes twice."""
    return list({node.mem_id: node for node in nodes[: 2 * most]}.values())[:most]


def text_of(node: LexborNode) -> str:
    """The text of an element on one line."""
    return " ".join(node.text(deep=True, separator=" ").split())[:LONGEST_VALUE]


def plain(value: str | None) -> str | None:
    """A value of ``meta`` without tags and escapes."""
    return jsonld.text_of(value) if value else None


def _host(url: str) -> str | None:
    """None for what is no address, to urllib or to browsers."""
    try:
        return urls.host(url) if urlsplit(url).netloc else None
    except ValueError:
        return None


def _is_one_of(title: str, named: Sequence[str]) -> bool:
    return bool(title) and any(title in name or name in title for name in named)
