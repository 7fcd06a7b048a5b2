"""Rows and texts to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from wireroom import urls
from wireroom.storage import Pool, transaction
from wireroom.storage.articles import write
from wireroom.storage.rows import Alias, Row, Written

START = datetime(2026, 3, 1, 8, tzinfo=UTC)


def body(subject: str, sentences: int = 6) -> str:
    return " ".join(
        f"Sentence {n} about {subject} says that number {n * 7} of {subject} was counted."
        for n in range(sentences)
    )


def row(url: str, text: str, *, minute: int = 0, title: str | None = "A title") -> Row:
    key = urls.article_id(url)
    return Row(
        article_id=key,
        submission_id=uuid5(key, str(minute)),
        accepted_at=START + timedelta(minutes=minute),
        url=url,
        title=title,
        text=text,
        content_hash=urls.content_hash(text),
        language="en",
    )


def text_row(text: str, *, link: str, minute: int = 0) -> Row:
    """A syndicated text without a URL, which names its source."""
    key = urls.text_article_id(text)
    target = urls.article_id(link)
    plain = row("https://unused.example/", text, minute=minute)
    return replace(
        plain,
        article_id=key,
        url=None,
        canonical_url=link,
        link=target,
        aliases=(Alias(target, urls.canonical(link)),),
    )


async def put(pool: Pool, *rows: Row) -> list[Written]:
    async with transaction(pool) as connection:
        return await write(connection, rows)


def outcomes(written: Sequence[Written]) -> list[str]:
    return [done.outcome for done in written]


def article(url: str) -> UUID:
    return urls.article_id(url)
