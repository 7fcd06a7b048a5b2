"""What is known of a page from the last time, and whether an answer is still that page. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from wireroom.events import PageValidators
from wireroom.storage.rows import Seen
from wireroom.web.client import Page, Validators
from wireroom.web.headers import sendable

Known: TypeAlias = Callable[[UUID], Awaitable[Seen | None]]
"""What is kept of an article's page; None where nothing is, or where nobody can tell now."""

WHOLE_EVERY = timedelta(days=7)
"""Validators lie, and so may we: as often as this a page comes whole and is read anew."""

_LONGEST = 1_000  # characters of a validator that is kept; none is cut, it would be another one


async def nothing_known(article_id: UUID) -> Seen | None:
    """Every page is new."""
    return None


def fresh(seen: Seen | None, now: datetime) -> Seen | None:
    """What may be relied on."""
    return seen if seen is not None and now - seen.fetched_at < WHOLE_EVERY else None


def to_send(seen: Seen | None) -> Validators | None:
    if seen is None or not (seen.etag or seen.last_modified):
        return None
    return Validators(seen.etag, seen.last_modified)


def to_keep(page: Page, body_hash: bytes, now: datetime) -> PageValidators:
    """For the event: of the headers what can be sent back byte for byte."""
    given = page.validators
    return PageValidators(
        etag=_kept(given.etag),
        last_modified=_kept(given.last_modified),
        body_hash=body_hash,
        fetched_at=now,
    )


def _kept(header: str | None) -> str | None:
    return header if header and len(header) <= _LONGEST and sendable(header) else None
