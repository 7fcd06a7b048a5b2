"""When a page says that it was published and last changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from selectolax.lexbor import LexborNode

from wireroom.clean import addresses, dates
from wireroom.clean.evidence import Settled, Told, settle
from wireroom.clean.said import Page, each, is_foreign, text_of

SAME = timedelta(hours=30)  # a day in one zone and a time in another may be one moment
LONGEST_LINE = 90  # characters of a line with a date
AS_CHANGED = 0.3  # how far a time is believed that is exactly the last change
MOST_MARKED, MOST_TIMES = 40, 8  # elements with a time; those without a mark that are looked at

_PUBLISHED_WORDS = """
    article:published_time og:article:published_time datepublished parsely-pub-date
    sailthru.date pubdate publishdate publish-date dc.date.issued dcterms.issued dc.date.created
    dcterms.created dcterms.date dc.date cxenseparse:recs:publishtime originalpublicationdate
    publication_date rnews:datepublished article.published published_time publish_date
    published-date date_published article:published citation_publication_date
    citation_online_date og:published_time article:publish_date article.created bt:pubdate
    cxenseparse:publishtime dcterms.available weibo:article:create_at pub_date publishedate
"""
_LOOSE = ("date", "created", "citation_date", "article_date_original", "video:release_date")
_MODIFIED_WORDS = """
    article:modified_time og:updated_time datemodified dcterms.modified dc.date.modified
    last-modified lastmod article:updated_time article:modified cxenseparse:recs:modifiedtime
    rnews:datemodified modified_time updated_time
"""
_PUBLISHED, _MODIFIED = _PUBLISHED_WORDS.split(), _MODIFIED_WORDS.split()
_TIMES = "time,[itemprop^=date],[property$=datePublished],abbr.published,.dt-published"
_DATED = "[class*='date' i],[class*='publish' i],[class*='posted' i],[id*='date' i],time"
_FIGURE = re.compile(r"\d")
_ISSUED = re.compile(r"datePublished|entry-date|(?<![\w-])published(?![\w-])|dt-published")
_CHANGED = re.compile(r"dateModified|(?<![\w-])updated(?![\w-])|dt-updated")
_UPDATE = re.compile(
    r"updat|modif|aktualisiert|mis à jour|mise à jour|actualizad|aggiornat|atualizad|bijgewerkt"
    r"|aktualizacj|обновлен|оновлен|güncel|تحديث|更新|수정|oppdatert|uppdaterad|opdateret|diperbarui",
    re.IGNORECASE,
)
_URL_DATE = re.compile(
    r"/(?:19|20)\d\d[/-]?(?:0[1-9]|1[0-2])[/-]?(?:0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)
_EAST_ASIAN_CLOCK = re.compile(r"(\d{1,2})\s?[時时点點시]\s?(\d{2})[分분]?")


def read(parsed: Page) -> tuple[Settled[dates.Moment], Settled[dates.Moment]]:
    """The times of publication and of the last change.

    A line of the text is read only where nothing else tells the publication.
    """
    told = list(_read(_of_head(parsed)))
    # Where the head agrees with itself, the elements are not worth a walk over the tree.
    is_clear = len({one.source for one in told}) > 1 and all(
        _same(one.value, told[0].value) for one in told
    )
    times = [] if is_clear else each(parsed.tree.css(_TIMES), MOST_MARKED)
    changed = settle("modified_at", _read(_changes(parsed, times)), _same, _shown)
    last = changed.best.value if changed.best else None
    told += (_doubted(one, last) for one in _read(_of_elements(times)))
    told = told or [_doubted(one, last) for one in _read(_of_text(parsed))]
    return _with_zone(settle("published_at", told, _same, _shown), told), changed


def _doubted(told: Told[dates.Moment], last: dates.Moment | None) -> Told[dates.Moment]:
    """What is exactly the last change is hardly believed where the page only shows it."""
    is_change = told.value == last and told.source in ("time", "text")
    return replace(told, trust=min(told.trust, AS_CHANGED)) if is_change else told


def _with_zone(
    settled: Settled[dates.Moment], said: Sequence[Told[dates.Moment]]
) -> Settled[dates.Moment]:
    """The same instant as somebody writes it with the publisher's own zone, not in UTC."""
    best = settled.best
    if best is None or best.value.offset:
        return settled
    local = (told for told in said if told.value.offset and told.value.at == best.value.at)
    zoned = next(local, None)
    if zoned is None:
        return settled
    first = replace(settled.claims[0], value=_shown(zoned.value), source=zoned.source)
    return Settled(zoned, (first, *settled.claims[1:]))


