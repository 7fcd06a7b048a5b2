from __future__ import annotations

import pytest

from wireroom.events import ArticleJournal, ArticleSubmitted
from wireroom.wire import topics
from wireroom.wire.event import Event
from wireroom.wire.kafka.producer import BATCH


def test_a_dead_letter_has_more_room_than_what_it_holds() -> None:
    assert topics.of_dead_letters("fetch", ArticleSubmitted).max_bytes > ArticleSubmitted.max_bytes


@pytest.mark.parametrize("kind", Event.__subclasses__(), ids=lambda k: k.__name__)
def test_the_broker_takes_a_batch_even_where_records_are_small(kind: type[Event]) -> None:
    configuration = topics.of_event(kind).configuration()
    assert int(configuration["max.message.bytes"]) >= max(kind.max_bytes, 2 * BATCH)
    assert configuration["message.timestamp.type"] == "LogAppendTime"


def test_a_journal_entry_stays_small() -> None:
    assert topics.of_event(ArticleJournal).max_bytes < BATCH
