"""robots.txt of all hosts: who may fetch what, and how often.

One file per scheme, host and port, kept for a day, or for its ``max-age`` if that is between an
hour and a day. Missing (4xx, or redirects without end): all is allowed. Not to be had (5xx, 429,
no answer): nothing is, for now; the last file that was read serves meanwhile, up to 30 days. A
missing file is no such copy: what allows everything must not outlive its answer. After
RFC 9309, 2.3 to 2.5; ten minutes to two hours between tries are ours.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from wireroom.web.client import Page
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.robots_text import LARGEST, Rules, parse
from wireroom.web.sniff import sniff

Get: TypeAlias = Callable[[str], Awaitable[Page]]
Result: TypeAlias = Literal[
    "ok",  # a file, read
    "too_large",  # a file, of which the first 500 KiB were read
    "html",  # a page instead of a file: no rules
    "none",  # no file: no rules
    "forbidden",  # 401 or 403, where that is set to forbid
    "stale",  # no answer, an old copy serves
    "unreachable",  # no answer
    "refused",  # by the address check
    "busy",  # not asked: the host's turn is too far away, or the host is down
]

_KEPT = 86_400.0
_KEPT_LEAST = 3_600.0
_AWAY_FIRST = 600.0
_AWAY_LONGEST = 7_200.0
_STALE = 30 * 86_400.0
ORIGINS = 20_000
"""Files kept, of 1 to 3 KB each as they usually are."""
LARGEST_SUM = 8_000_000
"""Characters of rules kept; Protego takes about 9 bytes for each, hence 70 MB."""
_NOT_ASKED = frozenset(("host_busy", "host_down"))
_ENDLESS = frozenset(("redirect_loop", "redirect_no_location", "too_many_redirects"))
_MAX_AGE = re.compile(r'(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is known of one origin. ``rules`` None: its file can't be had. Times as the clock's."""

    rules: Rules | None
    until: float
    read_at: float | None = None
    """When ``rules`` were read from a file; None where there was none."""
    away: float = 0.0
    """Seconds for which the last error is remembered; 0 after an answer."""
    error: str = ""

    def rules_at(self, now: float) -> Rules | None:
        """None: nothing is allowed. A copy serves for so long, however recent its last error."""
        if self.away and (self.read_at is None or now >= self.read_at + _STALE):
            return None
        return self.rules


class Robots:
    """The rules of all hosts, fetched when first needed.

    ``get``: a GET behind the address check that waits for the host's turn. ``name``: our product
    token in lower case. ``clock``: seconds, rising. ``on_403``: what 401 and 403 mean. ``report``:
    told how each load ended.
    """

    def __init__(
        self,
        get: Get,
        name: str,
        clock: Callable[[], float],
        on_403: Literal["allow", "disallow"] = "allow",
        report: Callable[[Result], None] = lambda result: None,
    ) -> None:
        self._get = get
        self._name = name
        self._clock = clock
        self._on_403 = on_403
        self._report = report
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size = 0
        self._loading: dict[str, asyncio.Task[_Entry | WebError]] = {}

    async def rules(self, url: str) -> Rules:
        """The rules for ``url``, as ``address.parse`` writes it.

        Failed("robots_unreachable"); Refused, host_busy and host_down as ``get`` raised them.
        """
        origin = _origin(url)
        entry = self._entries.get(origin)
        if entry is None or entry.until <= self._clock():
            entry = await self._loaded(origin)
        else:
            self._entries.move_to_end(origin)
        now = self._clock()
        rules = entry.rules_at(now)
        if rules is not None:
            return rules
        after = max(entry.until - now, 0.0)
        raise Failed("robots_unreachable", f"{origin}: {entry.error}", after=after)

    async def check(self, url: str) -> float:
        """Seconds between pages that the host asks for, however many: the scheduler decides.

        Failed("robots") if it forbids this page.
        """
        rules = await self.rules(url)
        if not rules.allows(url):
            raise Failed("robots", url)
        return rules.delay()

    async def close(self) -> None:
        """End what is still being fetched."""
        tasks = list(self._loading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _loaded(self, origin: str) -> _Entry:
        """One request for all who ask; it lives on when any of them gives up."""
        task = self._loading.get(origin)
        if task is None:
            task = asyncio.create_task(self._load(origin))
            self._loading[origin] = task
            task.add_done_callback(lambda _: self._loading.pop(origin, None))
        entry = await asyncio.shield(task)
        if isinstance(entry, WebError):
            raise entry.with_traceback(None)
        return entry

    async def _load(self, origin: str) -> _Entry | WebError:
        """What is kept now, or an error that the page's own request would have met as well."""
        try:
            page = await self._get(origin + "/robots.txt")
        except WebError as error:
            if isinstance(error, Refused) or error.reason in _NOT_ASKED:
                self._report("refused" if isinstance(error, Refused) else "busy")
                return error
            if error.reason not in _ENDLESS:
                return self._keep(origin, self._away(origin, str(error)))
            return self._keep(origin, self._answered("none", Rules(None), _KEPT))
        result, rules = _read(page, self._name, self._on_403)
        if rules is None:
            away = self._away(origin, f"status {page.status}", page.retry_after)
            return self._keep(origin, away)
        return self._keep(origin, self._answered(result, rules, _lifetime(page)))

    def _answered(self, result: Result, rules: Rules, lifetime: float) -> _Entry:
        now = self._clock()
        self._report(result)
        return _Entry(rules, now + lifetime, now if result in ("ok", "too_large") else None)

    def _away(self, origin: str, error: str, after: float = 0.0) -> _Entry:
        """``after``: seconds that the host asks us to wait."""
        now = self._clock()
        old = self._entries.get(origin)
        away = min(old.away * 2, _AWAY_LONGEST) if old and old.away else _AWAY_FIRST
        entry = replace(
            old or _Entry(None, now), until=now + max(away, after), away=away, error=error
        )
        if entry.rules_at(now) is None:
            entry = replace(entry, rules=None)
        self._report("stale" if entry.rules else "unreachable")
        return entry

    def _keep(self, origin: str, entry: _Entry) -> _Entry:
        """Room is made by forgetting whoever was not asked about for longest."""
        self._forget(origin)
        self._entries[origin] = entry
        self._size += entry.rules.size if entry.rules else 0
        while len(self._entries) > 1 and self._is_full():
            self._forget(next(iter(self._entries)))
        return entry

    def _is_full(self) -> bool:
        return len(self._entries) > ORIGINS or self._size > LARGEST_SUM

    def _forget(self, origin: str) -> None:
        entry = self._entries.pop(origin, None)
        self._size -= entry.rules.size if entry and entry.rules else 0


def _read(page: Page, name: str, on_403: str) -> tuple[Result, Rules | None]:
    """What an answer says; no rules: nothing is allowed for now."""
    if page.status == 429 or page.status >= 500:
        return "unreachable", None
    if page.status in (401, 403) and on_403 == "disallow":
        return "forbidden", parse(b"User-agent: *\nDisallow: /", name)
    if page.status >= 300:
        return "none", Rules(None)
    if sniff(page.body) == "html":
        return "html", Rules(None)
    return "too_large" if len(page.body) > LARGEST else "ok", parse(page.body, name)


def _lifetime(page: Page) -> float:
    """Seconds for which an answer holds."""
    said = _MAX_AGE.search(page.headers.get("cache-control", ""))
    return min(max(float(said[1]), _KEPT_LEAST), _KEPT) if said else _KEPT


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
