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
