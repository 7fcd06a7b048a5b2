"""robots.txt as RFC 9309 has it: who may fetch what, and how often.

One file per scheme, host and port, kept a day. Missing (4xx, or redirects without end): all is
allowed. Not to be had (5xx, 429, no answer): nothing is, for now; a copy that was good within
30 days serves meanwhile. Matching is Protego's.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlsplit

from protego import Protego

from wireroom.web.client import Page
from wireroom.web.errors import Failed, Refused, WebError

Get: TypeAlias = Callable[[str], Awaitable[Page]]

LARGEST = 500 * 1_024
"""Bytes that are read: what RFC 9309, 2.5, asks of every crawler."""
LONGEST_DELAY = 60.0
"""Seconds of Crawl-delay that are obeyed; real files ask for up to a day."""

_KEPT = 86_400.0
# A short failure first: a restart of their server must not cost the pages of ten minutes.
_AWAY_FIRST = 30.0
_AWAY_LONGEST = 7_200.0
_STALE = 30 * 86_400.0
_ORIGINS = 20_000
# Protego compares the whole word, and takes "wireroom/2.0" for somebody else.
_VERSION = re.compile(r"(?im)^([ \t]*user[- ]?agent[ \t]*:[ \t]*[\w-]+)/[^\s#]*")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to us."""

    parsed: Protego | None
    name: str

    def allows(self, url: str) -> bool:
        if self.parsed is None or urlsplit(url).path == "/robots.txt":
            return True
        return bool(self.parsed.can_fetch(url, self.name))

    def delay(self) -> float:
        """Seconds between pages; 0 where nothing is said."""
        asked = self.parsed.crawl_delay(self.name) if self.parsed else None
        return min(max(float(asked or 0.0), 0.0), LONGEST_DELAY)


def parse(body: bytes, name: str) -> Rules:
    """The rules for the robot called ``name``. Never fails: rubbish holds no rules."""
    text = body[:LARGEST].decode("utf-8", "replace").removeprefix("\ufeff")
    return Rules(Protego.parse(_VERSION.sub(r"\1", text)), name)


@dataclass(frozen=True, slots=True)
class _Entry:
    rules: Rules | None
    error: WebError | None
    good_at: float
    until: float
    away: float = 0.0
    """Seconds for which an error is remembered; 0 after a success."""


class Robots:
    """The rules of all hosts, fetched when first needed. ``name``: our product token."""

    def __init__(self, get: Get, name: str, clock: Callable[[], float]) -> None:
        self._get = get
        self._name = name
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._loading: dict[str, asyncio.Task[_Entry]] = {}

    async def rules(self, url: str) -> Rules:
        """The rules for ``url``. Failed("robots_unreachable"), or Refused by the guard."""
        origin = _origin(url)
        entry = self._entries.get(origin)
        if entry is None or entry.until <= self._clock():
            entry = await self._load(origin)
        else:
            self._entries.move_to_end(origin)
        if entry.rules is not None:
            return entry.rules
        if entry.error is not None and _speaks_for_itself(entry.error):
            raise entry.error.with_traceback(None)
        after = max(entry.until - self._clock(), 0.0)
        raise Failed("robots_unreachable", f"{origin}: {entry.error}", after=after)

    async def check(self, url: str) -> float:
        """Seconds between pages that the host asks for. Failed("robots") if it forbids this one."""
        rules = await self.rules(url)
        if not rules.allows(url):
            raise Failed("robots", url)
        return rules.delay()

    async def _load(self, origin: str) -> _Entry:
        """One request for all who ask; it lives on when the first of them gives up."""
        task = self._loading.get(origin)
        if task is None:
            task = asyncio.create_task(self._fetch(origin))
            self._loading[origin] = task
            task.add_done_callback(lambda _: self._loading.pop(origin, None))
        entry = await asyncio.shield(task)
        if entry.until > self._clock():
            self._entries[origin] = entry
            self._entries.move_to_end(origin)
        if len(self._entries) > _ORIGINS:
            self._entries.popitem(last=False)
        return entry

    async def _fetch(self, origin: str) -> _Entry:
        now = self._clock()
        try:
            page = await self._get(origin + "/robots.txt")
        except WebError as error:
            if error.reason in ("redirect_loop", "redirect_no_location", "too_many_redirects"):
                return _Entry(Rules(None, self._name), None, now, now + _KEPT)
            return self._away(origin, error)
        if page.status == 429 or page.status >= 500:
            return self._away(origin, Failed("robots_unreachable", f"status {page.status}"))
        body = page.body if 200 <= page.status < 300 else b""
        return _Entry(parse(body, self._name), None, now, now + _KEPT)

    def _away(self, origin: str, error: WebError) -> _Entry:
        now = self._clock()
        if _speaks_for_itself(error):
            return _Entry(None, error, 0.0, now)
        old = self._entries.get(origin)
        away = min(old.away * 2 if old and old.away else _AWAY_FIRST, _AWAY_LONGEST)
        if old is not None and old.rules is not None and now - old.good_at < _STALE:
            return replace(old, until=now + away, away=away)
        return _Entry(None, error, 0.0, now + away, away)

    async def close(self) -> None:
        """End what is still being fetched."""
        tasks = list(self._loading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _speaks_for_itself(error: WebError) -> bool:
    """Whether the page's own request would have ended the same way: nothing to remember."""
    return isinstance(error, Refused) or error.reason == "host_busy"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
