"""What the workers' ``/metrics`` and ``/rankings`` say, at one moment."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

LIMIT = 3.0  # seconds for one worker


class Sample(NamedTuple):
    """One number of one worker."""

    target: str
    name: str
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scrape:
    """``at``: seconds since 1970. ``silent``: targets that did not answer.

    ``rankings``: name → rows, those of all workers one after the other, worst first in each.
    """

    at: float
    values: Mapping[Sample, float]
    silent: Sequence[str]
    rankings: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)


def scrape(targets: Sequence[str]) -> Scrape:
    """Ask all at once. ``targets``: host:port; a name that has several addresses is several."""
    places = [place for target in targets for place in addresses(target)]
    with ThreadPoolExecutor(max_workers=max(1, len(places))) as pool:
        pages = list(pool.map(_page, places))
        ranked = list(pool.map(_rankings, places))
    values: dict[Sample, float] = {}
    for place, page in zip(places, pages, strict=True):
        values |= parsed(place, page or "")
    silent = [place for place, page in zip(places, pages, strict=True) if page is None]
    names = {name for found in ranked for name in found}
    rankings = {name: [row for found in ranked for row in found.get(name, ())] for name in names}
    return Scrape(time.time(), values, silent, rankings)


def addresses(target: str) -> list[str]:
    """host:port of each address; ``target`` itself where the name leads nowhere."""
    host, _, port = target.rpartition(":")
    try:
        _, _, found = socket.gethostbyname_ex(host)
    except OSError:
        return [target]
    return sorted({f"{address}:{port}" for address in found})


def parsed(target: str, page: str) -> dict[Sample, float]:
    """A page in Prometheus' text format. Pure."""
    return {
        Sample(target, sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def _rankings(place: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Empty where there are none, or a worker of an older version."""
    try:
        found = json.loads(_page(place, "/rankings") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _page(place: str, path: str = "/metrics") -> str | None:
    connection = HTTPConnection(place, timeout=LIMIT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
