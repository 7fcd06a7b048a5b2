from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import UUID

import pytest

from wireroom.clean import Settings, stage
from wireroom.events import ArticleCleaned, ArticleFetched, Hint, Submission
from wireroom.runtime import Drop, Permanent
from wireroom.runtime.pool import Killed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said. "
# It passes the gate; what it costs is quadratic in the body extractor.
HANG = "<p>word " * 120_000


def fetched(html: str | None = None, text: str | None = None) -> ArticleFetched:
    return ArticleFetched(
        article_id=UUID(int=1),
        submission=Submission(url="https://a.example/1"),
        hint=Hint(title="Hinted"),
        fetched_at=datetime(2025, 2, 8, tzinfo=UTC),
        html=zstd.compress(html.encode()) if html is not None else None,
        text=text,
    )


async def test_a_page_that_hangs_its_parser_is_killed_and_the_stage_goes_on() -> None:
    good = f"<!doctype html><html><body><article><p>{SENTENCE * 5}</p></article></body></html>"
    async with stage(Settings(processes=1, cpu_seconds=0.15)) as clean:
        assert clean.handle is not None
        with pytest.raises(Killed, match="killed_cpu"):
            await clean.handle(fetched(f"<!doctype html><html><body>{HANG}"))
        article = await clean.handle(fetched(good))
        assert not isinstance(article, Drop)
        (event,) = article
        assert isinstance(event, ArticleCleaned)
        assert event.article.title == "Hinted"


async def test_a_refusal_of_the_gate_keeps_its_reason_across_processes() -> None:
    async with stage(Settings(processes=1)) as clean:
        assert clean.handle is not None
        assert await clean.handle(fetched("%PDF-1.7")) == Drop("not_html", "pdf")
        with pytest.raises(Permanent, match="too_deep"):
            await clean.handle(fetched("<html>" + "<div>" * 6_000))
