"""What a page is, and why it may have no text. Said only where the page says it itself.

``article`` is what everything is that does not call itself something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from wireroom.clean.blocks import Blocks
from wireroom.clean.body import Body
from wireroom.clean.consent import is_consent
from wireroom.clean.metadata import Page

SHORT = 1_500  # characters of text beside a video or a gallery; with more, it illustrates
FEW = 500  # characters on a page that is not there before its scripts have run
LARGE = 20_000  # characters of HTML: a page with so few words and so much else is an application
MOST_LINKED = 0.6  # share of the page's text: with more it is a list of others
MOST_NODES = 50  # of JSON-LD that are looked at
FEWEST_TIMES = 5  # of a live blog whose address alone calls it one

_TYPES = {
    "liveblogposting": "live_blog",
    "imagegallery": "gallery",
    "mediagallery": "gallery",
    "videoobject": "video",
    "audioobject": "audio",
    "podcastepisode": "audio",
    "collectionpage": "list",
    "searchresultspage": "list",
    "itemlist": "list",
}
_SEGMENTS = {
    **dict.fromkeys(("live", "liveblog", "live-blog", "live-updates", "liveticker"), "live_blog"),
    **dict.fromkeys(("gallery", "galleries", "photos", "slideshow", "fotostrecke"), "gallery"),
    **dict.fromkeys(("bildergalerie", "diaporama", "galeria", "fotogalerias"), "gallery"),
    **dict.fromkeys(("video", "videos", "watch"), "video"),
    **dict.fromkeys(("podcast", "podcasts", "audio"), "audio"),
    **dict.fromkeys(("tag", "tags", "category", "author", "topic", "topics", "search"), "list"),
}
_PAYWALL = re.compile(
    r"\b(?:subscrib\w+|subscription|log ?in|sign in|register)\b.{0,40}\b(?:to|and) "
    r"(?:read|continue)"
    r"|\b(?:read|continue)\b.{0,40}\b(?:subscri\w+|sign(?:ing)? in)|for subscribers|premium content"
    r"|\b(?:abonn|jetzt weiterlesen|réservé aux abonné|suscr[ií]b|abbonati|assinant|подписк)",
    re.IGNORECASE,
)
_NO_SCRIPT = re.compile(
    r"\b(?:enable|activate|turn on|requires?|aktivier|activ[ae])\w*\b.{0,40}"
    r"\bjavascript",
    re.IGNORECASE,
)


def of(parsed: Page, body: Body, is_story: bool) -> str:
    """article, live_blog, gallery, video, audio or list."""
    text = len(body.text)
    for kind in _said(parsed):
        if kind == "live_blog":
            return kind
        if kind == "list" and not is_story and _is_linked(body.page):
            return kind
        if kind in ("gallery", "video", "audio") and text < SHORT:
            return kind
    if not is_story and _is_linked(body.page) and not _has_paragraph(body):
        return "list"
    return "article"


def missing(parsed: Page, html: str, page: Blocks) -> str:
    """Why a page has no text: consent_wall, paywall, script_rendered or empty."""
    texts = [block.text for block in page.found]
    size = sum(map(len, texts))
    if size < LARGE and any(map(is_consent, texts)):
        return "consent_wall"
    if _is_paid(parsed) or any(_PAYWALL.search(text[:300]) for text in texts):
        return "paywall"
    if any(_NO_SCRIPT.search(text[:300]) for text in texts):
        return "script_rendered"
    return "script_rendered" if size < FEW and len(html) > LARGE else "empty"


def _said(parsed: Page) -> Iterator[str]:
    if any(node.get("liveBlogUpdate") for node in parsed.data.nodes[:MOST_NODES]):
        yield "live_blog"
    types = parsed.data.article.get("@type") or [n.get("@type") for n in parsed.data.nodes[:1]]
    for name in types if isinstance(types, list) else [types]:
        if kind := _TYPES.get(str(name).lower()):
            yield kind
    if parsed.meta.get("og:type", "").lower().startswith("video"):
        yield "video"
    for segment in urlsplit(parsed.url).path.lower().split("/")[:-1]:
        kind = _SEGMENTS.get(segment)
        if kind and (kind != "live_blog" or len(parsed.tree.css("time")) >= FEWEST_TIMES):
            yield kind


def _is_linked(page: Blocks) -> bool:
    linked = sum(block.linked for block in page.found)
    return linked > MOST_LINKED * sum(len(block.text) for block in page.found)


def _has_paragraph(body: Body) -> bool:
    return any(part.kind == "paragraph" and len(part.text) >= 200 for part in body.parts)


def _is_paid(parsed: Page) -> bool:
    nodes = (parsed.data.article, *parsed.data.nodes)
    told = (node.get("isAccessibleForFree") for node in nodes)
    return any(str(value).lower() == "false" for value in told)
