"""Prometheus as an observer. No label holds a URL, a host or an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from wireroom.web.observer import Phase
from wireroom.web.outlook import SHOWN, State

PHASES: tuple[Phase, ...] = ("queue", "dns", "connect", "first_byte", "body")
# From a kept-alive answer on the same continent to the total limit of a GET.
SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 45)


class WebMetrics:
    """An ``Observer``. One for each registry: the names can be registered once."""

    def __init__(self, registry: CollectorRegistry) -> None:
        seconds = Histogram(
            "wireroom_fetch_seconds",
            "Seconds of one request by phase: queue (the host's turn), dns (not from the cache), "
            "connect (new connections, with TLS), first_byte, body.",
            ("phase",),
            registry=registry,
            buckets=SECONDS,
        )
        size = Counter(
            "wireroom_fetch_bytes_total",
            "Bytes of bodies: wire (as they came), decoded.",
            ("kind",),
            registry=registry,
        )
        self._seconds = {phase: seconds.labels(phase) for phase in PHASES}
        self._wire, self._decoded = size.labels("wire"), size.labels("decoded")
        self._refused = Counter(
            "wireroom_fetch_address_refused_total",
            "Times that a URL, a name or a redirect led to an address that is not public.",
            registry=registry,
        )
        self._in_flight = Gauge(
            "wireroom_fetch_in_flight", "Requests under way now.", registry=registry
        )
        self._hosts = Gauge(
            "wireroom_fetch_hosts",
            "Hosts with pages to fetch now: active (being asked), waiting (for their turn), down "
            "(failed again and again, left alone for a while).",
            ("state",),
            registry=registry,
        )
        self._robots = Counter(
            "wireroom_robots_total",
            "What came of asking for a robots.txt.",
            ("result",),
            registry=registry,
        )

    def phase(self, phase: Phase, seconds: float) -> None:
        self._seconds[phase].observe(seconds)

    def size(self, wire: int, decoded: int) -> None:
        self._wire.inc(wire)
        self._decoded.inc(decoded)

    def address_refused(self) -> None:
        self._refused.inc()

    def in_flight(self, change: int) -> None:
        self._in_flight.inc(change)

    def watch(self, states: Callable[[], Mapping[str, int]]) -> None:
        """Ask for the hosts by state whenever somebody reads the metrics."""
        for state in SHOWN:
            self._hosts.labels(state).set_function(partial(_count, states, state))

    def robots(self, result: str) -> None:
        self._robots.labels(result).inc()


def _count(states: Callable[[], Mapping[str, int]], state: State) -> float:
    return float(states().get(state, 0))
