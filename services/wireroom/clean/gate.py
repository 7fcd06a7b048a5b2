"""What is let in to the parsers, judged on bytes.

One small page can hold any HTML parser for a minute: duplicate attributes and nested elements
are quadratic in lxml and in lexbor alike. Parsers are killed after that, but what can be seen
before should not cost two seconds of CPU, twice.
"""

from __future__ import annotations

import re
from collections import Counter

from wireroom.clean.reasons import Refused
from wireroom.web.sniff import sniff

LARGEST_PAGE = 5 * 2**20  # bytes; the largest of 2,901 news pages is below 4 MB
LONG_TAG = 16 * 1024  # bytes from which on the attributes of a tag are counted
MOST_ATTRIBUTES = 3_000  # 20,000 cost half a second, 40,000 two; a picture in one is harmless
DEEPEST = 5_000  # elements that stay open; of 40,000 div 1.6 s, of 100,000 forty

MOST_TAGS = 150_000  # with their ends; of 1,761 pages the largest has 10,300, 300,000 take 200 MB

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s>/])")
# Those that hold nothing, and those that the next of their kind ends.
_FLAT = frozenset(
    b"area base br col embed hr img input link meta param source track wbr p li dd dt td th tr"
    b" option optgroup rp rt tbody thead tfoot colgroup".split()
)
_TAG_START = re.compile(rb"<[a-zA-Z]")
_QUOTED = re.compile(rb"=\s*(?:\"[^\"]*\"|'[^']*')")
_BETWEEN = re.compile(rb"[\s/\"']+")
_RAW = (b"script", b"style", b"textarea")
_FOREIGN = (b"svg", b"math")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes((*range(9), *range(11, 13), *range(14, 32)))


def admit(html: bytes) -> None:
    """Raise ``Refused`` for what no parser should see."""
    if len(html) > LARGEST_PAGE:
        raise Refused("page_too_large", f"{len(html)} bytes")
    kind = sniff(html)
    if kind == "empty":
        raise Refused("empty_page")
    # UTF-16 has a NUL beside every letter of a tag; without them the limits see it as well.
    html = html.replace(b"\x00", b"")
    # A page may begin with a few words of text: what has tags is let in.
    if kind != "html" and not (kind in ("text", "xml") and _TAG_START.search(html)):
        raise Refused("not_html", kind)
    if _has_long_tag(html):
        raise Refused("tag_too_long", f"more than {MOST_ATTRIBUTES} attributes")
    if (tags := html.count(b"<")) > MOST_TAGS:
        raise Refused("page_too_large", f"{tags} tags")
    if tags > DEEPEST and tags - html.count(b"</") > DEEPEST and _is_deep(html):
        raise Refused("too_deep", f"more than {DEEPEST} open elements")


def printable(text: str) -> tuple[str, bytes]:
    """Without lone surrogates, NULs and other controls, at which parsers and Avro stop.

    Also in UTF-8, which is what parsers read.
    """
    try:
        told = text.encode()
    except UnicodeEncodeError:
        told = b"\x00"
    # Of bytes that is told ten times as fast as by a pattern.
    if len(told.translate(None, _CONTROLS)) < len(told) or "\ufffe" in text or "\uffff" in text:
        text = _UNSEEN.sub("", text).replace("\x0b", " ").replace("\x0c", " ")
        told = text.encode()
    return text, told


def _is_deep(html: bytes) -> bool:
    """Whether more than ``DEEPEST`` are open at once; what is closed later is as slow."""
    opened: Counter[bytes] = Counter()
    depth = deepest = 0
    for end, name in _TAG.findall(html):
        name = name.lower()
        if name in _FLAT or (end and not opened[name]):
            continue
        step = -1 if end else 1
        opened[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest > DEEPEST


def _has_long_tag(html: bytes) -> bool:
    """Whether a tag has too many attributes; scripts and styles may look as if they had."""
    start = 0
    while len(html) - start > LONG_TAG:
        near = html.rfind(b">", start, start + LONG_TAG)
        if near >= 0:  # so no tag that began before is a long one
            start = near + 1
            continue
        end = html.find(b">", start)
        end = len(html) if end < 0 else end
        tag = _TAG_START.search(html, start, end)
        is_long = tag and _attributes(html[tag.start() : end]) > MOST_ATTRIBUTES
        if is_long and not _is_raw(html[:start].lower()):
            return True
        start = end + 1
    return False


def _attributes(tag: bytes) -> int:
    """At least as many as the tag has: pieces between blanks, outside of quotes."""
    return len(_BETWEEN.findall(_QUOTED.sub(b" ", tag)))


def _is_raw(before: bytes) -> bool:
    """Whether what follows is the text of a script or a style, where ``<`` means nothing.

    In drawings and formulas, these are elements like all others.
    """
    if any(_is_open(name, before) for name in _FOREIGN):
        return False
    return any(_is_open(name, before) for name in _RAW)


def _is_open(name: bytes, before: bytes) -> bool:
    return before.rfind(b"<" + name) > before.rfind(b"</" + name)