def _read(offers: Iterable[tuple[str, float, str]]) -> Iterator[Told[dates.Moment]]:
    """The offers that are times."""
    for source, trust, value in offers:
        if (moment := dates.read(value)) is not None:
            yield Told(moment, source, trust)


def _of_head(parsed: Page) -> Iterator[tuple[str, float, str]]:
    yield from _of_data(parsed)
    for trust, listed in ((0.9, _PUBLISHED), (0.6, _LOOSE)):
        yield from (("meta", trust, parsed.meta[name]) for name in listed if name in parsed.meta)
    for address in (parsed.url, *addresses.said(parsed)):
        if found := _URL_DATE.search(address.partition("?")[0]):
            yield "url", 0.8, re.sub(r"\D", "", found.group())


def _of_elements(times: Sequence[LexborNode]) -> Iterator[tuple[str, float, str]]:
    """Those marked as the publication, and the first that no mark takes away."""
    for node in times:
        if _is_marked(node, _ISSUED):
            yield "microdata", 0.85, _value(node)
    for node in times[:MOST_TIMES]:
        given = node.attributes.get("datetime")
        if given and not _is_marked(node, _UPDATE) and not is_foreign(node):
            yield "time", 0.7, given
            return


def _of_data(parsed: Page) -> Iterator[tuple[str, float, str]]:
    for node in (parsed.data.article, *parsed.data.nodes[:50]):
        is_story = node is parsed.data.article
        for key, trust in (("datePublished", 0.95), ("dateCreated", 0.8)):
            if isinstance(value := node.get(key), str):
                yield "jsonld", trust if is_story else 0.6, value


def _changes(parsed: Page, times: Sequence[LexborNode]) -> Iterator[tuple[str, float, str]]:
    if isinstance(value := parsed.data.article.get("dateModified"), str):
        yield "jsonld", 0.9, value
    for name in _MODIFIED:
        if name in parsed.meta:
            yield "meta", 0.85, parsed.meta[name]
    for node in times:
        if _is_marked(node, _CHANGED):
            yield "microdata", 0.8, _value(node)


def _of_text(parsed: Page) -> Iterator[tuple[str, float, str]]:
    """The first line that is a date; what speaks of a change tells no day of publication."""
    for line in _lines(parsed):
        if len(line) > LONGEST_LINE or _FIGURE.search(line) is None or _UPDATE.search(line):
            continue
        value = _EAST_ASIAN_CLOCK.sub(r"\1:\2", line)
        if dates.read(value) is not None:
            yield "text", 0.6, value
            return


def _lines(parsed: Page) -> Iterator[str]:
    """Where a date may stand, the surest first: by the title, then what calls itself a date."""
    _, divider, behind = parsed.meta.get("og:title", "").rpartition("|")
    if divider:
        yield behind
    yield from parsed.lines
    yield from parsed.lines_above
    for node in each(parsed.tree.css(_DATED), MOST_MARKED):
        if not _is_marked(node, _UPDATE) and not is_foreign(node):
            yield text_of(node)


def _is_marked(node: LexborNode, marks: re.Pattern[str]) -> bool:
    """Whether the element itself says that it is the time of that."""
    given = node.attributes
    if "pubdate" in given and marks is _ISSUED:
        return True
    own = (given.get(name) or "" for name in ("class", "itemprop", "property"))
    return marks.search(" ".join(own)[:200]) is not None


def _value(node: LexborNode) -> str:
    given = node.attributes
    return given.get("content") or given.get("datetime") or given.get("title") or text_of(node)


def _same(one: dates.Moment, other: dates.Moment) -> bool:
    return abs(one.at - other.at) <= SAME


def _shown(moment: dates.Moment) -> str:
    return local(moment).isoformat()


def local(moment: dates.Moment) -> datetime:
    """The moment on the publisher's own clock."""
    if moment.offset is None:
        return moment.at.replace(tzinfo=None)
    return moment.at.astimezone(timezone(timedelta(minutes=moment.offset)))
