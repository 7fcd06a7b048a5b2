"""What the index stage tells the world of a row. Pure but for what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from wireroom.events import ArticleClassified, ArticleIndexed
from wireroom.runtime.journal import Hop
from wireroom.runtime.stage import Delivery
from wireroom.storage.outbox import Message
from wireroom.storage.rows import Outcome, Written
from wireroom.wire.event import Event
from wireroom.wire.headers import Envelope

Encode: TypeAlias = Callable[[Event], tuple[bytes, Mapping[str, bytes]]]
Journal: TypeAlias = Callable[[Hop, Outcome], Event]


def messages(
    delivery: Delivery[ArticleClassified], written: Written, encode: Encode, journal: Journal
) -> Iterator[Message]:
    """``article.indexed``, unless nothing changed; and the journal's line."""
    envelope = delivery.hop.envelope
    if (news := indexed(delivery, written)) is not None:
        yield _message(news, envelope, encode)
    yield _message(journal(delivery.hop, written.outcome), envelope, encode)


def indexed(delivery: Delivery[ArticleClassified], written: Written) -> ArticleIndexed | None:
    """The event for whoever builds on the article; None where nothing changed."""
    if written.outcome == "unchanged":
        return None
    event, article = delivery.event, delivery.event.article
    return ArticleIndexed(
        article_id=written.article_id,
        outcome=written.outcome,
        revision=written.revision,
        duplicate_of=written.duplicate_of,
        url=event.submission.url,
        canonical_url=article.canonical_url,
        source=article.source,
        title=article.title,
        language=event.language,
        published_at=article.published_at,
        subjects=tuple(subject.uri for subject in event.subjects),
        accepted_at=delivery.hop.envelope.accepted_at,
        indexed_at=written.indexed_at,
        probe=event.submission.probe,
    )


def _message(event: Event, envelope: Envelope, encode: Encode) -> Message:
    value, headers = encode(event)
    return Message(event.topic, event.key, value, {**envelope.following(event.topic, 0), **headers})
