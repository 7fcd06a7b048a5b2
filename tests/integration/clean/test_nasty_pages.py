"""Pages that hurt parsers, each in CPU time: the pool's limit is never needed for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from tests.bench.nasty_pages import cases

from wireroom.clean import work
from wireroom.clean.page import article
from wireroom.clean.reasons import Refused

URL = "https://a.example/news/ferry"
LIMIT = 2.0  # seconds of CPU: what the pool allows

_SAME = """
import hashlib, json, sys
from tests.bench.pages import page
from wireroom.clean.page import extract
numbers = json.loads(sys.argv[1])
told = {n: hashlib.sha256(repr(extract(page(n), "https://a.example/x")).encode()).hexdigest()
        for n in numbers}
print(json.dumps(sorted(told.items())))
"""


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    work.warm()


def test_forty_two_nasty_pages_end_in_time_with_an_answer_or_a_reason() -> None:
    used: dict[str, float] = {}
    for name, html in cases():
        began = time.process_time()
        with suppress(Refused):
            article(html, URL)
        used[name] = round(time.process_time() - began, 2)
    assert len(used) >= 42
    assert {name: seconds for name, seconds in used.items() if seconds >= LIMIT} == {}


def test_two_processes_in_two_orders_give_the_same_articles() -> None:
    def told(numbers: list[int], seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", _SAME, json.dumps(numbers)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout

    numbers = list(range(12))
    assert told(numbers, "1") == told(numbers[::-1], "2")
