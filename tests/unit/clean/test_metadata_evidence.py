from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from wireroom.clean.evidence import LONGEST_SHOWN, MOST_LOSERS, Claim, Told, claim, settle
from wireroom.clean.extracted import Extracted, believed, evidence
from wireroom.clean.handler import article, handle
from wireroom.events import Article, ArticleFetched, Hint, Submission
from wireroom.runtime import Drop

NOW = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
URL = "https://gazette.example/ferry"
WALL = "https://gazette.example/login"


def told(value: int, source: str, trust: float) -> Told[int]:
    return Told(value, source, trust)


def same(one: int, other: int) -> bool:
    return one == other


def test_the_group_that_is_least_likely_all_wrong_wins() -> None:
    offers = [told(1, "jsonld", 0.9), told(2, "meta", 0.8), told(2, "url", 0.8)]
    settled = settle("n", offers, same, str)
    assert settled.best == told(2, "meta", 0.8)
    assert [(c.value, c.confidence, c.chosen) for c in settled.claims] == [
        ("2", 0.96, True),
        ("1", 0.9, False),
    ]


def test_one_source_that_says_it_twice_counts_once() -> None:
    offers = [told(1, "jsonld", 0.9), told(2, "meta", 0.8), told(2, "meta", 0.8)]
    assert settle("n", offers, same, str).best == told(1, "jsonld", 0.9)


def test_of_equals_the_first_wins_and_nothing_settles_nothing() -> None:
    offers = [told(1, "a", 0.5), told(2, "b", 0.5)]
    assert settle("n", offers, same, str).best == told(1, "a", 0.5)
    assert settle("n", [], same, str).best is None


def test_evidence_is_bounded() -> None:
    offers = [told(n, "meta", 0.5) for n in range(50)]
    assert len(settle("n", offers, same, str).claims) == 1 + MOST_LOSERS
    assert len(claim("n", "x" * 5_000, "meta", 0.5).value) == LONGEST_SHOWN


def test_a_publication_in_the_future_gives_way_to_the_next_claim() -> None:
    future = NOW + timedelta(days=30)
    extracted = Extracted(
        text="x",
        published_at=future,
        provenance={"published_at": "jsonld"},
        claims=(
            Claim("published_at", future.isoformat(), "jsonld", 0.95, chosen=True),
            Claim("published_at", "2026-03-05T08:00:00+01:00", "meta", 0.9),
        ),
    )
    found = believed(extracted, NOW)
    assert found.published_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
    assert found.published_offset == 60
    assert found.provenance["published_at"] == "meta"
    assert [c.source for c in found.claims if c.chosen] == ["meta"]
    assert believed(extracted, future) == extracted


def test_what_only_one_place_tells_is_evidence_too() -> None:
    extracted = Extracted(text="x", authors=("Ann Lee",), provenance={"authors": "trailer"})
    assert evidence(extracted) == (Claim("authors", "Ann Lee", "trailer", 0.8, chosen=True),)


def fetched(**changes: object) -> ArticleFetched:
    fields: dict[str, object] = {
        "article_id": UUID(int=1),
        "submission": Submission(url=URL),
        "hint": Hint(),
        "fetched_at": NOW,
        "html": b"packed",
        "final_url": WALL,
        "aliases": (WALL + "?back=1",),
    }
    return ArticleFetched.model_validate({**fields, **changes})


async def cleaned(extracted: Extracted, event: ArticleFetched) -> Article:
    async def run(html: bytes | None, text: str | None, url: str, kind: str | None) -> object:
        return extracted

    outcome = await handle(event, run=run)
    assert not isinstance(outcome, Drop)
    [event_out] = outcome
    return event_out.article  # type: ignore[attr-defined,no-any-return]  # clean gives nothing else


@pytest.mark.parametrize("wall", ["consent_wall", "login_wall"])
async def test_an_address_behind_a_wall_is_nobodys_name(wall: str) -> None:
    extracted = Extracted(
        text="x", canonical_url=WALL, provenance={"canonical_url": "link"}, aliases=(WALL + "/amp",)
    )
    walled = await cleaned(extracted, fetched(signals=(wall,)))
    assert (walled.canonical_url, walled.aliases) == (None, ())
    assert "canonical_url" not in walled.provenance
    free = await cleaned(extracted, fetched(signals=("paywall",)))  # the control
    assert free.canonical_url == WALL
    assert free.aliases == (WALL + "?back=1", WALL + "/amp")


async def test_a_feeds_word_is_told_from_a_senders() -> None:
    hint = Hint(title="The ferry")
    by_feed = fetched(hint=hint, submission=Submission(url=URL, feed_url="https://f.example/rss"))
    assert (await cleaned(Extracted(text="x"), by_feed)).provenance == {"title": "feed"}
    told = await cleaned(Extracted(text="x"), fetched(hint=hint))
    assert told.provenance == {"title": "hint"}
    assert [(c.field, c.source, c.chosen) for c in told.evidence] == [("title", "hint", True)]


def test_the_article_carries_what_the_page_says_beside_its_text() -> None:
    extracted = Extracted(text="x", section="Islands", tags=("ferry",), is_free=False, kind="video")
    made = article(extracted, fetched())
    assert (made.section, made.tags, made.is_free, made.kind) == (
        "Islands", ("ferry",), False, "video",
    )  # fmt: skip
