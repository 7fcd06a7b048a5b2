"""Which of the journal's records are worth decoding."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, get_args
from uuid import uuid4

import pytest

from wireroom.replay import BY_HAND
from wireroom.replay.told import ENDED, TOUCHED
from wireroom.runtime.journal import Hop, Journal, What
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.transport import Partition, Record

ENDS = {"indexed", "duplicate", "revised", "unchanged", "dropped", "dead", "replayed"}


@pytest.fixture
def line(codec: Codec, journal: Callable[[str], Journal]) -> Callable[..., bytes]:
    def made(event: Any, reason: str | None = None) -> bytes:
        record = Record(Partition("articles.fetched", 1), 5, 0, None, b"", {})
        hop = Hop(record, headers.read(record), uuid4(), time.time())
        told = journal("clean")
        return codec.encode_fields(told.kind, told.fields(hop, event, reason=reason))

    return made


@pytest.mark.parametrize("event", get_args(What))
def test_lines_with_an_end_are_found_undecoded_and_all_others_are_skipped(
    line: Callable[..., bytes], event: str
) -> None:
    assert bool(ENDED.search(line(event, "http_503"))) is (event in ENDS)


@pytest.mark.parametrize(
    ("event", "reason", "found"),
    [
        ("replayed", None, True),
        ("dropped", BY_HAND, True),
        ("dropped", "no_article", False),
        ("dead", "http_404", False),
        ("indexed", None, False),
    ],
)
def test_lines_of_people_are_found_undecoded(
    line: Callable[..., bytes], event: str, reason: str | None, found: bool
) -> None:
    assert bool(TOUCHED.search(line(event, reason))) is found
