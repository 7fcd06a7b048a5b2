"""robots.txt of all hosts: what is kept, for how long, and what the absence of a file means."""

from __future__ import annotations

import asyncio

import pytest

from wireroom.web import robots as module
from wireroom.web.client import Page
from wireroom.web.errors import Failed, Refused, WebError
from wireroom.web.robots import Result, Robots
from wireroom.web.robots_text import LARGEST

ORIGIN = "https://news.test"
FILE = "User-agent: *\nDisallow: /no\nCrawl-delay: 2"
HOUR, DAY = 3_600.0, 86_400.0


class Web:
    """A fake web: one answer for every request, which may be changed. The clock is fake too."""

    def __init__(self, answer: Page | WebError) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.results: list[Result] = []
        self.now = 1_000.0

    async def get(self, url: str) -> Page:
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, WebError):
            raise self.answer
        return self.answer

    def robots(self) -> Robots:
        return Robots(self.get, "wireroom", lambda: self.now, report=self.results.append)


def page(status: int = 200, body: str = FILE, after: float = 0.0, **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(ORIGIN + "/robots.txt", status, named, body.encode(), (), after)


async def failure(robots: Robots, path: str = "/yes") -> WebError:
    with pytest.raises(WebError) as caught:
        await robots.check(ORIGIN + path)
    return caught.value


async def test_one_file_serves_all_pages_of_a_host_for_a_day() -> None:
    web = Web(page())
    robots = web.robots()
    delays = await asyncio.gather(*(robots.check(f"{ORIGIN}/{n}") for n in range(5)))
    assert delays == [2.0] * 5
    assert (await failure(robots, "/no")).reason == "robots"
    web.now += DAY - 1
    await robots.check(f"{ORIGIN}/yes")
    assert web.asked == [f"{ORIGIN}/robots.txt"]
    web.now += 1
    await robots.check(f"{ORIGIN}/yes")
    assert len(web.asked) == 2
    assert web.results == ["ok", "ok"]


async def test_each_scheme_host_and_port_has_its_own_file() -> None:
    web = Web(page())
    robots = web.robots()
    for root in (ORIGIN, "http://news.test", "https://news.test:8443", "https://www.news.test"):
        await robots.check(f"{root}/yes")
        await robots.check(f"{root}/yes/too?x=1")
    assert len(set(web.asked)) == len(web.asked) == 4


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("max-age=7200", 2 * HOUR),
        ("public, MAX-AGE = 7200", 2 * HOUR),
        ('max-age="7200"', 2 * HOUR),
        ("max-age=0", HOUR),
        ("max-age=60", HOUR),
        ("max-age=999999999", DAY),
        ("s-maxage=7200", DAY),
        ("max-age=soon", DAY),
        ("no-cache", DAY),
        ("", DAY),
    ],
)
@pytest.mark.parametrize("status", [200, 404])
async def test_a_max_age_counts_between_an_hour_and_a_day(
    said: str, kept: float, status: int
) -> None:
    web = Web(page(status, cache_control=said))
    robots = web.robots()
    await robots.check(f"{ORIGIN}/yes")
    web.now += kept - 1
    await robots.check(f"{ORIGIN}/yes")
    assert len(web.asked) == 1
    web.now += 1
    await robots.check(f"{ORIGIN}/yes")
    assert len(web.asked) == 2


@pytest.mark.parametrize("status", [300, 400, 401, 403, 404, 410, 418, 451])
async def test_a_missing_file_allows_everything(status: int) -> None:
    web = Web(page(status, "User-agent: *\nDisallow: /"))
    assert await web.robots().check(f"{ORIGIN}/no") == 0.0
    assert web.results == ["none"]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_file_may_be_set_to_forbid_everything(status: int) -> None:
    web = Web(page(status))
    robots = Robots(web.get, "wireroom", lambda: web.now, "disallow", web.results.append)
    assert (await failure(robots)).reason == "robots"
    assert (await failure(robots)).reason == "robots"
    assert web.results == ["forbidden"]
    web.answer = page(404)
    assert await robots.check("https://other.test/yes") == 0.0


