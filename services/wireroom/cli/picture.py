"""From two looks at the workers' metrics to what somebody wants to see. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wireroom.cli.scrape import Sample, Scrape

STAGES = ("fetch", "clean", "classify", "index")


@dataclass(frozen=True, slots=True)
class Times:
    """``count`` of them, and seconds below which half and 99 of 100 are."""

    count: int
    p50: float | None
    p99: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """Rates per second over the window; ``lag_seconds``: of the oldest record in hand;
    ``dropped`` and ``dead``: since the workers' start; ``paused``: reasons.
    """

    stage: str
    workers: int
    partitions: int
    rate_in: float
    rate_out: float
    waiting: int
    lag_seconds: float
    held_up_seconds: float
    in_flight: int
    in_flight_limit: int
    retries: float
    dropped: int
    dead: int
    process: Times
    paused: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryView:
    """``age``: seconds since a probe came through."""

    age: float
    missed: int
    roundtrip: Times


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersView:
    """What waits in the retry tiers: records, those that went back per second, the latest one."""

    waiting: int
    back: float
    overdue_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``seconds``: the window. Freshness is of the window's articles, else since the start.

    ``tiers``: None without a relay. ``slowest_hosts``: rows as the fetch workers rank them.
    """

    at: float
    seconds: float
    accepted: float
    indexed: float
    freshness: Times
    dead: int
    in_flight: int
    canary: CanaryView | None
    stages: Sequence[StageView]
    tiers: TiersView | None
    slowest_hosts: Sequence[Mapping[str, object]]
    search_pending: int | None
    database_size: float | None
    silent: Sequence[str]


def picture(old: Scrape, new: Scrape) -> Picture:
    look = _Look(old, new)
    stages = [look.stage(name) for name in STAGES]
    probes = look.rate("wireroom_probes_total", stage="fetch")
    return Picture(
        at=new.at,
        seconds=look.seconds,
        accepted=max(0.0, stages[0].rate_in - probes),
        indexed=look.rate("wireroom_outcomes_total", stage="index")
        - look.rate("wireroom_outcomes_total", stage="index", outcome="dead"),
        freshness=look.times("wireroom_e2e_seconds"),
        dead=sum(stage.dead for stage in stages),
        in_flight=sum(stage.in_flight for stage in stages),
        canary=look.canary(),
        stages=stages,
        tiers=look.tiers(),
        slowest_hosts=new.rankings.get("slowest_hosts", ()),
        search_pending=_whole(look.largest("wireroom_search_pending")),
        database_size=look.largest("wireroom_postgres_size_bytes"),
        silent=list(new.silent),
    )


class _Look:
    def __init__(self, old: Scrape, new: Scrape) -> None:
        self.old = old
        self.new = new
        self.seconds = new.at - old.at

    def stage(self, name: str) -> StageView:
        def total(metric: str, **labels: str) -> int:
            return int(self.total(f"wireroom_{metric}", stage=name, **labels))

        workers = self._found("wireroom_assigned_partitions", {"stage": name})
        paused = self._found("wireroom_pipeline_paused", {"stage": name})
        return StageView(
            stage=name,
            workers=len({sample.target for sample, _ in workers}),
            partitions=total("assigned_partitions"),
            rate_in=self.rate("wireroom_records_in_total", stage=name),
            rate_out=self.rate("wireroom_process_seconds_count", stage=name),
            waiting=total("lag_records"),
            lag_seconds=self.largest("wireroom_lag_seconds", stage=name) or 0.0,
            held_up_seconds=self.largest("wireroom_watermark_age_seconds", stage=name) or 0.0,
            in_flight=total("in_flight"),
            in_flight_limit=total("in_flight_limit"),
            retries=self.rate("wireroom_retries_total", stage=name),
            dropped=total("outcomes_total", outcome="dropped"),
            dead=total("outcomes_total", outcome="dead"),
            process=self.times("wireroom_process_seconds", stage=name),
            paused=sorted({dict(sample.labels)["reason"] for sample, on in paused if on}),
        )

    def canary(self) -> CanaryView | None:
        last = self.largest("wireroom_canary_last_success_timestamp_seconds")
        if last is None:
            return None
        return CanaryView(
            age=max(0.0, self.new.at - last),
            missed=int(self.total("wireroom_canary_missed_total")),
            roundtrip=self.times("wireroom_canary_roundtrip_seconds"),
        )

    def tiers(self) -> TiersView | None:
        overdue = self.largest("wireroom_relay_overdue_seconds")
        if overdue is None:
            return None
        return TiersView(
            waiting=int(self.total("wireroom_parked_records")),
            back=self.rate("wireroom_relayed_total"),
            overdue_seconds=overdue,
        )

    def total(self, metric: str, **labels: str) -> float:
        return sum(value for _, value in self._found(metric, labels))

    def largest(self, metric: str, **labels: str) -> float | None:
        return max((value for _, value in self._found(metric, labels)), default=None)

    def rate(self, metric: str, **labels: str) -> float:
        if self.seconds <= 0:
            return 0.0
        grown = sum(self._growth(sample, value) for sample, value in self._found(metric, labels))
        return grown / self.seconds

    def times(self, metric: str, **labels: str) -> Times:
        """Of the window; where nothing came in it, since the workers' start."""
        buckets = list(self._found(f"{metric}_bucket", labels))
        grown = _by_bound((sample, self._growth(sample, value)) for sample, value in buckets)
        counts = grown if grown and grown[-1][1] > 0 else _by_bound(iter(buckets))
        count = int(counts[-1][1]) if counts else 0
        return Times(count, quantile(counts, 0.5), quantile(counts, 0.99))

    def _growth(self, sample: Sample, value: float) -> float:
        """A counter that went down began anew. One that was not there before may be older than
        the window, unless its worker was there.
        """
        before = self.old.values.get(sample)
        if before is None:
            known = any(other.target == sample.target for other in self.old.values)
            return value if known else 0.0
        return value - before if value >= before else value

    def _found(self, metric: str, labels: dict[str, str]) -> Iterator[tuple[Sample, float]]:
        wanted = set(labels.items())
        for sample, value in self.new.values.items():
            if sample.name == metric and wanted <= set(sample.labels):
                yield sample, value


def quantile(buckets: Sequence[tuple[float, float]], q: float) -> float | None:
    """As Prometheus' ``histogram_quantile``: bounds with cumulative counts, in order."""
    if not buckets or buckets[-1][1] <= 0:
        return None
    wanted, below, counted = q * buckets[-1][1], 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted and count > counted:
            if bound == float("inf"):
                return below
            return below + (bound - below) * (wanted - counted) / (count - counted)
        below, counted = bound, count
    return below


def _by_bound(buckets: Iterator[tuple[Sample, float]]) -> list[tuple[float, float]]:
    sums: dict[float, float] = {}
    for sample, value in buckets:
        bound = float(dict(sample.labels)["le"])
        sums[bound] = sums.get(bound, 0.0) + value
    return sorted(sums.items())


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
