"""What a page says of its use: free or paid, licence, rights, and no to machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wireroom.clean import jsonld
from wireroom.clean.said import Page, plain

LONGEST_LICENCE = 300  # characters

_RIGHTS = "copyright dc.rights dcterms.rights rights dcterms.rightsholder dc.rightsholder"
_LICENCE = "dcterms.license dc.rights.license license licence cc:license"
_FREE = {"true": True, "1": True, "yes": True, "free": True}
_PAID = {"false": False, "0": False, "no": False, "locked": False, "metered": False, "paid": False}
_ANSWERS = {**_FREE, **_PAID}
_ROBOTS = {"noai": "noai", "noimageai": "noai", "noarchive": "noarchive"}
_NO = re.compile(r"[\s,;]+")


def is_free(parsed: Page) -> tuple[bool, str] | None:
    """Whether everybody may read it, by ``isAccessibleForFree`` or the tier of its content."""
    for node in (parsed.data.article, *parsed.data.nodes[:50]):
        value = node.get("isAccessibleForFree")
        if value is None:
            continue
        answer = _ANSWERS.get(str(value)[:LONGEST_LICENCE].lower().rpartition("/")[2])
        if answer is not None:
            return answer, "jsonld"
    for name in ("isaccessibleforfree", "article:content_tier", "content_tier"):
        answer = _ANSWERS.get(parsed.meta.get(name, "").lower())
        if answer is not None:
            return answer, "meta"
    return None


def licence(parsed: Page) -> tuple[str, str] | None:
    """The licence, most often an address."""
    value = parsed.data.article.get("license")
    if isinstance(value, dict):
        value = value.get("url") or value.get("@id") or value.get("name")
    if told := jsonld.text_of(value):
        return told[:LONGEST_LICENCE], "jsonld"
    for name in _LICENCE.split():
        if told := plain(parsed.meta.get(name)):
            return told[:LONGEST_LICENCE], "meta"
    link = parsed.links.get("license", "").strip()  # of an a it is most often a picture's
    return (link[:LONGEST_LICENCE], "link") if link else None


def rights(parsed: Page) -> tuple[str, str] | None:
    """The copyright notice."""
    if value := jsonld.text_of(parsed.data.article.get("copyrightNotice")):
        return value, "jsonld"
    for name in _RIGHTS.split():
        if value := plain(parsed.meta.get(name)):
            return value, "meta"
    return None


def signals(parsed: Page) -> tuple[str, ...]:
    """What the page forbids machines, in the words of the event's ``signals``, each once."""
    return tuple(dict.fromkeys(_signals(parsed)))


def _signals(parsed: Page) -> Iterator[str]:
    for name in ("robots", "wireroom"):
        for value in parsed.meta_all(name):
            for word in _NO.split(value.lower()):
                if word in _ROBOTS:
                    yield _ROBOTS[word]
    if parsed.meta.get("tdm-reservation", "").strip() == "1":
        yield "tdm_reserved"
