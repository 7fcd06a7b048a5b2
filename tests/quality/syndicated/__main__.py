"""`python -m tests.quality.syndicated`: how well syndicated texts are read, by language.

--misses lists what went wrong in the dev half; the held half shows totals only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.quality.syndicated.labelled import Labelled, read
from tests.quality.syndicated.scores import FIELDS, Score, score

from wireroom.clean.extracted import Extracted
from wireroom.clean.syndicated import parse

HEAD = ("", "texts", "out %", "kind %", "lost %", "F1", "glued", *(name[:9] for name in FIELDS))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.syndicated")
    parser.add_argument("--misses", action="store_true", help="what went wrong in the dev half")
    chosen = parser.parse_args(arguments)
    parsed = [(text, parse(text.text)) for text in read()]
    for half in ("dev", "held"):
        _say("\t".join((half, *HEAD[1:])).expandtabs(10))
        of_half = [pair for pair in parsed if pair[0].half == half]
        for name in sorted({text.language for text, _ in of_half}):
            _say(_row(name, _of(name, of_half)))
        _say(_row("total", score(of_half)) + "\n")
    _say(_row("all", score(parsed)))
    if chosen.misses:
        _say("\n".join(score(p for p in parsed if p[0].half == "dev").misses))
    return 0


def _of(language: str, pairs: Sequence[tuple[Labelled, Extracted]]) -> Score:
    return score(pair for pair in pairs if pair[0].language == language)


def _row(name: str, of: Score) -> str:
    shares = (of.removed, of.kinds_right / max(1, of.footers), of.lost)
    cells = [name, str(of.texts), *(f"{100 * share:.1f}" for share in shares)]
    cells += [f"{of.f1:.3f}", f"{of.f1_glued:.3f}"]
    cells += [f"{100 * of.accuracy(field):.0f}" for field in FIELDS]
    return "\t".join(cells).expandtabs(10)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
