"""Stops that end no sentence: of abbreviations, initials, addresses, ordinals."""

from __future__ import annotations

import re

LONGEST_TOKEN = 80  # characters before a stop that are looked at
_WORD = re.compile(r"\w+(?:[’']\w+)*")
_INITIAL = re.compile(r"(?:^|\W|[a-zß-ÿ])[^\W\d_]$")
_TICKER = re.compile(r"[A-Z]{1,4}\)")
_MAIL = re.compile(r"[\w.-]{1,60}@")
_PATH = re.compile(r"://|^[\w-]+(?:\.[\w-]+)*/")
_AROUND = "“‘«„‚‹([{¿¡「『”’»›)]}」』\"'"
_DOMAIN_ENDS = frozenset(("com", "org", "net", "gov", "edu", "io", "js", "info"))
_ORDINAL_FOLLOWER_WORDS = """
    januar februar märz april mai juni juli august september oktober november dezember jahrhundert
    jahrhunderts bundesliga spieltag platz
"""
_ORDINAL_FOLLOWERS = frozenset(_ORDINAL_FOLLOWER_WORDS.split())
_ABBREVIATED_WORDS = """
    mr mrs ms dr st ste prof sr jr no nr vs inc ltd co corp mme mlle mm me hr fr bzw usw ca vgl
    sen gen gov rep sgt lt col capt maj hon rev fig vol art abs pp ed al sp dhr mevr sra dra srta
    ing dott avv sig им ул тов см стр руб тыс млн млрд гг проф ks ul prok red tel approx dept univ
    www ph д أ م
"""
_ABBREVIATIONS = frozenset(_ABBREVIATED_WORDS.split())


def is_inner(line: str, stop: int, follows: int) -> bool:
    """Whether the stop at ``stop`` ends nothing. ``follows``: where the next word begins.

    Pauses count as well: people go on after them.
    """
    if line[stop] == "…" or line.startswith("..", stop):
        return True
    if line[stop] != ".":
        return False
    token = _last_word(line[max(0, stop - LONGEST_TOKEN) : stop])
    bare = token.strip(_AROUND)
    after = _WORD.match(line, follows)
    follower = after.group() if after else ""
    if _is_address(token, follower) or _MAIL.match(line, follows):
        return True
    if bare.isupper() and _is_code(follower, line, follows):
        return True
    if bare.isdigit():
        at_start = stop - len(token) == 0
        return len(bare) <= 2 and (at_start or follower.casefold() in _ORDINAL_FOLLOWERS)
    if _INITIAL.search(bare) and (len(bare) == 1 or bare[-1].isupper()):
        return True
    return re.split(r"[’'-]", bare)[-1].casefold() in _ABBREVIATIONS


def _last_word(text: str) -> str:
    """What stands at its end without a blank; empty where it ends with one."""
    return text.rsplit(maxsplit=1)[-1] if text and not text[-1].isspace() else ""


def _is_address(token: str, follower: str) -> bool:
    if "@" in token or "www." in token.lower() or ("/" in token and _PATH.search(token)):
        return True
    return follower.casefold() in _DOMAIN_ENDS


def _is_code(follower: str, line: str, follows: int) -> bool:
    """Behind capitals, as in (RACE.MI) or IQ.LIGHT."""
    is_word = len(follower) > 1 and follower.isupper()
    return is_word or _TICKER.match(line, follows) is not None
