from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from wireroom import urls
from wireroom.storage import Pool, connection, reading, transaction, words
from wireroom.storage.reading import search
from wireroom.storage.rows import Row
from wireroom.storage.search import fill, lag

from .sample import START, body, put, row

EN = "The ministers were voting on “fishing” quotas—again. Nobody left before midnight."
FR = "Les députés ont voté l’élection des juges. La séance s’est achevée à minuit."
JA = "東京都の選挙で新しい知事が決まった。投票率は前回を上回った。"
KO = "서울시는 새로운 지하철 노선을 발표했다."


def _row(name: str, language: str, text: str, minute: int = 0) -> Row:
    return replace(
        row(f"https://{name}.example/", text, minute=minute, title=f"Title {name}"),
        language=language,
        source=f"Source {name}",
    )


async def _filled(pool: Pool, *rows: Row) -> None:
    await put(pool, *rows)
    while await fill(pool):
        pass


async def _found(pool: Pool, given: str, **filters: object) -> list[str]:
    hits = await search(pool, given, **filters)  # type: ignore[arg-type]  # filters of any kind
    return [urls.host(hit["url"]).partition(".")[0] for hit in hits]


@pytest.mark.parametrize(
    ("given", "language", "expected"),
    [
        ("vote minister", "en", ["en"]),
        ("fishing quota", None, ["en"]),
        ('"fishing quotas" -paris', "en", ["en"]),
        ("quotas -midnight", "en", []),
        ("élections", "fr", ["fr"]),
        ("ÉLECTION juge", None, ["fr"]),
        ("élections", "en", []),
        ("選挙", None, ["ja"]),
        ("新しい知事", "ja", ["ja"]),
        ("京都の選", "ja", ["ja"]),
        ("知選", "ja", []),
        ("選挙 -投票率", "ja", []),
        ("지하철", "ko", ["ko"]),
        ("title", None, ["ko", "ja", "fr", "en"]),
        ("", None, []),
        ("'\"&|!():*<->", None, []),
    ],
)
async def test_words_are_found_in_their_language(
    pool: Pool, given: str, language: str | None, expected: list[str]
) -> None:
    rows = [
        _row(name, name, text, n)
        for n, (name, text) in enumerate((("en", EN), ("fr", FR), ("ja", JA), ("ko", KO)))
    ]
    await _filled(pool, *rows)
    assert await _found(pool, given, language=language) == expected


async def test_newest_and_best_first_and_filters(pool: Pool) -> None:
    often = _row("often", "en", "storm " * 9 + "warning", 0)
    once = _row("once", "en-GB", "A storm and much else was in the news of that long day.", 5)
    await _filled(pool, often, once)
    assert await _found(pool, "storm") == ["once", "often"]
    assert await _found(pool, "storm", order="best") == ["often", "once"]
    assert await _found(pool, "storm", language="en") == ["once", "often"]
    assert await _found(pool, "storm", language="en-GB") == ["once"]
    assert await _found(pool, "storm", source="Source often") == ["often"]
    assert await _found(pool, "storm", since=START + timedelta(minutes=1)) == ["once"]
    assert await _found(pool, "storm", limit=1) == ["once"]


async def test_more_matches_than_the_cap_are_found_along_the_dates(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_CAPPED", 3)
    monkeypatch.setattr(reading, "_FEW", reading._FEW.replace("10001", "4"))
    await _filled(pool, *(_row(f"s{n}", "en", f"storm {n}", n) for n in range(9)))
    assert await _found(pool, "storm", limit=5) == ["s8", "s7", "s6", "s5", "s4"]
    assert await _found(pool, "storm", limit=5, order="best") == await _found(
        pool, "storm", limit=5
    )


async def test_probes_are_not_found(pool: Pool) -> None:
    await _filled(pool, replace(_row("a", "en", EN), probe=True))
    assert await _found(pool, "midnight") == []


async def test_a_revision_is_found_by_its_new_words_only(pool: Pool) -> None:
    await _filled(pool, _row("a", "en", body("bridges")))
    await _filled(pool, _row("a", "en", body("tunnels"), 1))
    assert await _found(pool, "bridges") == []
    assert await _found(pool, "tunnels") == ["a"]


async def test_two_fillers_share_the_work_and_lag_goes_to_zero(pool: Pool) -> None:
    await put(pool, *(_row(f"s{n}", "en", f"storm {n}", n) for n in range(40)))
    before = await lag(pool)
    assert before.count == 40
    assert before.oldest >= 0
    async with transaction(pool) as session:  # one filler holds ten of them
        await session.fetch("SELECT FROM search_pending ORDER BY id LIMIT 10 FOR UPDATE")
        done = await asyncio.gather(fill(pool, 20), fill(pool, 20))
        assert sum(done) <= 30
    while await fill(pool):
        pass
    assert (await lag(pool)).count == 0
    assert len(await _found(pool, "storm", limit=50)) == 40


async def test_a_text_that_cannot_be_indexed_does_not_hold_up_the_others(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "INDEXED", 10_000_000)
    long = " ".join(f"w{n:x}" for n in range(250_000))  # more than a tsvector's megabyte
    await put(pool, _row("a", "en", "storm one"), _row("b", "en", long), _row("c", "en", "storm 2"))
    assert await fill(pool) == 3
    assert sorted(await _found(pool, "storm")) == ["a", "c"]
    assert (await lag(pool)).count == 0


async def test_a_long_text_is_indexed_up_to_its_limit(pool: Pool) -> None:
    long = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(200_000))
    await _filled(pool, _row("a", "zh", long))
    async with connection(pool) as session:
        assert await session.fetchval("SELECT length(tsv) FROM article_search") > 10_000
