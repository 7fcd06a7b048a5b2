"""Days of a source know of the pages that became no article: the ledger has them."""

from __future__ import annotations

from dataclasses import replace

from tests.integration.ledger.test_service import read_all
from tests.integration.storage.sample import body, put, row

from wireroom.storage import Pool
from wireroom.wire.memory import MemoryBroker

from . import stream

OF_ONE_HOST = (0, 7, 14, 21)
HOST = "news-0.example"


async def test_dropped_pages_are_counted_with_the_source_that_their_host_has(pool: Pool) -> None:
    broker, keys = MemoryBroker(partitions=1), [stream.new() for _ in range(4)]
    await stream.hand_in(broker, dict(zip(keys, OF_ONE_HOST, strict=True)))
    ends = [
        stream.line(keys[0], 0, "clean", "dropped", 1, reason="paywall"),
        stream.line(keys[1], 7, "clean", "dropped", 1, reason="gallery"),
        stream.line(keys[2], 14, "fetch", "dropped", 1, reason="robots"),
    ]
    await stream.journal(broker, ends)
    await read_all(pool, broker)
    async with pool.acquire() as session:
        [alone] = await session.fetch("SELECT * FROM source_days('1900-01-01')")
        assert (alone["source"], alone["articles"], alone["dropped"]) == (HOST, 0, 2)

    await put(pool, replace(row(stream.url(21), body("ferries")), source="Harbour Gazette"))
    async with pool.acquire() as session:
        found = await session.fetch("SELECT * FROM source_days('1900-01-01')")
    told = {(line["source"], line["articles"], line["dropped"]) for line in found}
    # The fakes of the ledger and the row are of different days.
    assert {source for source, _, _ in told} == {"Harbour Gazette"}
    assert sum(dropped for _, _, dropped in told) == 2
    assert sum(articles for _, articles, _ in told) == 1
