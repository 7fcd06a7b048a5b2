"""The lines of a page of which the trailer of a syndicated article may be made.

Which of them the classifier holds to be content is chance, so all blocks are looked at from the
first that is kept, as far as they stand with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from wireroom import urls
from wireroom.clean import signs
from wireroom.clean.blocks import Block, Element
from wireroom.clean.body import Body
from wireroom.clean.extracted import Part
from wireroom.clean.labels import fold, table
from wireroom.clean.lines import is_head, label_of, url_in

AHEAD = 200  # blocks between two that are kept; with more, they are not of one text
BEHIND = 60  # blocks after the last one that is kept
UPWARDS = 2  # elements from the last line to what holds the text, such as div and article
ENDING = 1_500  # characters at the end of a body, in which "appeared first on" is looked for

_COLON = re.compile("[:：]")
_SITE = ("<aside>", "<footer>", "<nav>", "<header>", "<form>", "comment", "menu", "hidden")
_OF_THE_SITE = sum(1 << signs.ALL.index(name) for name in _SITE)


@dataclass(frozen=True, slots=True)
class Line:
    """What is read of a line. ``part``: of the body; None for what is not in it."""

    text: str
    part: Part | None = None


def are_likely(body: Body) -> bool:
    """Cheap, for every page: whether anything on it looks like the name of a source's line."""
    ending = fold("\n".join(part.text for part in body.parts)[-ENDING:])
    if any(words in ending for words in _appeared()):
        return True
    blocks = body.page.found
    if any(block.targets and _is_bare(block.text) for block in blocks):
        return True
    text = "\n".join([block.text for block in blocks])
    folded = fold(text)
    return any(_is_source(text, folded, colon.start()) for colon in _COLON.finditer(folded))


def _is_source(text: str, folded: str, colon: int) -> bool:
    """Whether what stands before a colon is a word for a source, and not the end of another."""
    since = max(0, colon - table().longest)
    before = folded[since:colon].rstrip()
    starts = (since + len(before) - len(head) for head in _heads(before) if before.endswith(head))
    return any(at == 0 or not text[at - 1].isalnum() or text[at].isupper() for at in starts)


def _heads(before: str) -> tuple[str, ...]:
    """The words for a source that have the same two last characters."""
    return _sources().get(before[-2:], ())


@cache
def _sources() -> dict[str, tuple[str, ...]]:
    """What stands before a source's colon, by its last two characters."""
    found: dict[str, tuple[str, ...]] = {}
    for head, kind in table().before_colon.items():
        if kind == "source":
            found[head[-2:]] = (*found.get(head[-2:], ()), head)
    return found


@cache
def _appeared() -> tuple[str, ...]:
    phrases = (phrase for found in table().phrases.values() for phrase in found)
    return tuple(dict.fromkeys(p.needs for p in phrases if p.kind == "appeared"))


def lines(body: Body, url: str) -> Iterator[Line]:
    """The parts of the body, and between and after them what the page has of a trailer."""
    found, at = body.page.found, 0
    for number, part in enumerate(body.parts):
        names = {part.text, part.text.removeprefix("- "), *part.text.split(" | ")}
        end = at + AHEAD if number else len(found)
        place = next((n for n in range(at, min(len(found), end)) if found[n].text in names), None)
        if place is None:
            yield Line(part.text, part)
            continue
        if number:
            yield from _beside(found[at:place], url)
        yield from _with_link(found[place], url, part)
        at = place + 1
    if at:
        around = _around(found[at - 1].element)
        behind = found[at : at + BEHIND]
        yield from _beside([b for b in behind if _is_in(b.element, around)], url)


def _beside(blocks: Sequence[Block], url: str) -> Iterator[Line]:
    """Of what is not in the body: labels, addresses, and the first list of headlines."""
    is_listing = is_listed = False
    for block in blocks:
        text = block.text
        is_item = is_listing and block.linked * 10 >= 9 * len(text)
        is_listing = is_item or (not is_listed and is_head(text))
        is_listed = is_listed or is_listing
        is_address = " " not in text and url_in(text) is not None
        if is_listing or is_address or _is_bare(text) or label_of(text) is not None:
            yield from _with_link(block, url)


def _around(element: Element) -> Element:
    """What the end of a text stands in, with what its author has put beside it."""
    for _ in range(UPWARDS):
        element = element.parent or element
    return element


def _is_in(element: Element, around: Element) -> bool:
    """Whether it is part of that, and not of what a page has for all of its articles."""
    if element.signs & _OF_THE_SITE:
        return False
    at: Element | None = element
    while at is not None and at is not around:
        at = at.parent
    return at is not None


def _with_link(block: Block, url: str, part: Part | None = None) -> Iterator[Line]:
    """A line, and where it leads if it names the source and the address is in the link alone."""
    text = part.text if part is not None else block.text
    label = label_of(text)
    is_source = label is not None and label.kind == "source" and url_in(text) is None
    links = (target for target in block.targets if _is_elsewhere(target, url))
    link = next(links, None) if is_source or _is_bare(text) else None
    if link is None:
        yield Line(text, part)
    elif label is None or not label.value:
        yield Line(f"{text.rstrip(' :：')}: {link}", part)
    else:
        yield Line(text, part)
        yield Line(f"source: {link}")


def _is_bare(text: str) -> bool:
    """``Source link`` alone, which is where the link is and not what it says."""
    return len(text) <= table().longest and text.rstrip(" :：").lower() in _bare()


@cache
def _bare() -> frozenset[str]:
    return frozenset(head for heads in _sources().values() for head in heads)


def _is_elsewhere(target: str, url: str) -> bool:
    try:
        return target.startswith(("http://", "https://")) and not urls.same_site(target, url)
    except ValueError:
        return not url
