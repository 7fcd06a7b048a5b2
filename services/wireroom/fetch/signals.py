"""What a page says that bears on how far to believe or to use it: noted here, judged later. Pure.

Nothing is parsed: bytes are searched, 0.3 ms for a page of 200 KB at most. A word alone proves
little. Three of a hundred good news pages ask somewhere for JavaScript; together with the few
words that are visible it says that there is no article, and those are counted where the page is
parsed. A consent vendor's name stands on a quarter of all pages and is no signal at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import urlsplit

from wireroom.web.client import Page

WORDS = (
    "consent_wall",
    "login_wall",
    "needs_script",
    "script_data",
    "paywall",
    "noai",
    "noarchive",
    "tdm_reserved",
)
"""All that there are, in the order in which they are named."""

_HEAD = 65_536
_OCCURRENCES = 20  # of a word that is looked at in its surroundings
_CONSENT_WORDS = """
    consent gdpr gdpr-consent privacy-wall privacywall cookie-wall cookiewall collectconsent
    cookie-consent consent-wall
"""
_LOGIN_WORDS = "login log-in signin sign-in anmelden einloggen connexion accedi"
_CONSENT = frozenset(_CONSENT_WORDS.split())
_LOGIN = frozenset(_LOGIN_WORDS.split())
_CONSENT_TITLE = re.compile(
    r"(?:cookie[- ])?consent(?:$| (?:required|needed|management|wall)\b)|privacy[- ]wall\b"
    r"|gdpr (?:consent|notice)\b|before you continue\b|bevor sie fortfahren\b"
    r"|(?:your|ihre) privacy (?:choices|settings)\b|privacy settings\b|datenschutzeinstellungen\b"
)
_LOGIN_TITLE = re.compile(
    r"(?:log ?in|sign ?in|login|anmelden|anmeldung|einloggen|connexion|iniciar sesión)"
    r"(?:$|\s*[-|·:–]| (?:to|bei|at)\b)"
)
_LONGEST_TITLE = 60  # characters of a wall's title; a story about consent says more
_TITLE = re.compile(rb"<title[^<>]{0,200}>([^<]{0,400})<")
# Of a head in lower case: a pattern that ignores case is searched ten times as long.
_META = re.compile(rb"<meta\s[^<>]{0,1000}>")
_NAME = re.compile(rb"name\s*=\s*[\"']?\s*([\w-]+)")
_CONTENT = re.compile(rb"content\s*=\s*[\"']?([^\"'>]*)")
_FREE = re.compile(rb"[\"']?(?:\s*:\s*|\s+content\s*=\s*)[\"']?\s*(?:https?://schema\.org/)?false\b",
                   re.IGNORECASE)  # fmt: skip
_ENABLE = re.compile(
    rb"(?:enable|activate|turn on|requires?|need|without|aktivieren|activez|activar|habilita)"
    rb"[^<>{}]{0,40}$|^javascript[^<>{}]{0,40}(?:enabled|is required|is disabled|aktivieren|"
    rb"to view|to run|activ|einschalten)",
    re.IGNORECASE,
)
_ROBOTS = {"noai": "noai", "noimageai": "noai", "noarchive": "noarchive"}
_ONLY_FOR = re.compile(r"\s*([\w-]+)\s*:(.*)", re.DOTALL)
_ASKED_ROBOTS = frozenset((b"robots", b"wireroom"))


def signals(page: Page) -> tuple[str, ...]:
    """Which of ``WORDS`` the page says."""
    found = set(_of_headers(page.headers))
    if page.hops:  # an address that was not asked for: /login may well be the name of a story
        found.update(_of_address(page.url))
    head = page.body[:_HEAD].lower()
    found.update(_of_title(head), _of_metas(head), _of_body(page.body))
    return tuple(word for word in WORDS if word in found)


def _of_headers(headers: Mapping[str, str]) -> Iterator[str]:
    told = headers.get("x-robots-tag", "")
    agent = _ONLY_FOR.fullmatch(told)  # "otherbot: noarchive" is not for us
    if agent is None or agent[1].lower() in ("wireroom", "robots"):
        yield from _of_robots(agent[2] if agent else told)
    if headers.get("tdm-reservation", "").strip() == "1":
        yield "tdm_reserved"


def _of_address(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    words = {*(parts.hostname or "").split(".")[:-2], *parts.path.lower().split("/")}
    if words & _CONSENT:
        yield "consent_wall"
    if words & _LOGIN:
        yield "login_wall"


def _of_title(head: bytes) -> Iterator[str]:
    match = _TITLE.search(head)
    if match is None:
        return
    title = " ".join(unescape(match[1].decode("utf-8", "replace")).lower().split())
    if len(title) > _LONGEST_TITLE:
        return
    if _CONSENT_TITLE.match(title):
        yield "consent_wall"
    if _LOGIN_TITLE.match(title):
        yield "login_wall"


def _of_metas(head: bytes) -> Iterator[str]:
    for tag in _META.findall(head):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if name is None or content is None:
            continue
        if name[1] in _ASKED_ROBOTS:
            yield from _of_robots(content[1].decode("ascii", "replace"))
        elif name[1] == b"tdm-reservation" and content[1].strip() == b"1":
            yield "tdm_reserved"


def _of_robots(directives: str) -> Iterator[str]:
    for directive in directives.lower().split(","):
        if word := _ROBOTS.get(directive.strip()):
            yield word


def _of_body(body: bytes) -> Iterator[str]:
    for at in _places(body, b"isAccessibleForFree"):
        if _FREE.match(body, at + len(b"isAccessibleForFree"), at + 80):
            yield "paywall"
            break
    if b'id="__NEXT_DATA__"' in body:
        yield "script_data"
    for at in _places(body[:_HEAD], b"JavaScript"):  # what asks for it does so before all else
        around = body[max(0, at - 60) : at], body[at : at + 60]
        if any(_ENABLE.search(text) for text in around):
            yield "needs_script"
            break


def _places(body: bytes, word: bytes) -> Iterator[int]:
    at = body.find(word)
    for _ in range(_OCCURRENCES):
        if at < 0:
            return
        yield at
        at = body.find(word, at + len(word))
