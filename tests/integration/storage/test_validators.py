"""What is kept of a page: with its row, of its last whole fetch, and not for what came otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from wireroom.runtime.errors import Permanent
from wireroom.storage import Pool, connection, probes, submissions, transaction, validators
from wireroom.storage.articles import write
from wireroom.storage.rows import Row, Seen

from .sample import START, article, body, row

URL = "https://a.example/story"
FIRST = Seen(
    etag='W/"1-ä"',
    last_modified="Mon, 23 Nov 2026 12:00:00 GMT",
    body_hash=b"\x00" * 32,
    fetched_at=START,
    signals=("noai", "paywall"),
)
SECOND = replace(
    FIRST, etag=None, body_hash=b"\x01" * 32, fetched_at=START + timedelta(days=1), signals=()
)


async def put(pool: Pool, *rows: Row) -> None:
    async with transaction(pool) as session:
        written = await write(session, rows)
        await validators.put(session, zip(rows, written, strict=True))


async def kept(pool: Pool, submission: UUID | None = None) -> Seen | None:
    async with connection(pool) as session:
        return await validators.seen(session, article(URL), submission)


def fetched(text: str, seen: Seen | None, minute: int = 0) -> Row:
    return replace(row(URL, text, minute=minute), seen=seen)


async def test_it_comes_back_as_it_was(pool: Pool) -> None:
    assert await kept(pool) is None
    await put(pool, fetched(body("ferries"), FIRST))
    assert await kept(pool) == FIRST


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("text", ["ferries", "bridges"])
async def test_the_last_page_counts_whether_its_text_is_new_or_not(
    pool: Pool, together: bool, text: str
) -> None:
    one, two = fetched(body("ferries"), FIRST), fetched(body(text), SECOND, 1)
    for batch in [(one, two)] if together else [(one,), (two,)]:
        await put(pool, *batch)
    assert await kept(pool) == SECOND


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("text", "left"), [("ferries", FIRST), ("bridges", None)])
async def test_a_text_handed_in_takes_it_away_unless_it_is_the_page_s(
    pool: Pool, together: bool, text: str, left: Seen | None
) -> None:
    page, handed_in = fetched(body("ferries"), FIRST), fetched(body(text), None, 1)
    for batch in [(page, handed_in)] if together else [(page,), (handed_in,)]:
        await put(pool, *batch)
    assert await kept(pool) == left


async def test_it_is_not_there_without_its_row(pool: Pool) -> None:
    bad = replace(row("https://b.example/", "nul \x00 here"), seen=FIRST)
    with pytest.raises(Permanent):
        await put(pool, fetched(body("ferries"), FIRST), bad)
    assert await kept(pool) is None


async def test_for_a_submission_that_has_its_outcome_nothing_is_known(pool: Pool) -> None:
    await put(pool, fetched(body("ferries"), FIRST))
    async with transaction(pool) as session:
        await submissions.settle(session, [(UUID(int=1), article(URL))])
        await submissions.settle(session, [(UUID(int=2), article("https://b.example/"))])
    assert await kept(pool, UUID(int=1)) is None
    assert await kept(pool, UUID(int=2)) == FIRST


async def test_a_probe_s_page_goes_with_it(pool: Pool) -> None:
    await put(pool, replace(fetched(body("ferries"), FIRST), probe=True))
    assert await probes.prune(pool, hours=0) == 1
    assert await kept(pool) is None
