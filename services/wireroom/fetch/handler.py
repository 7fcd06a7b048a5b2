"""From a submission to its content: inline content as it is, everything else by one GET."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from wireroom import __version__, urls
from wireroom.events import ArticleFetched, ArticleSubmitted, Hint, Submission
from wireroom.fetch import reasons
from wireroom.runtime.errors import Permanent
from wireroom.runtime.stage import Drop, Outcome
from wireroom.web.client import Page
from wireroom.web.errors import WebError
from wireroom.web.headers import charset
from wireroom.web.sniff import sniff

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Get: TypeAlias = Callable[[str], Awaitable[Page]]
Clock: TypeAlias = Callable[[], datetime]

# 0.6 ms for a page and a quarter of its size; higher levels cost more than they save.
ZSTD_LEVEL = 3
VERSIONS = {"fetch": __version__}

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))


async def handle(event: ArticleSubmitted, *, get: Get, clock: Clock) -> Outcome:
    """The content of a submission, as one ``ArticleFetched`` or a ``Drop``.

    Text wins over a page, and inline content over fetching; inline content is not looked at.
    Permanent: nothing_to_fetch, html_without_url, url_invalid. Of a GET: ``reasons``.
    """
    if event.text and event.text.strip():
        return [_article(event, clock(), text=event.text)]
    if event.html:
        if not event.url:
            raise Permanent("html_without_url", "a page needs the URL that it came from")
        return [_article(event, clock(), html=compressed(event.html))]
    if not event.url:
        raise Permanent("nothing_to_fetch", "neither url nor html nor text")
    return await _fetched(event, event.url, get, clock)


def identify(event: ArticleSubmitted) -> UUID | None:
    """The article's id: of its URL, else of its text; None for a submission that is in error."""
    try:
        if event.url:
            return urls.article_id(event.url)
    except ValueError:
        return None
    if event.text and event.text.strip():
        return urls.text_article_id(event.text)
    return None


def compressed(page: bytes) -> bytes:
    """A page as it travels in the event."""
    return zstd.compress(page, ZSTD_LEVEL)


async def _fetched(event: ArticleSubmitted, url: str, get: Get, clock: Clock) -> Outcome:
    try:
        page = await get(url)
    except WebError as error:
        outcome = reasons.of_error(error, _host(url))
        if isinstance(outcome, Drop):
            return outcome
        raise outcome from error
    failure = reasons.of_status(page, _host(page.url))
    if failure is not None:
        raise failure
    if _went_home(url, page):
        return Drop("redirect_to_home")
    return _read(event, page, clock())


def _host(url: str) -> str:
    """Empty for what is no URL; why that is so, the error says."""
    try:
        return urls.host(url)
    except ValueError:
        return ""


def _read(event: ArticleSubmitted, page: Page, now: datetime) -> Outcome:
    kind = sniff(page.body)
    if kind == "empty":
        return Drop("empty")
    media = (page.content_type or "").partition(";")[0].strip().lower()
    if kind == "html" or (kind == "text" and media in _HTML_TYPES):
        return [_article(event, now, page=page, html=compressed(page.body))]
    if kind == "text" and media in ("text/plain", ""):
        return [_article(event, now, page=page, text=_decoded(page))]
    return Drop("not_html")


def _article(
    event: ArticleSubmitted,
    now: datetime,
    *,
    page: Page | None = None,
    html: bytes | None = None,
    text: str | None = None,
) -> ArticleFetched:
    return ArticleFetched(
        article_id=_identity(event),
        submission=Submission(
            url=event.url,
            feed_url=event.feed_url,
            submitted_by=event.submitted_by,
            lane=event.lane,
            probe=event.probe,
        ),
        hint=Hint(
            title=event.title,
            authors=event.authors,
            published_at=event.published_at,
            language=event.language,
            source=event.source,
        ),
        final_url=page.url if page else event.url,
        aliases=tuple(hop for hop in page.hops if hop != event.url) if page else (),
        fetched_at=now,
        content_type=page.content_type if page else None,
        html=html,
        text=text,
        versions=VERSIONS,
    )


def _identity(event: ArticleSubmitted) -> UUID:
    if not event.url:
        assert event.text is not None
        return urls.text_article_id(event.text)
    try:
        return urls.article_id(event.url)
    except ValueError as error:
        raise Permanent("url_invalid", str(error)) from None


def _went_home(url: str, page: Page) -> bool:
    """Whether an article's URL led to a front page, as sites do with what they took down."""
    if not page.hops:
        return False
    end = urlsplit(page.url)
    return end.path in ("", "/") and not end.query and urlsplit(url).path not in ("", "/")


def _decoded(page: Page) -> str:
    """A text body: by its byte order mark or charset, else UTF-8, else Windows-1252."""
    if page.body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return page.body.decode("utf-16", "replace")
    for name in (charset(page.content_type or ""), "utf-8"):
        try:
            text = page.body.decode(name or "utf-8").removeprefix("\ufeff")
            # Some charsets can spell half a character, which no event can hold.
            return text.encode("utf-8", "replace").decode()
        except (UnicodeError, LookupError):
            continue
    return page.body.decode("windows-1252", "replace")
