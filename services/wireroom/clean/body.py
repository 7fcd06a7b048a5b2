"""The body of a page as paragraphs, without what a reader would not call the article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trafilatura import extract

from wireroom.clean import jsonld, titles
from wireroom.clean.paragraphs import paragraphs, words_of

ARTICLE_BODY_FACTOR = 3  # JSON-LD is worse than the DOM wherever both have the text
DOUBTFUL = 800  # characters; below, the slow way is tried as well and the longer text is taken
SHORTEST_DOUBLE = 40  # characters; shorter lines, such as "Ja" in an interview, may come twice
LONGEST_CONSENT = 1_500  # characters

_CONSENT = re.compile(
    r"\b(?:we|our partners|(?:this|our) (?:web)?site)\b.{0,40}\b(?:use|store)s?\b.{0,40}\bcookies"
    r"|\b(?:accept|allow|reject|manage)\b.{0,20}\bcookies"
    r"|\bby (?:clicking|continuing).{0,80}\b(?:cookies|privacy policy|terms of use)"
    r"|\bwir (?:und unsere partner )?(?:verwenden|nutzen|setzen).{0,40}\bcookies"
    r"|\bnous (?:et nos partenaires )?(?:utilisons|stockons).{0,60}\bcookies"
    r"|\b(?:utilizamos|usamos|utiliza) (?:las? |os )?cookies"
    r"|\b(?:utilizziamo|usiamo)\b.{0,30}\bcookies?"
    r"|\bwij? (?:en onze partners )?gebruiken.{0,40}\bcookies"
    r"|\bмы используем.{0,40}(?:cookie|куки)|\bми використовуємо.{0,40}(?:cookie|кукі)"
    r"|\bużywamy.{0,30}(?:cookies|ciasteczek)|\bçerez.{0,30}kullan"
    r"|نستخدم.{0,20}(?:ملفات تعريف الارتباط|الكوكيز)|クッキーを使用|쿠키를 사용",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“”«»„\"]")
_BLANKS = re.compile(r"[^\S\n]+")


def read(html: str, url: str, title: str | None, data: jsonld.JsonLd) -> tuple[str, str]:
    """Text and its source: ``dom``, ``jsonld``; empty text and ``none`` where there is none."""
    text = tidy(_extracted(html, url, fast=True).split("\n"), title)
    if len(text) < DOUBTFUL:
        slow = tidy(_extracted(html, url, fast=False).split("\n"), title)
        text = max(text, slow, key=len)
    told = jsonld.body_of(data)
    if len(told) > ARTICLE_BODY_FACTOR * len(text) or _is_same(told, text):
        lines = told.split("\n")
        vocabulary = words_of(lines)
        parts = [part for line in lines for part in paragraphs(line.strip(), vocabulary)]
        return tidy(parts, title), "jsonld"
    return (text, "dom") if text else ("", "none")


def _extracted(html: str, url: str, *, fast: bool) -> str:
    return extract(html, url=url or None, fast=fast, include_comments=False) or ""


def _is_same(told: str, text: str) -> bool:
    """The extractor has fallen back on JSON-LD itself, and has lost its line breaks."""
    return bool(told) and "\n" not in text and "".join(told.split()) == "".join(text.split())


def tidy(lines: Sequence[str], title: str | None) -> str:
    """Without blank lines, consent texts, doubled blocks and the title as first block."""
    kept: list[str] = []
    seen: set[str] = set()
    for raw in lines:
        line = _BLANKS.sub(" ", raw).strip()
        key = line.casefold()
        if not line or is_consent(line) or (len(line) >= SHORTEST_DOUBLE and key in seen):
            continue
        if not kept and title and titles.bare(line) == titles.bare(title):
            continue
        seen.add(key)
        kept.append(line)
    return "\n".join(kept)


def is_consent(line: str) -> bool:
    """Whether a paragraph asks for consent; one that quotes such a text reports on it."""
    return len(line) <= LONGEST_CONSENT and not _QUOTED.search(line) and bool(_CONSENT.search(line))
