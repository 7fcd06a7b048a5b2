"""What a page says beside its text, and what was decided against, is stored and read again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wireroom.storage import Pool
from wireroom.storage.reading import show

from .sample import body, put, row

URL = "https://www.a.example/news/ferry"
LATER = datetime(2026, 3, 7, 8, tzinfo=UTC)
CLAIM = (
    '{"field": "authors", "value": "Ann Lee", "source": "meta", "confidence": 0.8, "chosen": true}'
)


async def test_details_and_evidence_come_back_as_they_went_in(pool: Pool) -> None:
    told = replace(
        row(URL, body("ferries")),
        provenance='{"authors": "meta"}',
        modified_at=LATER,
        details='{"kind": "video", "tags": ["a"]}',
        evidence=f"[{CLAIM}]",
    )
    await put(pool, told)
    shown = await show(pool, URL)
    assert shown is not None
    assert shown["modified_at"] == LATER
    assert shown["details"] == {"kind": "video", "tags": ["a"]}
    assert shown["provenance"] == {"authors": "meta"}
    assert [claim["value"] for claim in shown["evidence"]] == ["Ann Lee"]


async def test_a_row_without_any_has_none(pool: Pool) -> None:
    await put(pool, row(URL, body("bridges")))
    shown = await show(pool, URL)
    assert shown is not None
    assert (shown["details"], shown["evidence"], shown["modified_at"]) == ({}, [], None)


DAYS = "SELECT * FROM source_days(now() - $1::interval)"


async def days(pool: Pool, since: timedelta = timedelta(days=1)) -> list[dict[str, Any]]:
    async with pool.acquire() as session:
        return [dict(line) for line in await session.fetch(DAYS, since)]


async def test_days_of_sources_count_what_articles_lack(pool: Pool) -> None:
    good = replace(
        row(URL, body("ferries")),
        source="Gazette",
        authors=("Ann Lee",),
        published_at=LATER,
        details='{"kind": "article", "language_hint": "en-GB"}',
    )
    bare = replace(
        row(URL + "/2", body("bridges", 20), title=None, minute=1),
        source="Gazette",
        provenance='{"text": "fallback"}',
        details='{"kind": "video", "language_hint": "de_DE", "body_missing": "paywall"}',
    )
    probe = replace(row(URL + "/3", body("canaries"), minute=2), source="Gazette", probe=True)
    await put(pool, good, bare, probe)
    [counted] = await days(pool)
    assert counted.pop("day") is not None
    assert abs(counted.pop("median_chars") - (len(good.text) + len(bare.text)) / 2) <= 0.5
    assert json.loads(counted.pop("kinds")) == {"article": 1, "video": 1}
    assert counted == {
        "source": "Gazette",
        "articles": 2,
        "dropped": 0,
        "without_title": 1,
        "without_date": 1,
        "without_author": 1,
        "without_body": 1,
        "by_fallback": 1,
        "language_conflicts": 1,
        "of_usual_length": None,
    }
    assert await days(pool, timedelta(days=-1)) == []


async def test_the_length_of_a_day_is_told_against_the_weeks_before(pool: Pool) -> None:
    for n in range(3):
        await put(pool, replace(row(f"{URL}/{n}", body(f"{n} swans", 20)), source="Gazette"))
    async with pool.acquire() as session:
        await session.execute("UPDATE article SET indexed_at = now() - interval '9 days'")
    await put(pool, replace(row(f"{URL}/9", body("9 swans", 5)), source="Gazette"))
    [today] = await days(pool)
    assert today["of_usual_length"] == pytest.approx(0.25, abs=0.03)
    async with pool.acquire() as session:
        await session.execute("UPDATE article SET indexed_at = now() - interval '40 days'")
    await put(pool, replace(row(f"{URL}/10", body("10 swans", 5)), source="Gazette"))
    [today] = await days(pool)
    assert today["of_usual_length"] is None


@pytest.mark.parametrize(
    ("hint", "language", "conflicts"),
    [("nb", "no", 0), ("iw", "he", 0), ("EN-us", "en", 0), ("fr", "en", 1), ("?", "en", 0),
     ("fr", "und", 0), ("zh_Hans", "zh", 0)],
)  # fmt: skip
async def test_a_conflict_of_languages_is_one_of_their_codes(
    pool: Pool, hint: str, language: str, conflicts: int
) -> None:
    said = json.dumps({"language_hint": hint})
    await put(pool, replace(row(URL, body("ferries")), language=language, details=said))
    assert [day["language_conflicts"] for day in await days(pool)] == [conflicts]
