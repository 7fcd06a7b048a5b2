"""Every way to fail has the end that it should have, and no other."""

from __future__ import annotations

from typing import get_args

import pytest

from wireroom.fetch import reasons
from wireroom.fetch.reasons import LATE, PAUSE, Security, of_error, of_status
from wireroom.runtime.deadletter import headers_for, notes
from wireroom.runtime.errors import Later, Permanent, StageError, Transient
from wireroom.runtime.stage import Drop
from wireroom.web.client import Page
from wireroom.web.errors import Failed, FailedReason, Refused, RefusedReason
from wireroom.wire.headers import read
from wireroom.wire.transport import Partition, Record

HOST = "paper.test"
URL = f"https://{HOST}/2026/harbour"
OLD = float("inf")


def status(code: int, *, retry_after: float = 0.0, age: float = OLD) -> StageError | None:
    return of_status(Page(URL, code, {}, b"", (), retry_after), age)


@pytest.mark.parametrize("reason", get_args(FailedReason))
def test_every_way_to_fail_has_one_end(reason: FailedReason) -> None:
    sets = (reasons.DROPPED, reasons.PERMANENT, reasons.TRANSIENT, {reasons.TURN})
    assert sum(reason in known for known in sets) == 1
    end = of_error(Failed(reason, after=3.0), URL)
    kinds = (Drop, Permanent, Transient, Later)
    assert isinstance(end, kinds[[reason in known for known in sets].index(True)])
    if isinstance(end, Transient | Later):
        assert end.after == 3.0


FAILS = (
    "dns connect tls_handshake timeout_connect timeout_read timeout_total body_broken"
    " body_truncated encoding_broken protocol"
)


@pytest.mark.parametrize("reason", FAILS.split())
def test_what_may_work_later_uses_up_a_try(reason: FailedReason) -> None:
    end = of_error(Failed(reason), URL)
    assert isinstance(end, Transient)
    assert (end.reason, end.counts, end.after, end.party) == (reason, True, 0.0, HOST)


@pytest.mark.parametrize("reason", ["robots_unreachable", "host_down"])
@pytest.mark.parametrize(("told", "waits"), [(5_000.0, 5_000.0), (0.0, PAUSE)])
def test_a_wait_for_the_host_uses_up_no_try_and_is_never_nothing(
    reason: FailedReason, told: float, waits: float
) -> None:
    end = of_error(Failed(reason, after=told), URL)
    assert isinstance(end, Transient)
    assert (end.reason, end.counts, end.after) == (reason, False, waits)


@pytest.mark.parametrize(("told", "waits"), [(5_000.0, 5_000.0), (0.0, PAUSE)])
def test_a_turn_is_no_failure_and_has_no_end(told: float, waits: float) -> None:
    end = of_error(Failed("host_busy", after=told), URL)
    assert isinstance(end, Later)
    assert (end.reason, end.after) == ("host_busy", waits)


@pytest.mark.parametrize(
    "reason",
    ["tls_verify", "encoding", "redirect_loop", "too_many_redirects", "redirect_no_location"],
)
def test_what_will_not_get_better_is_permanent(reason: FailedReason) -> None:
    end = of_error(Failed(reason), URL)
    assert isinstance(end, Permanent)
    assert not isinstance(end, Security)


@pytest.mark.parametrize("reason", ["robots", "too_large"])
def test_what_ends_on_purpose_is_dropped(reason: FailedReason) -> None:
    assert of_error(Failed(reason), URL) == Drop(reason)


@pytest.mark.parametrize("reason", get_args(RefusedReason))
def test_what_the_guard_refuses_dies_apart_from_what_a_site_refuses(reason: RefusedReason) -> None:
    end = of_error(Refused(reason), URL)
    assert isinstance(end, Security)
    record = Record(Partition("articles.intake", 0), 0, 0, None, b"", {})
    assert notes(headers_for(record, read(record), end, {}))["class"] == "Security"


@pytest.mark.parametrize("code", [301, 304, 400, 401, 403, 404, 410, 418, 451])
def test_a_refusal_of_the_site_is_permanent(code: int) -> None:
    end = status(code)
    assert isinstance(end, Permanent)
    assert not isinstance(end, Security)
    assert end.reason == f"http_{code}"


@pytest.mark.parametrize("code", [408, 500, 502, 503, 504])
def test_a_site_in_trouble_is_asked_again(code: int) -> None:
    end = status(code)
    assert isinstance(end, Transient)
    assert (end.reason, end.counts, end.party) == (f"http_{code}", True, HOST)


@pytest.mark.parametrize(
    ("code", "told", "waits"),
    [(429, 17.0, 17.0), (429, 0.0, PAUSE), (503, 7_200.0, 7_200.0)],
)
def test_a_site_that_asks_for_a_pause_gets_it_and_no_try_is_used_up(
    code: int, told: float, waits: float
) -> None:
    end = status(code, retry_after=told)
    assert isinstance(end, Transient)
    assert (end.reason, end.counts, end.after) == (f"http_{code}", False, waits)


def test_other_trouble_with_a_pause_uses_up_a_try_but_waits() -> None:
    end = status(502, retry_after=17.0)
    assert isinstance(end, Transient)
    assert (end.counts, end.after) == (True, 17.0)


@pytest.mark.parametrize(("age", "again"), [(1.0, True), (LATE - 1, True), (LATE, False)])
def test_an_article_that_was_just_announced_may_come_later(age: float, again: bool) -> None:
    end = status(404, age=age)
    assert isinstance(end, Transient if again else Permanent)
    if isinstance(end, Transient):
        assert (end.reason, end.after, end.counts) == ("http_404", LATE, True)


def test_what_is_gone_for_good_is_not_waited_for() -> None:
    assert isinstance(status(410, age=1.0), Permanent)


def test_an_invented_status_gets_no_label_of_its_own() -> None:
    end = status(999)
    assert isinstance(end, Permanent)
    assert end.reason == "http_other"


@pytest.mark.parametrize("code", [200, 201, 204, 206])
def test_a_page_goes_on(code: int) -> None:
    assert status(code) is None
