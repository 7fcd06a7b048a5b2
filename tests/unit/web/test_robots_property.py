"""Whatever a host answers, and whenever: silence never counts as a permission."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wireroom.web.client import Page
from wireroom.web.errors import Failed, WebError
from wireroom.web.robots import Get, Robots

ROOT = "https://news.test"
MONTH = 30 * 86_400.0

Kind = Literal["file", "missing", "silence"]
ANSWERS: list[tuple[Kind, Page | WebError]] = [
    ("file", Page(ROOT, 200, {}, b"User-agent: *\nDisallow: /no")),
    ("file", Page(ROOT, 200, {"cache-control": "max-age=1"}, b"User-agent: *\nDisallow: /no")),
    ("missing", Page(ROOT, 404, {}, b"")),
    ("missing", Page(ROOT, 200, {}, b"<html><body>Welcome</body></html>")),
    ("silence", Page(ROOT, 500, {}, b"")),
    ("silence", Page(ROOT, 503, {}, b"", (), 9_000.0)),
    ("silence", Page(ROOT, 429, {}, b"")),
    ("silence", Failed("timeout_read")),
    ("silence", Failed("tls_verify")),
    ("silence", Failed("dns")),
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ANSWERS),
        st.sampled_from(
            [1.0, 599.0, 600.0, 3_600.0, 7_200.0, 86_400.0, MONTH / 3, MONTH - 100, MONTH]
        ),
    ),
    max_size=12,
)


@dataclass
class Host:
    """Answers as it is told, and remembers what it said when."""

    now: float = 0.0
    answer: tuple[Kind, Page | WebError] = ANSWERS[0]
    said: list[tuple[float, Kind]] = field(default_factory=list)

    async def get(self, url: str) -> Page:
        kind, answer = self.answer
        self.said.append((self.now, kind))
        if isinstance(answer, WebError):
            raise answer
        return answer

    def last_file(self) -> float | None:
        """When it last said something that was not silence, if that was a file."""
        spoken = [(when, kind) for when, kind in self.said if kind != "silence"]
        return spoken[-1][0] if spoken and spoken[-1][1] == "file" else None


async def _may(robots: Robots, path: str) -> bool:
    try:
        await robots.check(ROOT + path)
    except Failed:
        return False
    return True


async def _hold(
    steps: list[tuple[tuple[Kind, Page | WebError], float]], get: Callable[[Host], Get]
) -> None:
    host = Host()
    robots = Robots(get(host), "wireroom", lambda: host.now)
    for answer, passed in steps:
        host.answer = answer
        host.now += passed
        yes, no = await _may(robots, "/yes"), await _may(robots, "/no")
        kind = host.said[-1][1]
        file = host.last_file()
        if kind == "silence":
            assert yes is (file is not None and host.now < file + MONTH)
            assert not no
        else:
            assert yes
            assert no is (kind == "missing")
    times = [when for when, _ in host.said]
    assert all(later - earlier >= 600 for earlier, later in pairwise(times))


@given(STEPS)
def test_silence_is_no_permission_and_nobody_is_asked_twice_in_ten_minutes(
    steps: list[tuple[tuple[Kind, Page | WebError], float]],
) -> None:
    asyncio.run(_hold(steps, lambda host: host.get))


def test_control_where_a_broken_server_counts_as_a_missing_file_the_property_fails() -> None:
    def lenient(host: Host) -> Get:
        async def get(url: str) -> Page:
            page = await host.get(url)
            return replace(page, status=404) if page.status >= 500 else page

        return get

    @settings(database=None, report_multiple_bugs=False)
    @given(STEPS)
    def holds(steps: list[tuple[tuple[Kind, Page | WebError], float]]) -> None:
        asyncio.run(_hold(steps, lenient))

    with pytest.raises(AssertionError):
        holds()


def test_control_where_an_unreachable_host_counts_as_a_missing_file_the_property_fails() -> None:
    def lenient(host: Host) -> Get:
        async def get(url: str) -> Page:
            try:
                return await host.get(url)
            except Failed:
                return Page(url, 404, {}, b"")

        return get

    @settings(database=None, report_multiple_bugs=False)
    @given(STEPS)
    def holds(steps: list[tuple[tuple[Kind, Page | WebError], float]]) -> None:
        asyncio.run(_hold(steps, lenient))

    with pytest.raises(AssertionError):
        holds()
