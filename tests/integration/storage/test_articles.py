from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from wireroom import urls
from wireroom.runtime.errors import Permanent, Unavailable
from wireroom.storage import Pool, connection, transaction
from wireroom.storage import articles as module
from wireroom.storage.articles import write
from wireroom.storage.reading import show
from wireroom.storage.rows import Alias, Row

from .sample import article, body, outcomes, put, row, text_row

A, B, C = (f"https://{name}.example/story" for name in "abc")


async def _table(pool: Pool) -> list[tuple[object, ...]]:
    """All that is stored, without the times of writing."""
    async with connection(pool) as session:
        found: list[tuple[object, ...]] = []
        for query in (
            "SELECT article_id, text, revision, duplicate_of, first_seen_at, accepted_at"
            " FROM article ORDER BY 1",
            "SELECT article_id, revision, title, text FROM article_revision ORDER BY 1, 2",
            "SELECT key, url, article_id FROM article_alias ORDER BY 1",
            "SELECT article_id, revision, position, text FROM headline ORDER BY 1, 2, 3",
        ):
            found += [tuple(row) for row in await session.fetch(query)]
        return found


async def test_a_new_article_is_indexed(pool: Pool) -> None:
    (done,) = await put(pool, row(A, body("bridges"), minute=3))
    assert (done.outcome, done.revision, done.duplicate_of) == ("indexed", 1, None)
    assert done.first_seen_at == row(A, "", minute=3).accepted_at


async def test_the_same_content_again_is_unchanged(pool: Pool) -> None:
    await put(pool, row(A, body("bridges")))
    before = await _table(pool)
    assert outcomes(await put(pool, row(A, body("bridges"), minute=9))) == ["unchanged"]
    assert await _table(pool) == before


async def test_new_content_is_a_revision_and_the_old_text_is_kept(pool: Pool) -> None:
    await put(pool, row(A, body("bridges")))
    (done,) = await put(pool, row(A, body("tunnels"), minute=9))
    assert (done.outcome, done.revision) == ("revised", 2)
    shown = await show(pool, A)
    assert shown is not None
    assert shown["text"] == body("tunnels")
    assert shown["first_seen_at"] == row(A, "").accepted_at
    assert [(old["revision"], old["text"]) for old in shown["revisions"]] == [(1, body("bridges"))]


async def test_content_of_another_article_is_a_duplicate_of_the_first_never_of_a_copy(
    pool: Pool,
) -> None:
    await put(pool, row(A, body("bridges")))
    await put(pool, row(B, body("bridges"), minute=1))
    (done,) = await put(pool, row(C, body("bridges"), minute=2))
    assert (done.outcome, done.duplicate_of) == ("duplicate", article(A))


async def test_a_copy_of_what_the_original_no_longer_says_still_names_the_original(
    pool: Pool,
) -> None:
    await put(pool, row(A, body("bridges")), row(B, body("bridges"), minute=1))
    await put(pool, row(A, body("tunnels"), minute=2))
    (done,) = await put(pool, row(C, body("bridges"), minute=3))
    assert done.duplicate_of == article(A)


async def test_an_article_with_copies_never_becomes_a_copy(pool: Pool) -> None:
    await put(pool, row(A, body("bridges")), row(B, body("bridges")), row(C, body("tunnels")))
    (done,) = await put(pool, row(A, body("tunnels"), minute=2))
    assert (done.outcome, done.duplicate_of) == ("revised", None)


async def test_a_probe_and_an_article_are_never_copies_of_each_other(pool: Pool) -> None:
    await put(pool, replace(row(A, body("bridges")), probe=True))
    assert outcomes(await put(pool, row(B, body("bridges")))) == ["indexed"]


async def test_one_batch_gives_what_single_writes_give_one_after_the_other(
    pool: Pool, empty: Pool
) -> None:
    """Twenty sequences of records; written singly, then in batches with what was there before."""
    chance = random.Random(7)
    for attempt in range(20):
        rows = [_random(chance, attempt, n) for n in range(24)]
        singly = [done for one in rows for done in await put(pool, one)]
        expected = await _table(pool)
        await _clear(pool)
        cut = chance.randrange(24)
        batched = [*await put(pool, *rows[:cut]), *await put(pool, *rows[cut:])]
        assert [replace(d, indexed_at=WHEN) for d in batched] == [
            replace(d, indexed_at=WHEN) for d in singly
        ]
        assert await _table(pool) == expected
        await _clear(pool)


WHEN = row(A, "").accepted_at


def _random(chance: random.Random, attempt: int, minute: int) -> Row:
    url = f"https://site{chance.randrange(5)}.example/{attempt}"
    made = row(url, body(chance.choice(("ferries", "lamps")), chance.randint(4, 7)), minute=minute)
    other = f"https://site{chance.randrange(7)}.example/{attempt}"
    key = urls.article_id(other)
    if chance.random() < 0.4 and key != made.article_id:
        made = replace(made, aliases=(Alias(key, other),), link=chance.choice([key, None]))
    if chance.random() < 0.3:
        made = replace(made, headlines=(("Another story", "en"),))
    return replace(made, probe=chance.random() < 0.1)


