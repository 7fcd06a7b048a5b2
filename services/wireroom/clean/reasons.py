"""Why nothing comes of a page. Apart from what finds it, so that the handler stays light."""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.runtime.errors import Permanent

DROPPED = frozenset(("not_html", "empty_page"))
"""Reasons that say something of the page; all others say that it is broken or dangerous."""

REASONS = {
    "consent_wall": "consent_wall",
    "paywall": "paywall",
    "script_rendered": "script_rendered",
    "live_blog": "live_blog",
    "gallery": "gallery",
    "video": "video",
    "audio": "audio",
    "list": "index_page",
    "short": "too_short",
    "front_page": "no_article",
    "empty": "no_article",
    "loose": "no_article",
}
"""What a page is that has no article: the word for it."""


class Refused(Permanent):
    """The gate keeps a page out.

    Reasons: ``empty_page``, ``not_html``, ``page_too_large``, ``tag_too_long``, ``too_deep``,
    ``html_not_zstd``.
    """


@dataclass(frozen=True, slots=True)
class NoArticle:
    """There is none. ``reason``: one of ``REASONS``; ``detail``: what was found instead."""

    reason: str
    detail: str
