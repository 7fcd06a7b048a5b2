"""From two looks at /metrics to the picture of `wireroom top`."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from rich.console import Console

from wireroom.canary import CanaryMetrics
from wireroom.cli.picture import Picture, picture, quantile
from wireroom.cli.scrape import Scrape, parsed
from wireroom.cli.top import view
from wireroom.relay.metrics import RelayMetrics
from wireroom.runtime.metrics import Lag, Metrics
from wireroom.wire.transport import Partition


class Worker:
    """One process's metrics, with one stage."""

    def __init__(self, target: str, stage: str) -> None:
        self.target = target
        self.registry = CollectorRegistry()
        self.stage = Metrics(self.registry, "1").of(stage)
        self.stage.assigned.set(6)

    def page(self) -> dict[Any, float]:
        return dict(parsed(self.target, generate_latest(self.registry).decode()))


def look(at: float, *workers: Worker, silent: tuple[str, ...] = ()) -> Scrape:
    values: dict[Any, float] = {}
    for worker in workers:
        values |= worker.page()
    return Scrape(at, values, silent)


def shown(seen: Picture, width: int = 80) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(view(seen))
    return captured.get()


def test_rates_are_summed_over_the_workers_of_a_stage() -> None:
    one, two = Worker("a:1", "fetch"), Worker("b:1", "fetch")
    for worker in (one, two):
        worker.stage.taken("articles.intake", 100)
    before = look(1000, one, two)
    one.stage.taken("articles.intake", 20)
    two.stage.taken("articles.intake", 30)
    fetch = picture(before, look(1010, one, two)).stages[0]
    assert fetch.rate_in == 5
    assert (fetch.workers, fetch.partitions) == (2, 12)


def test_a_worker_that_began_anew_and_one_that_came_make_no_leap() -> None:
    worker = Worker("a:1", "fetch")
    worker.stage.taken("articles.intake", 1_000_000)
    before = look(1000, worker)
    again, came = Worker("a:1", "fetch"), Worker("b:1", "fetch")
    again.stage.taken("articles.intake", 50)
    came.stage.taken("articles.intake", 777_000)
    assert picture(before, look(1010, again, came)).stages[0].rate_in == 5


def test_probes_are_not_accepted_articles() -> None:
    worker = Worker("a:1", "fetch")
    before = look(1000, worker)
    worker.stage.taken("articles.intake", 3)
    worker.stage.outcome("passed", probe=True)
    assert picture(before, look(1001, worker)).accepted == 2


def test_freshness_is_of_the_window_and_of_all_where_nothing_came() -> None:
    worker = Worker("a:1", "index")
    for _ in range(100):
        worker.stage.e2e_seconds.observe(200)
    before = look(1000, worker)
    assert picture(before, before).freshness.p50 == pytest.approx(210, abs=90)
    for _ in range(10):
        worker.stage.e2e_seconds.observe(0.3)
    fresh = picture(before, look(1010, worker)).freshness
    assert fresh.count == 10
    assert fresh.p99 is not None
    assert fresh.p99 < 0.5


def test_what_stands_still_is_seen_with_its_reason() -> None:
    worker = Worker("a:1", "index")
    worker.stage.lag(Partition("articles.classified", 3), Lag(42, 77.0, 33.0))
    worker.stage.fuse("postgres_connection")
    seen = picture(look(1000, worker), look(1010, worker, silent=("b:1",)))
    index = seen.stages[3]
    assert (index.waiting, index.lag_seconds, index.held_up_seconds) == (42, 77, 33)
    assert index.paused == ["postgres_connection"]
    assert "index has stopped by itself: postgres_connection" in shown(seen)
    assert "no answer: b:1" in shown(seen)
    worker.stage.fuse(None)
    assert picture(look(1000, worker), look(1010, worker)).stages[3].paused == []


def test_the_canary_is_told_of_or_missed() -> None:
    worker = Worker("a:1", "fetch")
    assert picture(look(1000, worker), look(1010, worker)).canary is None
    metrics = CanaryMetrics(worker.registry)
    metrics.last_success.set(995)
    metrics.roundtrip.observe(0.2)
    metrics.missed.inc()
    canary = picture(look(1000, worker), look(1010, worker)).canary
    assert canary is not None
    assert (canary.age, canary.missed, canary.roundtrip.count) == (15, 1, 1)


def test_nobody_there_is_a_picture_too() -> None:
    empty = Scrape(1000, {}, ["a:1"])
    seen = picture(empty, empty)
    assert [stage.workers for stage in seen.stages] == [0, 0, 0, 0]
    assert shown(seen).count("down") == 4


def test_the_picture_fits_into_80_columns() -> None:
    worker = Worker("a:1", "clean")
    before = look(1000, worker)
    worker.stage.taken("articles.fetched", 123_450)
    worker.stage.lag(Partition("articles.fetched", 0), Lag(1_234_567, 7000, 0))
    lines = shown(picture(before, look(1010, worker))).splitlines()
    assert max(map(len, map(str.rstrip, lines))) <= 80
    (clean,) = (line for line in lines if line.startswith("clean"))
    assert "12,345" in clean
    assert "1,234,567" in clean
    assert clean.rstrip().endswith("ok")


@pytest.mark.parametrize(
    ("buckets", "q", "expected"),
    [
        ([], 0.5, None),
        ([(1.0, 0.0), (float("inf"), 0.0)], 0.5, None),
        ([(1.0, 10.0), (2.0, 10.0), (float("inf"), 10.0)], 0.5, 0.5),
        ([(1.0, 0.0), (2.0, 10.0), (float("inf"), 10.0)], 0.5, 1.5),
        ([(1.0, 0.0), (2.0, 0.0), (float("inf"), 10.0)], 0.5, 2.0),
    ],
)
def test_quantiles_are_prometheus_own(
    buckets: list[tuple[float, float]], q: float, expected: float | None
) -> None:
    assert quantile(buckets, q) == expected


def test_the_slowest_hosts_are_shown_as_the_workers_tell_them() -> None:
    worker = Worker("a:1", "fetch")
    seen = look(1000, worker)
    rows = [{"host": f"h{n}.example", "mean": 4.25, "waiting": 17, "last": None} for n in range(9)]
    page = shown(picture(seen, Scrape(1010, worker.page(), (), {"slowest_hosts": rows})))
    assert "slowest hosts" in page
    assert [word for word in page.split() if word.endswith(".example")] == [
        f"h{n}.example" for n in range(5)
    ]
    (first,) = [line for line in page.splitlines() if "h0.example" in line]
    assert first.split() == ["h0.example", "4.2", "17", "–"]
    assert "slowest hosts" not in shown(picture(seen, seen))


def test_what_waits_in_the_retry_tiers_is_a_line_of_its_own() -> None:
    worker = Worker("a:1", "fetch")
    relay = RelayMetrics(worker.registry)
    relay.overdue.set(0)
    before = look(1000, worker)
    assert "retry tiers" not in shown(picture(before, before))
    relay.waiting.labels("retry.1m").set(30)
    relay.waiting.labels("retry.2h").set(12)
    relay.overdue.set(75)
    page = shown(picture(before, look(1010, worker)))
    assert "retry tiers: waiting 42   back 0.0/s   overdue 75 s" in page
