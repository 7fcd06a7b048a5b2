"""Texts that ask for consent to cookies, in the languages that news is read in."""

from __future__ import annotations

import re

LONGEST = 1_500  # characters

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
    # Foreign media in an article ask for themselves.
    r"|\bexterne[nr]? inhalte?\b.{0,40}\b(?:angezeigt werden|anzeigen|laden|zulassen)"
    r"|\bpour (?:voir|afficher|consulter) (?:ce|les?) contenus?\b.{0,80}\b(?:cookies|accept)"
    r"|\bto (?:view|see|load|show) this (?:content|embed|post|video)\b.{0,80}\b(?:accept|consent)"
    r"|نستخدم.{0,20}(?:ملفات تعريف الارتباط|الكوكيز)|クッキーを使用|쿠키를 사용",
    re.IGNORECASE,
)
_NAMED = (
    *("externe inhalte", "externer inhalt", "externen inhalt", "ce contenu", "les contenus"),
    *("this content", "this embed", "this post", "this video"),
    *("cookie", "privacy policy", "terms of use", "куки", "кукі", "ciastecz", "çerez"),
    *("الارتباط", "الكوكيز", "クッキー", "쿠키"),
)
_QUOTED = re.compile(r"[“”«»„\"]")


def is_consent(line: str) -> bool:
    """Whether a paragraph asks for consent; one that quotes such a text reports on it."""
    if len(line) > LONGEST:
        return False
    low = line.lower()  # looking for words is twenty times as fast as the expression
    if not any(name in low for name in _NAMED) or _QUOTED.search(line):
        return False
    return _CONSENT.search(line) is not None
