"""What a page says beside its text, and what was decided against, is stored and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

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


async def test_days_of_sources_count_what_articles_lack(pool: Pool) -> None:
    good = replace(
        row(URL, body("ferries")), source="Gazette", authors=("Ann Lee",), published_at=LATER
    )
    bare = replace(
        row(URL + "/2", body("bridges", 20), title=None, minute=1),
        source="Gazette",
        provenance='{"text": "fallback"}',
    )
    probe = replace(row(URL + "/3", body("canaries"), minute=2), source="Gazette", probe=True)
    await put(pool, good, bare, probe)
    async with pool.acquire() as session:
        found = await session.fetch("SELECT * FROM source_days(now() - interval '1 day')")
        none = await session.fetch("SELECT * FROM source_days(now() + interval '1 day')")
    [counted] = [dict(line) for line in found]
    assert counted.pop("day") is not None
    assert abs(counted.pop("median_chars") - (len(good.text) + len(bare.text)) / 2) <= 0.5
    assert counted == {
        "source": "Gazette",
        "articles": 2,
        "without_title": 1,
        "without_date": 1,
        "without_author": 1,
        "by_fallback": 1,
    }
    assert none == []
