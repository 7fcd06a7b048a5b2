"""A piece of markup, as feeds carry it: all of it is the article."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

_BLOCKS = (
    "p|div|h[1-6]|li|ul|ol|dl|dt|dd|blockquote|table|tr|section|article|figure|figcaption"
    "|header|footer|pre|br|hr"
)
_BREAK = re.compile(rf"</?(?:{_BLOCKS})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)
_MARKUP = re.compile(rf"</(?:{_BLOCKS}|a|b|i|em|strong|span)>|<br\s*/?>", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!doctype html|<html[\s>])|<body[\s>]", re.IGNORECASE)
_UNSEEN = ("script", "style", "noscript", "iframe", "template", "svg", "form", "button")


def is_markup(text: str) -> bool:
    """Whether a text is HTML: some element is closed, or a line is broken by ``<br>``."""
    return _MARKUP.search(text) is not None


def is_page(text: str) -> bool:
    """Whether it is a whole page."""
    return _PAGE.match(text) is not None or _PAGE.search(text[:4_096]) is not None


def plain(markup: str) -> str:
    """The text of a fragment, one line for each block."""
    broken = _BREAK.sub(lambda tag: f"\n{tag.group()}\n", " ".join(markup.split()))
    tree = LexborHTMLParser(broken)
    tree.strip_tags([*_UNSEEN])
    text = tree.body.text(deep=True) if tree.body is not None else ""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
