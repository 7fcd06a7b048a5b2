"""Where a page names its authors, the surest place first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from selectolax.lexbor import LexborNode

from wireroom.clean import jsonld
from wireroom.clean.evidence import Told
from wireroom.clean.people import CREDIT, Sites, agencies, people, sites_of
from wireroom.clean.said import LONGEST_VALUE, Page, each, is_foreign, text_of

LONGEST_BYLINE = 120  # characters; longer ones are sentences about the author
OF_ONE_WORD = 0.75  # of the trust: one word is as often a login or a desk
MOST_SHOWN = 6  # names of a byline; more are a list of something else
MOST_NODES = 40  # elements that look like a byline; after them come lists of other articles
LONGEST_SCRIPT = 300_000  # characters of a script that is searched for names
TRUST = {"jsonld": 0.85, "meta": 0.8, "microdata": 0.8, "byline": 0.7, "text": 0.6, "data": 0.5}

_META_WORDS = """
    parsely-author article:author author sailthru.author byl dc.creator dcterms.creator
    dc.creator.personalname article:author_name article:author:name authors author_name
    cxenseparse:author og:article:author og:author book:author vr:author dable:author
    mediator_author citation_author news_author byline rnews:creator
    content_author article.author shareaholic:article_author_name
"""
_META = (*_META_WORDS.split(), "twitter:misc:written by")
_WRITTEN_BY = re.compile(
    r"written by|geschrieben von|verfasst von|écrit par|rédigé par|escrito por|scritto da|author"
    r"|geschreven door|napisane przez|автор|yazan|autor|auteur|autore|skrevet av|skriven av|作者",
    re.IGNORECASE,
)
_NAMED = (
    "[itemprop~=author],[property='schema:author'],[rel~=author]"
    ",[class*='author' i],[class*='byline' i],a[href*='/aut'],a[href*='/journalist']"
)
_INNER = "[itemprop~=name],.fn,[rel~=author],a,[class*='name' i]"
_JOINED = re.compile(r"(?:[,;&、،/]|and|und|et|y|e|en|och|og|i|и|та|ve|و)\s*(?:$|(?<=[,;&、،/]).*)")
_DATA = re.compile(
    r"""["'](?:authors?|author_?[nN]ame|byline|writers?|page_?[aA]uthor)["']\s*:\s*"""
    r"""(?:\[\s*)?(?:\{[^{}]{0,200}?["']name["']\s*:\s*)?["']([^"'\\]{4,80})["']"""
)

_AUTHOR = re.compile(r"author|autor|auteur|/journalist|byline|vcard", re.IGNORECASE)

_Byline: TypeAlias = tuple[LexborNode, Sequence[LexborNode]]
"""An element, and those in it that hold the names: such as links, or itself."""


def offers(parsed: Page, sites: Sites) -> Iterator[Told[tuple[str, ...]]]:
    """Names by source. What comes late costs most and is looked for only when asked for."""
    for source, bylines in _said(parsed):
        clear = source in ("jsonld", "microdata", "meta")
        found = people(bylines, sites, is_sure=clear)
        if found and (clear or len(found) <= MOST_SHOWN):
            whole = any(" " in name or not name.isascii() for name in found)
            yield Told(found, source, TRUST[source] * (1 if whole else OF_ONE_WORD))


def _said(parsed: Page) -> Iterator[tuple[str, list[str]]]:
    for key in ("author", "creator"):
        yield "jsonld", jsonld.persons_of(parsed.data.article.get(key), parsed.data)
    for name in _META:
        values = parsed.meta_all(name)
        fit = [value for value in values if len(value) <= LONGEST_BYLINE and "://" not in value]
        if fit:
            yield "meta", fit
    for number in "12":
        if _WRITTEN_BY.fullmatch(parsed.meta.get(f"twitter:label{number}", "")):
            yield "meta", [parsed.meta.get(f"twitter:data{number}", "")]
    yield from _shown(parsed)
    yield "text", list(_in_text(parsed))
    yield "data", list(_in_scripts(parsed))


