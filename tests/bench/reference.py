"""Two programs that do the same by hand, in one process, to compare the pipeline with.

usual: what a competent user would write first. Consumer with automatic commits, trafilatura
       with metadata, py3langid, one INSERT and commit for each article.
lean:  by hand and fast. trafilatura fast without metadata, rows and offsets by the hundred.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import py3langid
import trafilatura
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from wireroom.runtime.logs import quiet

TOPIC, LARGEST = "bench.pages", 6 * 2**20
TABLE = (
    "CREATE TABLE {name} (url text, title text, text text, author text, day text, language text)"
)
INSERT = "INSERT INTO {name} VALUES ($1, $2, $3, $4, $5, $6)"


async def fill(kafka: str, pages: Sequence[tuple[str, bytes]]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, compression_type="zstd", max_request_size=LARGEST
    )
    async with producer:
        for url, page in pages:
            await producer.send_and_wait(TOPIC, page, key=url.encode())


def usual(url: str, page: bytes) -> tuple[str | None, ...]:
    found = json.loads(
        trafilatura.extract(page, url=url, with_metadata=True, output_format="json") or "{}"
    )
    text = found.get("text") or ""
    return url, found.get("title"), text, found.get("author"), found.get("date"), _language(text)


def lean(url: str, page: bytes) -> tuple[str | None, ...]:
    text = trafilatura.extract(page, url=url, fast=True, include_comments=False) or ""
    return url, None, text, None, None, _language(text)


async def run(name: str, kafka: str, postgres: str, count: int, warm_up: int) -> dict[str, float]:
    work, size = {"usual": (usual, 1), "lean": (lean, 100)}[name]
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=kafka,
        group_id=f"bench-{name}",
        auto_offset_reset="earliest",
        enable_auto_commit=size == 1,
    )
    session = await asyncpg.connect(postgres)
    await session.execute(TABLE.format(name=name))
    seen, cpu, began = 0, 0.0, 0.0
    async with consumer:
        while seen < count:
            batches = await consumer.getmany(timeout_ms=200, max_records=size)
            records = [record for batch in batches.values() for record in batch]
            rows = [work(record.key.decode(), record.value) for record in records]
            await _write(session, name, rows)
            if size > 1:
                await consumer.commit()
            seen += len(rows)
            if began == 0.0 and seen >= warm_up:
                cpu, began, first = time.process_time(), time.monotonic(), seen
        spent, took = time.process_time() - cpu, time.monotonic() - began
    await session.close()
    return {"ms": spent / (seen - first) * 1e3, "rate": (seen - first) / took}


async def _write(session: asyncpg.Connection, name: str, rows: list[Any]) -> None:
    if len(rows) == 1:
        await session.execute(INSERT.format(name=name), *rows[0])
    elif rows:
        await session.executemany(INSERT.format(name=name), rows)


def _language(text: str) -> str:
    return str(py3langid.classify(text)[0])


if __name__ == "__main__":
    quiet()
    name, kafka, postgres, count, warm_up = sys.argv[1:]
    answer = asyncio.run(run(name, kafka, postgres, int(count), int(warm_up)))
    sys.stdout.write(json.dumps(answer) + "\n")
