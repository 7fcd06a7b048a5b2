"""What a robots.txt says to us, as RFC 9309 has it. Pure.

Which lines are ours is decided here, what a path matches by Protego, to which only our lines are
given: rules for other robots take no memory, and Protego's own reading of names does not matter.
It takes ``wireroom/2.0`` for somebody else, ``wire`` for us, and a byte order mark for a letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from protego import Protego

LARGEST = 500 * 1_024
"""Bytes that are read: what RFC 9309, 2.5, asks of every crawler."""
LONGEST_DELAY = 86_400.0
"""Seconds of Crawl-delay that are believed; the largest in 4,231 real files."""

# The usual typos too: a misspelt prohibition is still meant.
_FIELDS = {
    **dict.fromkeys(("user-agent", "useragent", "user agent"), "user-agent"),
    **dict.fromkeys(
        ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "disallow"
    ),
    **dict.fromkeys(("crawl-delay", "crawldelay", "crawl delay"), "crawl-delay"),
    "allow": "allow",
}
_TOKEN = re.compile(r"[a-z_-]*")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us. ``size``: characters of the rules that are kept."""

    parsed: Protego | None
    """None: no rules, all is allowed."""
    size: int = 0

    def allows(self, url: str) -> bool:
        """Whether ``url``, with its host, may be fetched. /robots.txt always may."""
        return self.parsed is None or bool(self.parsed.can_fetch(url, "*"))

    def delay(self) -> float:
        """Seconds between pages, up to LONGEST_DELAY; 0 where nothing is said."""
        asked = self.parsed.crawl_delay("*") if self.parsed else None
        return min(max(float(asked or 0.0), 0.0), LONGEST_DELAY)


def parse(body: bytes, name: str) -> Rules:
    """The rules for the robot called ``name``, in lower case. Never fails: rubbish has no rules.

    Read are the whole lines within the first ``LARGEST`` bytes.
    """
    text = ours(whole_lines(body).decode("utf-8", "replace"), name)
    return Rules(Protego.parse(text), len(text)) if text else Rules(None)


def whole_lines(body: bytes) -> bytes:
    """A body that is too large, up to its last whole line: half a rule is another rule."""
    if len(body) <= LARGEST:
        return body
    head = body[:LARGEST]
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1]


def ours(text: str, name: str) -> str:
    """The rules that are meant for ``name``, as one group for everybody; empty without any.

    That is all groups that name it, or else all groups for ``*``.
    """
    named: list[str] | None = None
    everyone: list[str] = []
    groups: list[list[str]] = []
    among_names = False
    for line in text.lstrip("\ufeff").splitlines():
        field, value = _directive(line)
        if field == "user-agent":
            groups = groups if among_names else []
            among_names = True
            if value == "*" or value.startswith(("* ", "*\t")):
                groups.append(everyone)
            elif _product(value) == name:
                named = [] if named is None else named
                groups.append(named)
        elif field:
            among_names = False
            for group in groups:
                group.append(f"{field}: {value}")
    rules = everyone if named is None else named
    return "\n".join(("user-agent: *", *rules)) if rules else ""


def _directive(line: str) -> tuple[str, str]:
    """Field and value; an empty field for what concerns nobody here."""
    text = line.partition("#")[0].strip()
    key, _, value = text.partition(":")
    field = _FIELDS.get(key.strip().lower())
    if field:
        return field, value.strip()
    words = text.rsplit(None, 1)  # the colon is missing: "Disallow /a"
    field = _FIELDS.get(words[0].lower()) if len(words) == 2 else None
    return (field, words[1]) if field else ("", "")


def _product(value: str) -> str:
    """The product token at the start of a User-agent value: ``wireroom`` of ``Wireroom/2.0``."""
    match = _TOKEN.match(value.lower())
    return match[0] if match else ""
