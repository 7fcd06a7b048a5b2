"""Plain text as syndicators send it becomes an article. Pure.

Never through an HTML extractor: of those, some return nothing and none sees a trailer. First
the lines around the article are read and taken out, then lost paragraph breaks are put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from wireroom import urls
from wireroom.clean import dates
from wireroom.clean.authors import names
from wireroom.clean.extracted import Extracted, Part, Removed
from wireroom.clean.headlines import with_languages
from wireroom.clean.lines import Label, is_body_line, url_in
from wireroom.clean.paragraphs import FEWEST_HEADING_WORDS, LONGEST_HEADING, SHORTEST_HEADING
from wireroom.clean.spans import lines
from wireroom.clean.trailer import Parts, take_apart

HEADING = 2  # level of a heading that only its shape shows: below the title

_EAST_ASIAN_CLOCK = re.compile(r"(\d{1,2})\s?[時时点點시]\s?(\d{2})[分분]?")
_DAY_FIRST = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_EMPTY_LINES = re.compile(r"\n{2,}")
_BULLET = re.compile(r"[-•*·▪►]\s")
_STOP = re.compile(r"[.!?…。！？؟।:;,，：；][\"'”’»“)\]」』]*$")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ud800-\udfff]")


def parse(text: str) -> Extracted:
    """An article in plain text: body, facts of its trailer, foreign headlines, what went out.

    A title is never made up: it is None. ``removed`` counts in code points of ``text``.
    """
    return article_of(take_apart(lines(text)))


def article_of(parts: Parts) -> Extracted:
    """What the parts of a text say: of ``take_apart``, or of ``trailer`` for a page's text."""
    provenance: dict[str, str] = {}
    moment = _published(parts.labels)
    address = _address(parts.labels)
    link = None if address is None or _is_front_page(address) else address
    found = {
        "text": "text",
        "published_at": moment and "trailer",
        "canonical_url": link and "trailer",
        "source": (source := _source(parts.labels, address)) and "trailer",
        "authors": (authors := _authors(parts.labels)) and "trailer",
        "copyright_notice": (rights := _first(parts.labels, "rights")) and "trailer",
        "headlines": parts.headlines and "trailer",
    }
    provenance.update({name: str(where) for name, where in found.items() if where})
    text = body(parts)
    return Extracted(
        text=text,
        blocks=tuple(kinds(text)),
        authors=authors,
        published_at=moment.at if moment else None,
        published_offset=moment.offset if moment else None,
        zone_assumed=moment.zone_assumed if moment else False,
        canonical_url=link,
        source=source,
        copyright_notice=rights,
        headlines=with_languages(parts.headlines),
        removed=_removed(parts),
        provenance=provenance,
    )


def body(parts: Parts) -> str:
    """The body's paragraphs, divided by line breaks."""
    text = _UNPRINTABLE.sub("", "\n".join(span.text for span in parts.body))
    return _EMPTY_LINES.sub("\n", text).strip("\n")


def kinds(text: str) -> Iterator[Part]:
    """What the lines of a plain text are, as far as they show it: headings, lists, paragraphs."""
    lines = text.split("\n") if text else []
    listed = [_BULLET.match(line) is not None for line in lines]
    for number, line in enumerate(lines):
        beside = (number > 0 and listed[number - 1], listed[number + 1 : number + 2] == [True])
        if listed[number] and any(beside):
            yield Part("list_item", line)
        elif _is_heading(line) and any(map(is_body_line, lines[number + 1 : number + 2])):
            yield Part("heading", line, HEADING)
        else:
            yield Part("paragraph", line)


def _is_heading(line: str) -> bool:
    """Short, begins like one, and no stop at its end; who calls it looks at what follows."""
    if not SHORTEST_HEADING <= len(line) <= LONGEST_HEADING or _STOP.search(line):
        return False
    return len(line.split()) >= FEWEST_HEADING_WORDS and not line[0].islower()


def _removed(parts: Parts) -> tuple[Removed, ...]:
    spans = sorted(parts.removed, key=lambda found: found[1].at)
    return tuple(Removed(rule, span.at, len(span.text)) for rule, span in spans)


def _published(labels: Sequence[Label]) -> dates.Moment | None:
    moments = (dates.read(_as_read(label)) for label in labels if label.kind == "date")
    return next((moment for moment in moments if moment is not None), None)


def _as_read(label: Label) -> str:
    """The date as ``dates`` reads it: 10時20分 with a colon, 2/3 by the label's language."""
    value = _EAST_ASIAN_CLOCK.sub(r"\1:\2", label.value)
    return _DAY_FIRST.sub(r"\3-\2-\1", value) if label.day_first else value


def _address(labels: Sequence[Label]) -> str | None:
    """Where the article is from: the address of it, or of its publisher."""
    for label in labels:
        if label.kind in ("source", "appeared") and (link := url_in(label.value)) and _host(link):
            return link
    return None


def _is_front_page(address: str) -> bool:
    """Which would make one article of all that come from there."""
    parts = urlsplit(address)
    return parts.path in ("", "/") and not parts.query


def _source(labels: Sequence[Label], link: str | None) -> str | None:
    """The publisher's name where a label gives one, else the host of the link."""
    for label in labels:
        if label.kind in ("source", "appeared") and label.value and url_in(label.value) is None:
            return label.value
    return _host(link) if link else None


def _host(link: str) -> str | None:
    try:
        return urls.host(link).removeprefix("www.")
    except ValueError:
        return None


def _authors(labels: Sequence[Label]) -> tuple[str, ...]:
    return names(label.value for label in labels if label.kind == "author")


def _first(labels: Sequence[Label], kind: str) -> str | None:
    return next((label.value for label in labels if label.kind == kind), None)
