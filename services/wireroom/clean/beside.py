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
from wireroom.clean.labels import Kind, Phrase, fold, table
from wireroom.clean.lines import is_head, label_of, url_in

AHEAD = 200  # blocks between two that are kept; with more, they are not of one text
BEHIND = 60  # blocks after the last one that is kept
UPWARDS = 2  # elements from the last line to what holds the text, such as div and article
LONGEST_ALONE = 100  # characters of a line that may be a byline without a colon
TOLD: frozenset[Kind] = frozenset(("source", "author", "date"))
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
    told = [block.text for block in blocks if ":" in block.text or "：" in block.text]
    return "source" in _before_colons("\n".join(told))


def kinds(lines: Sequence[Line]) -> frozenset[Kind]:
    """Cheap, for those that are likely: of which facts the lines may tell, or of more.

    So that the trailer is looked for in one page of a hundred and not in seven.
    """
    text = "\n".join([line.text for line in lines])
    folded = fold(text)
    short = (label_of(line.text) for line in lines if len(line.text) <= LONGEST_ALONE)
    return frozenset(
        (
            *_before_colons(text),
            *(label.kind for label in short if label is not None),
            *(phrase.kind for phrase in _whole_lines() if phrase.needs in folded),
        )
    )


def _before_colons(text: str) -> set[Kind]:
    """What the words before its colons tell of: of those that are not the end of another word."""
    folded, longest = fold(text), table().longest
    found: set[Kind] = set()
    for colon in _COLON.finditer(folded):
        since = max(0, colon.start() - longest)
        before = folded[since : colon.start()].rstrip()
        for head in _heads().get(before[-2:], ()):
            at = since + len(before) - len(head)
            is_word = at <= 0 or not text[at - 1].isalnum() or text[at].isupper()
            if is_word and before.endswith(head):
                found.add(table().before_colon[head])
    return found


@cache
def _heads() -> dict[str, tuple[str, ...]]:
    """What stands before the colons of facts, by its last two characters."""
    found: dict[str, tuple[str, ...]] = {}
    for head, kind in table().before_colon.items():
        if kind in TOLD:
            found[head[-2:]] = (*found.get(head[-2:], ()), head)
    return found


@cache
def _whole_lines() -> tuple[Phrase, ...]:
    """Lines of rights, and of where it appeared first."""
    found = (phrase for phrases in table().phrases.values() for phrase in phrases)
    return tuple(phrase for phrase in found if phrase.kind in ("rights", "appeared"))


@cache
def _appeared() -> tuple[str, ...]:
    return tuple(dict.fromkeys(p.needs for p in _whole_lines() if p.kind == "appeared"))


def lines(body: Body, url: str) -> Iterator[Line]:
    """The parts of the body, and between and after them what the page has of a trailer."""
    found, at = body.page.found, 0
    for number, part in enumerate(body.parts):
        names = {part.text, part.text.removeprefix("- ")}
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
        is_linked = block.linked * 10 >= 9 * len(text)
        is_item = is_listing and (is_linked or block.element.tag == "li")
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
    return frozenset(head for head, kind in table().before_colon.items() if kind == "source")


def _is_elsewhere(target: str, url: str) -> bool:
    try:
        return target.startswith(("http://", "https://")) and not urls.same_site(target, url)
    except ValueError:
        return not url
