"""``python -m tests.fuzz --minutes 30``: what nobody would write is fed to clean.

Everything that is drawn follows from ``--seed``, which is printed. ``--controls``: safety devices
are switched off, one after the other, and each has to be missed within ``--minutes``.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
import warnings

from hypothesis.errors import HypothesisWarning
from tests.fuzz.controls import CONTROLS
from tests.fuzz.run import Tally, growth, resident, rounds, without
from tests.fuzz.targets import TARGETS

MEGABYTE = 2**20
AGAIN = 5  # times that inputs are fed once more at the end
MOST_GROWTH = 16 * MEGABYTE


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="2")
    parser.add_argument("--seed", type=int, help="repeat an earlier run")
    parser.add_argument("--only", nargs="*", choices=sorted(TARGETS), help="targets; all")
    parser.add_argument("--controls", action="store_true", help="devices off, to be found out")
    wish = parser.parse_args()
    start = secrets.randbelow(10**6) if wish.seed is None else wish.seed
    _say(f"seed {start}")
    warnings.simplefilter("ignore", HypothesisWarning)  # inputs are as long as they have to be
    if wish.controls:
        missed = [name for name in CONTROLS if not _is_found(name, start, wish.minutes)]
        return 1 if missed else 0
    return _fuzz(start, wish.minutes, wish.only or sorted(TARGETS))


def _fuzz(start: int, minutes: float, names: list[str]) -> int:
    end = time.monotonic() + 60 * minutes
    tally, told = Tally(), time.monotonic()
    targets = {name: TARGETS[name] for name in names}
    shown = 0
    for tally in rounds(targets, start, lambda: time.monotonic() > end):
        for name, text in list(tally.findings.items())[shown:]:
            _say(f"\nFOUND {name}\n{text}")
        shown = len(tally.findings)
        if time.monotonic() - told > 60:
            told = time.monotonic()
            _say(f"{sum(tally.inputs.values()):,} inputs, {len(tally.findings)} findings")
    for name, (cost, what) in sorted(tally.slowest.items()):
        _say(f"{name}: {tally.inputs[name]:,} inputs, slowest {cost:.3f} s of CPU: {what}")
    _say(f"memory: {resident() / MEGABYTE:.0f} MB, with what it takes to draw inputs")
    grown = 0 if tally.findings else growth(targets, tally, AGAIN)
    if not tally.findings:
        fed = AGAIN * sum(map(len, tally.kept.values()))
        _say(f"memory grew by {grown / MEGABYTE:.1f} MB while {fed:,} inputs were fed again")
    return 1 if tally.findings or grown > MOST_GROWTH else 0


def _is_found(name: str, start: int, minutes: float) -> bool:
    control = CONTROLS[name]
    end = time.monotonic() + 60 * minutes
    found = Tally()
    with without(control.module, control.device, control.instead):
        targets = {control.target: TARGETS[control.target]}
        for found in rounds(targets, start, lambda: time.monotonic() > end):
            if found.findings:
                break
    count = sum(found.inputs.values())
    _say(f"{'found' if found.findings else 'MISSED'} after {count:,} inputs: {name}")
    return bool(found.findings)


def _say(text: str) -> None:
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
