"""Whether a page that was read is an article, and if not, what it is instead."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from wireroom.clean.body import SHORTEST_ARTICLE
from wireroom.clean.extracted import Extracted
from wireroom.clean.reasons import REASONS, NoArticle

SHORTEST_SENTENCE = 60  # characters of a paragraph that ends like a sentence
CAUSES = 3  # of what was left out, in a detail

_WORDS = {
    "consent_wall": "a page that asks for consent",
    "paywall": "a page for subscribers",
    "script_rendered": "a page that its scripts would have to fill",
    "list": "a list of other pages",
    "live_blog": "a live blog",
    "gallery": "a gallery",
    "video": "a video",
    "audio": "a recording",
    "short": "too little text",
    "front_page": "a front page",
    "empty": "a page without text",
    "loose": "text, but hardly a sentence",
}
# Chinese, Japanese and Korean say in one character what others say in three.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_END = re.compile(r"[.!?…。！？؟।۔][\"'”’»“)\]」』]*$")


def is_article(text: str) -> bool:
    """Whether a page's text is one: long enough, and some of it in sentences.

    Front pages and listings have headlines and teasers, few of which end like a sentence.
    """
    if weight(text) < SHORTEST_ARTICLE:
        return False
    return any(weight(p) >= SHORTEST_SENTENCE and _END.search(p) for p in text.split("\n"))


def why(extracted: Extracted, url: str, *, is_story: bool) -> NoArticle | None:
    """What a page is instead of an article; None where it is one.

    ``is_story``: it calls itself one, and then it need not have sentences: it may be a list of
    winners.
    """
    if _is_front_page(url):
        return _none("front_page", extracted)
    text = extracted.text
    if is_article(text) or (is_story and weight(text) >= SHORTEST_ARTICLE):
        return None
    missing = extracted.body_missing
    if missing is not None and missing != "empty":
        return _none(missing, extracted)
    if extracted.kind != "article":
        return _none(extracted.kind, extracted)
    if not text:
        return _none("empty", extracted)
    return _none("short" if weight(text) < SHORTEST_ARTICLE else "loose", extracted)


def too_short(extracted: Extracted) -> NoArticle:
    """Of a text that was handed in."""
    return _none("short", extracted)


def weight(text: str) -> int:
    """Characters, of which those of dense scripts count for three."""
    return len(text) + 2 * len(_DENSE.findall(text))


def _none(what: str, extracted: Extracted) -> NoArticle:
    """``a page for subscribers; 84 characters of text; left out: links 12, menu 3``."""
    said = [_WORDS[what], f"{len(extracted.text)} characters of text"]
    causes = Counter(one.cause for one in extracted.left_out)
    if causes:
        most = ", ".join(f"{cause} {count}" for cause, count in causes.most_common(CAUSES))
        said.append(f"left out: {most}")
    return NoArticle(REASONS[what], "; ".join(said))


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.netloc) and parts.path in ("", "/") and not parts.query