@pytest.mark.parametrize("reason", ["too_many_redirects", "redirect_loop", "redirect_no_location"])
async def test_redirects_without_end_count_as_missing(reason: str) -> None:
    web = Web(WebError(reason))
    assert await web.robots().check(f"{ORIGIN}/no") == 0.0
    assert web.results == ["none"]


async def test_a_page_instead_of_a_file_holds_no_rules() -> None:
    web = Web(page(body=f"<!DOCTYPE html>\n<pre>\n{FILE}\n</pre>"))
    assert await web.robots().check(f"{ORIGIN}/no") == 0.0
    assert web.results == ["html"]


async def test_a_comment_as_on_pages_does_not_make_a_file_a_page() -> None:
    web = Web(page(body=f"<!-- for robots -->\n{FILE}"))
    assert (await failure(web.robots(), "/no")).reason == "robots"


async def test_a_large_file_is_cut_not_refused() -> None:
    web = Web(page(body=FILE + "\n" + "#" * LARGEST))
    robots = web.robots()
    assert await robots.check(f"{ORIGIN}/yes") == 2.0
    assert (await failure(robots, "/no")).reason == "robots"
    assert web.results == ["too_large"]


@pytest.mark.parametrize(
    "answer",
    [
        page(429),
        page(500),
        page(503),
        page(999),
        Failed("dns"),
        Failed("timeout_connect"),
        Failed("timeout_read"),
        Failed("timeout_total"),
        Failed("connect"),
        Failed("tls_handshake"),
        Failed("tls_verify"),
        Failed("body_truncated"),
        Failed("encoding_broken"),
        Failed("protocol"),
        Failed("too_large"),
    ],
)
async def test_a_file_that_cannot_be_had_allows_nothing_for_now(answer: Page | WebError) -> None:
    web = Web(answer)
    robots = web.robots()
    for passed in (0.0, 200.0):
        web.now += passed
        error = await failure(robots)
        assert isinstance(error, Failed)
        assert (error.reason, error.after) == ("robots_unreachable", 600.0 - passed)
    assert web.results == ["unreachable"]
    web.now += 400
    web.answer = page()
    await robots.check(f"{ORIGIN}/yes")


async def test_the_longer_a_host_is_away_the_less_it_is_asked() -> None:
    web = Web(page(503))
    robots = web.robots()
    waits = []
    for _ in range(6):
        error = await failure(robots)
        assert isinstance(error, Failed)
        waits.append(error.after)
        web.now += error.after
    assert waits == [600.0, 1_200.0, 2_400.0, 4_800.0, 7_200.0, 7_200.0]
    web.answer = page()
    await robots.check(f"{ORIGIN}/yes")
    web.answer = page(503)
    web.now += 31 * DAY
    error = await failure(robots)
    assert isinstance(error, Failed)
    assert error.after == 600.0, "an answer ends the count"


async def test_a_host_that_names_a_longer_wait_gets_it() -> None:
    web = Web(page(429, after=5_000.0))
    error = await failure(web.robots())
    assert isinstance(error, Failed)
    assert error.after == 5_000.0


async def test_the_last_file_serves_for_30_days_while_the_host_is_away() -> None:
    web = Web(page())
    robots = web.robots()
    read_at = web.now
    await robots.check(f"{ORIGIN}/yes")
    web.answer = page(503)
    while web.now + 600 < read_at + 30 * DAY:
        web.now += 600
        assert await robots.check(f"{ORIGIN}/yes") == 2.0
        assert (await failure(robots, "/no")).reason == "robots"
    # A day of rest, then 600, 1,200, 2,400, 4,800 and 7,200 seconds, whole minutes of ten.
    assert 29 * 12 < len(web.asked) < 29 * 12 + 10
    web.now = read_at + 30 * DAY
    assert (await failure(robots)).reason == "robots_unreachable"
    web.now += 2 * HOUR
    assert (await failure(robots)).reason == "robots_unreachable"
    assert web.results[-2:] == ["stale", "unreachable"]
    web.answer = page()
    web.now += 2 * HOUR
    await robots.check(f"{ORIGIN}/yes")