async def _clear(pool: Pool) -> None:
    async with connection(pool) as session:
        await session.execute(
            "TRUNCATE article, article_alias, article_revision, headline, search_pending"
        )


async def test_a_syndicated_text_with_a_known_source_link_is_a_duplicate_though_it_was_cut(
    pool: Pool,
) -> None:
    await put(pool, row(A, body("bridges", 10)))
    cut = "RIVERTON (Agency) " + body("bridges", 5)
    (done,) = await put(pool, text_row(cut, link=A))
    assert (done.outcome, done.duplicate_of) == ("duplicate", article(A))


async def test_a_link_to_an_article_with_another_text_makes_no_duplicate(pool: Pool) -> None:
    await put(pool, row(A, body("bridges")))
    assert outcomes(await put(pool, text_row(body("tunnels"), link=A))) == ["indexed"]


async def test_a_page_whose_url_a_text_named_before_has_its_own_row_and_takes_its_url_back(
    pool: Pool,
) -> None:
    syndicated = text_row(body("bridges", 5), link=A)
    await put(pool, syndicated)
    assert (await show(pool, A) or {})["article_id"] == syndicated.article_id
    await put(pool, row(A, body("rivers", 10), minute=1))
    assert (await show(pool, A) or {})["article_id"] == article(A)


async def test_an_alias_of_one_article_is_not_taken_by_another(pool: Pool) -> None:
    key = urls.article_id(C)
    first = replace(row(A, body("bridges")), aliases=(Alias(key, C),))
    second = replace(row(B, body("tunnels")), aliases=(Alias(key, C), Alias(article(A), A)))
    await put(pool, first)
    await put(pool, second)
    assert (await show(pool, C) or {})["article_id"] == article(A)
    assert (await show(pool, A) or {})["article_id"] == article(A)


async def _together(pool: Pool, rounds: int) -> int:
    """Two workers write the same contents under other URLs; how many contents got two roots."""
    for n in range(rounds):
        one = [row(f"https://one.example/{n}/{k}", body(f"{n} {k}")) for k in range(20)]
        two = [row(f"https://two.example/{n}/{k}", body(f"{n} {k}")) for k in range(20)]
        await asyncio.gather(put(pool, *one), put(pool, *reversed(two)))
    async with connection(pool) as session:
        count: int = await session.fetchval(
            "SELECT count(*) FROM (SELECT content_hash FROM article WHERE duplicate_of IS NULL"
            " GROUP BY 1 HAVING count(*) > 1) AS split"
        )
        return count


async def test_of_two_workers_with_the_same_content_at_the_same_time_one_writes_the_root(
    pool: Pool,
) -> None:
    assert await _together(pool, 15) == 0


async def test_without_the_locks_two_roots_come_about(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = "SELECT cardinality($1::bigint[]), now()"
    monkeypatch.setattr(module.sql, "LOCK", unlocked)
    assert await _together(pool, 15) > 0


async def test_one_article_from_two_workers_at_once_is_one_row_and_a_conflict_to_retry(
    pool: Pool,
) -> None:
    async with transaction(pool) as first:
        await write(first, [row(A, body("bridges"))])
        second = asyncio.create_task(put(pool, row(A, body("tunnels"))))
        await asyncio.sleep(0.2)
    with pytest.raises(Unavailable, match="postgres_conflict"):
        await second
    assert outcomes(await put(pool, row(A, body("tunnels")))) == ["revised"]


async def test_a_revision_that_another_worker_replaced_meanwhile_is_a_conflict_to_retry(
    pool: Pool,
) -> None:
    await put(pool, row(A, body("bridges")))
    async with transaction(pool) as first:
        await write(first, [row(A, body("tunnels"))])
        second = asyncio.create_task(put(pool, row(A, body("rivers"))))
        await asyncio.sleep(0.2)
    with pytest.raises(Unavailable, match="postgres_conflict"):
        await second
    (done,) = await put(pool, row(A, body("rivers")))
    assert (done.outcome, done.revision) == ("revised", 3)


@pytest.mark.parametrize(
    ("text", "reason"), [("a\x00b", "sqlstate_22021"), ("a\ud800b", "sqlstate_22000")]
)
async def test_a_text_that_postgres_cannot_hold_is_permanent_and_leaves_nothing(
    pool: Pool, text: str, reason: str
) -> None:
    with pytest.raises(Permanent) as raised:
        await put(pool, row(A, body("bridges")), row(B, text))
    assert raised.value.reason == reason
    assert await show(pool, A) is None
