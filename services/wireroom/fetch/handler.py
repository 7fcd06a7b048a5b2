"""From a submission to its content: inline content as it is, everything else by one GET."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from wireroom import __version__, urls
from wireroom.events import ArticleFetched, ArticleSubmitted, Hint, PageValidators, Submission
from wireroom.fetch import known, reasons, refresh
from wireroom.fetch.content import Content, compressed, hash_of, read
from wireroom.fetch.home import went_home
from wireroom.fetch.known import Known, nothing_known
from wireroom.fetch.signals import signals
from wireroom.runtime.errors import Permanent
from wireroom.runtime.stage import Drop, Outcome, Unchanged
from wireroom.storage.rows import Seen
from wireroom.web.client import Page, Validators
from wireroom.web.errors import WebError

Clock: TypeAlias = Callable[[], datetime]

VERSIONS = {"fetch": __version__}
NOT_MODIFIED = Unchanged("not_modified")


class Get(Protocol):
    """One GET, such as ``web.polite.Polite.get``."""

    def __call__(self, url: str, *, validators: Validators | None = None) -> Awaitable[Page]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the handler needs of it. ``accepted``: when the submission in hand was taken in."""

    get: Get
    clock: Clock
    known: Known = nothing_known
    accepted: Callable[[], datetime | None] = lambda: None

    def age(self) -> float:
        """Seconds since the submission was accepted; infinite where nobody knows."""
        accepted = self.accepted()
        return float("inf") if accepted is None else (self.clock() - accepted).total_seconds()


async def handle(event: ArticleSubmitted, *, world: World) -> Outcome:
    """The content of a submission, as one ``ArticleFetched``, ``Drop`` or ``Unchanged``.

    Text wins over a page, and inline content over fetching; inline content is not looked at.
    Permanent: nothing_to_fetch, html_without_url, url_invalid. Of a GET: ``reasons``.
    """
    if event.text and event.text.strip():
        return [_article(event, world.clock(), Content(text=event.text))]
    if event.html:
        if not event.url:
            raise Permanent("html_without_url", "a page needs the URL that it came from")
        return [_article(event, world.clock(), Content(html=compressed(event.html)))]
    if not event.url:
        raise Permanent("nothing_to_fetch", "neither url nor html nor text")
    return await _fetched(event, event.url, world)


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


def belongs(event: ArticleSubmitted) -> bytes | None:
    """The host of a page that has to be fetched: one worker is to see all of a host's pages."""
    if not event.url or event.html or (event.text and event.text.strip()):
        return None
    try:
        return urls.host(event.url).encode()
    except ValueError:
        return None


async def _fetched(event: ArticleSubmitted, url: str, world: World) -> Outcome:
    seen = await _seen(event, world)
    try:
        page = await _get(url, world.get, known.to_send(seen))
    except WebError as error:
        outcome = reasons.of_error(error, url)
        if isinstance(outcome, Drop):
            return outcome
        raise outcome from error
    unchanged = page.status == 304 and seen is not None
    failure = None if unchanged else reasons.of_status(page, world.age())
    if failure is not None:
        raise failure
    if went_home(url, page.hops, page.url):
        return Drop("redirect_to_home")
    if unchanged:
        return NOT_MODIFIED
    body_hash = hash_of(page)
    if seen is not None and seen.body_hash == body_hash:
        return NOT_MODIFIED
    content = read(page)
    if isinstance(content, Drop):
        return content
    now = world.clock()
    return [_article(event, now, content, page, known.to_keep(page, body_hash, now))]


async def _seen(event: ArticleSubmitted, world: World) -> Seen | None:
    """What is known of the page. Of a probe nothing: it is there to go the whole way."""
    article = None if event.probe else identify(event)
    return None if article is None else known.fresh(await world.known(article), world.clock())


async def _get(url: str, get: Get, validators: Validators | None) -> Page:
    """The page, or the one that it sends its readers on to at once."""
    page = await get(url, validators=validators)
    place = refresh.target(page) if page.status == 200 else None
    if place is None:
        return page
    onward = await get(place, validators=validators)
    return replace(onward, hops=(*page.hops, page.url, *onward.hops))


def _article(
    event: ArticleSubmitted,
    now: datetime,
    content: Content,
    page: Page | None = None,
    validators: PageValidators | None = None,
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
        html=content.html,
        text=content.text,
        signals=signals(page) if page else (),
        validators=validators,
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
