"""Text as the search index takes it. Pure.

Postgres finds words by blanks, so Chinese, Japanese, Thai, Lao, Khmer, Burmese and Korean come as
overlapping pairs of characters, in the index as in queries: 東京都 is "東京 京都". Signs and letter
case are settled here as well, because what Postgres makes of them depends on how the database
was created (with the C locale every non-ASCII sign is a letter).
"""

from __future__ import annotations

import re
import unicodedata

INDEXED = 50_000
"""Characters of a text that can be searched: a tsvector holds 1 MB, pairs take most of it."""

_PAIRED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf"
    r"\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{_PAIRED}]+")
# ASCII keeps its meaning: hyphens, addresses, operators of a query.
_SIGN = re.compile(r"[^\w\x00-\x7f]")
_KEPT = frozenset(("Mn", "Mc"))  # vowel signs and accents are parts of words


def searchable(text: str) -> str:
    """The text for ``to_tsvector``; at most ``INDEXED`` characters of it."""
    return _RUN.sub(lambda run: f" {_pairs(run[0])} ", _plain(text[:INDEXED]))


def query(words: str) -> str:
    """The words for ``websearch_to_tsquery``: a run of paired script becomes a phrase."""
    plain = _plain(re.sub("[“”„«»「」『』]", '"', words))
    parts = plain.split('"')
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = '"' + _RUN.sub(lambda run: f" {_pairs(run[0])} ", part) + '"'
        else:
            parts[place] = _RUN.sub(lambda run: f'"{_pairs(run[0])}"', part)
    return "".join(parts)


def _pairs(run: str) -> str:
    if len(run) == 1:
        return run
    return " ".join(run[at : at + 2] for at in range(len(run) - 1))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    return _SIGN.sub(lambda sign: _sign(sign[0]), text)


def _sign(char: str) -> str:
    return char if unicodedata.category(char) in _KEPT else " "
