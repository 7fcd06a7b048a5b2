"""From a classified article to its row. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import orjson

from wireroom import urls
from wireroom.events import Article, ArticleClassified
from wireroom.index import identity
from wireroom.runtime.stage import Delivery
from wireroom.storage.rows import Alias, Row, Seen
from wireroom.wire.event import Part

DETAILS = (
    *("kind", "section", "tags", "image_url", "is_free", "licence", "modified_offset"),
    *("language_hint", "body_missing"),
)


def row(delivery: Delivery[ArticleClassified]) -> Row:
    """What is written of an event, and of the record that it goes back to."""
    event, envelope = delivery.event, delivery.hop.envelope
    article = event.article
    others = _other_urls(event)
    return Row(
        article_id=event.article_id,
        submission_id=envelope.submission_id,
        accepted_at=envelope.accepted_at,
        url=event.submission.url,
        canonical_url=article.canonical_url,
        link=others.get(article.canonical_url or ""),
        aliases=tuple(
            {key: Alias(key, urls.canonical(url)) for url, key in others.items()}.values()
        ),
        source=article.source,
        title=article.title,
        text=article.text,
        authors=article.authors,
        published_at=article.published_at,
        published_offset=article.published_offset,
        zone_assumed=article.zone_assumed,
        copyright_notice=article.copyright_notice,
        headlines=tuple((headline.text, headline.language) for headline in article.headlines),
        removed=_json(article.removed),
        provenance=orjson.dumps(article.provenance).decode(),
        modified_at=article.modified_at,
        details=_details(article),
        evidence=_json(article.evidence),
        blocks=_json(article.blocks),
        content_hash=identity.content_hash(article.title, article.text),
        language=event.language,
        language_confidence=event.language_confidence,
        language_source=event.language_source,
        subjects=_json(event.subjects),
        subjects_missing=event.subjects_missing,
        keyphrases=_json(event.keyphrases),
        versions=orjson.dumps(event.versions).decode(),
        lane=event.submission.lane,
        probe=event.submission.probe,
        feed_url=event.submission.feed_url,
        submitted_by=event.submission.submitted_by,
        seen=_seen(event),
    )


def _seen(event: ArticleClassified) -> Seen | None:
    page = event.validators
    if page is None:
        return None
    return Seen(
        etag=page.etag,
        last_modified=page.last_modified,
        body_hash=page.body_hash,
        fetched_at=page.fetched_at,
        signals=event.signals,
    )


def _other_urls(event: ArticleClassified) -> dict[str, UUID]:
    """The article's URLs but its own, and the article id that each would have by itself."""
    given = dict.fromkeys((event.article.canonical_url, *event.article.aliases))
    keys = {url: key for url in given if url and (key := identity.key(url))}
    return {url: key for url, key in keys.items() if key != event.article_id}


def _details(article: Article) -> str:
    """Facts that are read with the article and not searched for; what nobody says is left out."""
    named = {name: getattr(article, name) for name in DETAILS}
    told = {name: value for name, value in named.items() if value not in (None, ())}
    return orjson.dumps(told).decode()


def _json(parts: Iterable[Part]) -> str:
    return orjson.dumps([part.model_dump() for part in parts]).decode()
