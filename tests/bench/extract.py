"""Page to article beside trafilatura, on invented pages; and the pages that hurt."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import mean, median

from tests.bench.nasty_pages import cases
from tests.bench.pages import Article, page
from trafilatura import bare_extraction

from wireroom.clean import work
from wireroom.clean.page import extract
from wireroom.clean.reasons import Refused

PAGES = 60


def measure(_: Path) -> list[str]:
    """CPU time of one process; both on each page, in turn."""
    work.warm()
    urls = {number: Article(number).url for number in range(PAGES)}
    ours: list[float] = []
    theirs: list[float] = []
    for number, url in urls.items():
        html = page(number)
        ways: list[tuple[list[float], Callable[[], object]]] = [
            (ours, lambda html=html, url=url: extract(html, url)),
            (
                theirs,
                lambda html=html, url=url: bare_extraction(html, url=url, with_metadata=True),
            ),
        ]
        for used, way in ways if number % 2 else reversed(ways):
            began = time.process_time()
            way()
            used.append(time.process_time() - began)
    last = sorted(ours)[int(PAGES * 0.99)]
    name, slowest = max(_nasty(), key=lambda one: one[1])
    return [
        "Pages: body and facts, CPU time of one process, each page both ways in turn",
        f"  wireroom     mean {1e3 * mean(ours):.1f} ms, median {1e3 * median(ours):.1f}, "
        f"p99 {1e3 * last:.1f}",
        f"  trafilatura  mean {1e3 * mean(theirs):.1f} ms, median {1e3 * median(theirs):.1f}: "
        f"{mean(theirs) / mean(ours):.1f} and {median(theirs) / median(ours):.1f} times as long",
        f"  of 42 nasty pages the slowest took {slowest:.2f} s: {name}",
    ]


def _nasty() -> list[tuple[str, float]]:
    used = []
    for name, html in cases():
        began = time.process_time()
        with suppress(Refused):
            extract(html, "https://a.example/x")
        used.append((name, time.process_time() - began))
    return used