async def test_a_missing_file_is_no_copy_that_may_serve_later() -> None:
    web = Web(page(404))
    robots = web.robots()
    await robots.check(f"{ORIGIN}/no")
    web.answer = page(503)
    web.now += DAY
    assert (await failure(robots)).reason == "robots_unreachable"


async def test_a_refusal_by_the_guard_is_said_as_it_is() -> None:
    web = Web(Refused("address_refused"))
    robots = web.robots()
    for _ in range(2):
        error = await failure(robots)
        assert (type(error), error.reason) == (Refused, "address_refused")
    assert web.results == ["refused", "refused"]


@pytest.mark.parametrize("reason", ["host_busy", "host_down"])
async def test_a_host_that_was_not_asked_is_said_as_it_is_and_not_remembered(reason: str) -> None:
    busy = Failed("host_busy", after=40.0)
    busy.reason = reason
    web = Web(busy)
    robots = web.robots()
    error = await failure(robots)
    assert isinstance(error, Failed)
    assert (error.reason, error.after) == (reason, 40.0)
    web.answer = page()
    await robots.check(f"{ORIGIN}/yes")
    assert web.results == ["busy", "ok"]


async def test_a_busy_host_does_not_cost_the_copy() -> None:
    web = Web(page())
    robots = web.robots()
    await robots.check(f"{ORIGIN}/yes")
    web.now += DAY
    for answer in (Failed("host_busy"), Refused("address_refused")):
        web.answer = answer
        await failure(robots)
    web.answer = page(503)
    assert await robots.check(f"{ORIGIN}/yes") == 2.0
    assert web.results[-1] == "stale"


@pytest.mark.parametrize("who", [0, 1, 2])
async def test_the_request_lives_on_when_one_of_its_askers_gives_up(who: int) -> None:
    web = Web(page())
    robots = web.robots()
    askers = [asyncio.create_task(robots.check(f"{ORIGIN}/{n}")) for n in range(3)]
    await asyncio.sleep(0)
    askers[who].cancel()
    ends = await asyncio.gather(*askers, return_exceptions=True)
    assert isinstance(ends.pop(who), asyncio.CancelledError)
    assert ends == [2.0, 2.0]
    assert len(web.asked) == 1


async def test_what_was_asked_for_is_kept_when_all_its_askers_give_up() -> None:
    web = Web(page())
    robots = web.robots()
    asker = asyncio.create_task(robots.check(f"{ORIGIN}/yes"))
    await asyncio.sleep(0)
    asker.cancel()
    await asyncio.gather(asker, return_exceptions=True)
    for _ in range(3):
        await asyncio.sleep(0)
    await robots.check(f"{ORIGIN}/yes")
    assert len(web.asked) == 1


async def test_close_ends_what_is_under_way() -> None:
    started = asyncio.Event()

    async def never(url: str) -> Page:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    robots = Robots(never, "wireroom", lambda: 0.0)
    asker = asyncio.create_task(robots.check(f"{ORIGIN}/yes"))
    await started.wait()
    await robots.close()
    with pytest.raises(asyncio.CancelledError):
        await asker


async def test_the_origin_that_was_not_asked_about_for_longest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "ORIGINS", 3)
    web = Web(page())
    robots = web.robots()
    for name in ("a", "b", "c", "a", "d", "a", "c", "d"):
        await robots.check(f"https://{name}.test/yes")
    assert len(web.asked) == 4
    await robots.check("https://b.test/yes")
    assert len(web.asked) == 5


async def test_large_files_are_forgotten_before_they_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LARGEST_SUM", 100)
    web = Web(page())  # 42 characters for us
    robots = web.robots()
    for name in ("a", "b", "c", "b", "c"):
        await robots.check(f"https://{name}.test/yes")
    assert len(web.asked) == 3
    web.answer = page(body="User-agent: *\nDisallow: /" + "x" * 200)
    await robots.check("https://d.test/yes")
    await robots.check("https://d.test/yes")
    assert len(web.asked) == 4, "one file is kept, however large"
    web.answer = page()
    await robots.check("https://b.test/yes")
    assert len(web.asked) == 5
