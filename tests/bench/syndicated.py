"""Reading syndicated texts: CPU time of one text, and of texts that nobody would write."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.bench import pages

from wireroom.clean import headlines
from wireroom.clean.syndicated import parse

TEXTS = 100
MEGABYTE = 1_000_000
SENTENCE = "The ferry between the two islands will run again from Monday, the harbour office said."
NASTY = {
    "one line, glued": SENTENCE,
    "10-letter lines": "One line.\n",
    "stops": ".!?…:;-—“”»«",
    "quotes": '."',
    "quotes, glued": 'He said: "Go."She went: ',
    "marks of direction": "\u202e\u200f.\u200eA",
    "nulls": "a\x00.B",
    "labels in a line": "Source link:",
    "label lines": "Source link: https://a.example/1\n",
    "days": "12 March 2024\n",
    "capitals inside": "abcdEfgh ",
}


def measure(folder: Path) -> list[str]:
    """Lines of the table."""
    texts = [pages.syndicated(number) for number in range(TEXTS)]
    bare = [text.partition("\nTrending\n")[0] for text in texts]
    size = sum(map(len, texts)) // TEXTS
    parse(texts[0])
    rows = [
        ("8 headlines, never seen", _each(texts, lambda _: headlines.forget())),
        ("8 headlines, seen before", _each(texts, parse)),
        ("no list", _each(bare, parse)),
    ]
    return [
        f"syndicated texts of {size:,} characters, ms of CPU: median, most",
        *(f"  {name:26}{median(times):8.2f}{max(times):8.2f}" for name, times in rows),
        "texts of a megabyte that nobody would write, seconds of CPU",
        *(f"  {name:26}{_seconds(piece):8.2f}" for name, piece in NASTY.items()),
    ]


def _each(texts: list[str], before: Callable[[str], object]) -> list[float]:
    times = []
    for text in texts:
        before(text)
        began = time.process_time()
        parse(text)
        times.append(1_000 * (time.process_time() - began))
    return times


def _seconds(piece: str) -> float:
    text = piece * (MEGABYTE // len(piece))
    began = time.process_time()
    parse(text)
    return time.process_time() - began
