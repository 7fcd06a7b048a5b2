"""From records to what they say. Pure: a record of the intake always counts, whatever its bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from wireroom import urls
from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.ledger.states import ACCEPTED, INTAKE, story
from wireroom.runtime.journal import MOST_DETAIL
from wireroom.storage.ledger_rows import Hop, Mark, Story
from wireroom.wire import headers
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.transport import Record

LONGEST = 200  # characters of a text that somebody else chose: a host name has at most 253
MOST_MS = 1e9  # 11 days


class Told(NamedTuple):
    """What one record says; the intake has no hops."""

    story: Story
    hop: Hop | None = None


def of_intake(record: Record, codec: Codec) -> Told:
    """An accepted record, also one that is no event: its id comes from its place."""
    envelope = headers.read(record)
    place = record.partition
    mark = Mark(envelope.accepted_at, INTAKE, ACCEPTED, place.topic, place.number, record.offset)
    known = Story(envelope.submission_id, envelope.accepted_at, intake=True, hop=mark)
    try:
        event = codec.decode(record.value, ArticleSubmitted, record.headers)
    except Undecodable:
        return Told(known)
    article, host = _identity(event.url)
    return Told(
        Story(
            known.submission,
            known.accepted_at,
            article=article,
            intake=True,
            probe=event.probe,
            lane=event.lane,
            source=_clean(host or event.source),
            submitted_by=_clean(event.submitted_by),
            hop=mark,
        )
    )


def of_journal(record: Record, codec: Codec) -> Told:
    """A line of the journal. Raises ``Undecodable``."""
    line = codec.decode(record.value, ArticleJournal, record.headers)
    said = story(line)
    mark = said.hop or said.end
    assert mark is not None
    hop = Hop(
        submission=line.submission_id,
        mark=mark,
        attempt=line.attempt,
        waited_ms=_limited(line.waited_ms),
        worked_ms=_limited(line.worked_ms),
        instance=line.instance,
        versions=orjson.dumps(line.versions, option=orjson.OPT_SORT_KEYS).decode(),
        detail=_clean(line.detail, MOST_DETAIL),
    )
    return Told(said, hop)


def moment(record: Record) -> datetime:
    """When the broker took it."""
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _identity(url: str | None) -> tuple[UUID | None, str | None]:
    if url is None:
        return None, None  # the id of a text costs reading it; the journal brings it
    try:
        return urls.article_id(url), urls.host(url)
    except ValueError:
        return None, None


def _clean(text: str | None, most: int = LONGEST) -> str | None:
    """No table takes a null character or half of a surrogate pair."""
    if text is None:
        return None
    return text[:most].replace("\0", "").encode(errors="replace").decode()


def _limited(milliseconds: float) -> float:
    return min(milliseconds, MOST_MS) if milliseconds == milliseconds else 0.0