def last_resort(parsed: Page) -> Told[tuple[str, ...]] | None:
    """Whom JSON-LD calls a person although site or agency have that name; the last resort.

    Many sites are called after who writes them; and an agency is better than nobody.
    """
    data, author = parsed.data, parsed.data.article.get("author")
    listed = author if isinstance(author, list) else [author]
    named = [name for one in listed[:MOST_SHOWN] for name in jsonld.person_of(one, data)]
    found = people(named, sites_of(jsonld.groups(data))) or agencies(named)
    return Told(found, "jsonld", TRUST["jsonld"] * OF_ONE_WORD) if found else None


def _shown(parsed: Page) -> Iterator[tuple[str, list[str]]]:
    """Texts of the elements that call themselves byline or author, the surest class first."""
    ranked: list[list[_Byline]] = [[] for _ in range(4)]
    named = list(islice(filter(_names_author, parsed.tree.css(_NAMED)), 2 * MOST_NODES))
    for node in each(named, MOST_NODES):
        inner = [n for n in each(node.css(_INNER), MOST_SHOWN + 1) if n.mem_id != node.mem_id]
        ranked[_rank(node)].append((node, inner[:MOST_SHOWN]))
    for rank, found in enumerate(ranked):
        source = "microdata" if rank == 0 else "byline"
        yield source, _of_one_place([(node, inner) for node, inner in found if inner])
        yield source, _of_one_place([(node, [node]) for node, _ in found])


def _names_author(node: LexborNode) -> bool:
    """Whether the address of a link is an author's; ``/automobile`` is found as well."""
    if node.tag != "a":
        return True
    given = node.attributes
    marks = (given.get(name) or "" for name in ("href", "rel", "class", "itemprop"))
    return _AUTHOR.search(" ".join(marks)[:LONGEST_VALUE]) is not None


def _rank(node: LexborNode) -> int:
    """0 microdata and h-card, 1 the link to an author, 2 byline, 3 anything else."""
    given = node.attributes
    words = (given.get("class") or "").lower()
    if given.get("itemprop") or given.get("property") or "p-author" in words.split():
        return 0
    if "vcard" in words.split():
        return 1
    if "author" in (given.get("rel") or ""):
        return 1
    return 2 if "byline" in words or "author-name" in words or "authorname" in words else 3


def _of_one_place(bylines: Sequence[_Byline]) -> list[str]:
    """Texts of the first that fits, and of those beside it: others name other stories."""
    texts: list[str] = []
    home: set[int] = set()
    for node, named in bylines:
        found = [text for n in named if (text := _fit(n, node))]
        if not found or (not texts and is_foreign(node)):
            continue
        above = _above(node)
        if texts and not home.intersection(above):
            break
        home.update(above)
        texts += found
    return texts


def _fit(node: LexborNode, outer: LexborNode) -> str | None:
    text = node.attributes.get("content") or text_of(node)
    if node.mem_id == outer.mem_id and not text:
        return None
    return text if text and len(text) <= LONGEST_BYLINE and any(map(str.isalpha, text)) else None


def _above(node: LexborNode) -> set[int]:
    """Itself, parent and grandparent; the same for all names of one byline."""
    found = {node.mem_id}
    at = node.parent
    for _ in range(2):
        if at is None or at.tag in ("body", "main", "article"):
            break
        found.add(at.mem_id)
        at = at.parent
    return found


def _in_text(parsed: Page) -> Iterator[str]:
    """Lines near the title that say who wrote, such as ``Von Jan Abel``."""
    for place, line in enumerate(parsed.lines):
        if len(line) > LONGEST_BYLINE:
            continue
        found = CREDIT.match(line)
        if found is None:
            continue
        rest = line[found.end() :].strip()
        yield " ".join(_joined([rest] if rest else [], parsed.lines[place + 1 :]))[:LONGEST_BYLINE]
        return


def _joined(names: list[str], lines: Sequence[str]) -> list[str]:
    """The names on one line and on those that a comma or an "and" joins to it."""
    following = iter(lines)
    for line in following:
        if names and not _JOINED.match(line):
            break
        names.append(line)
        if _JOINED.fullmatch(line):
            names.append(next(following, ""))
    return names


def _in_scripts(parsed: Page) -> Iterator[str]:
    """The first author that a script of the page names, such as a data layer."""
    for script in parsed.scripts:
        text = script.text(deep=True)[:LONGEST_SCRIPT]
        if ("uthor" in text or "yline" in text) and (found := _DATA.search(text)):
            yield found[1]
            return
