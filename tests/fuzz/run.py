"""Draws inputs, looks at what comes of each, and keeps count."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.fuzz.targets import Target

MOST_KEPT = 300  # inputs of a target, to be fed again
OF_A_ROUND = 100  # inputs of one target, before the next has its turn


@dataclass(slots=True)
class Tally:
    """What a run has seen. ``slowest``: seconds of CPU and the beginning of the input.

    ``kept``: the first inputs of each target.
    """

    inputs: dict[str, int] = field(default_factory=dict)
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)

    def saw(self, name: str, cost: float, drawn: object) -> None:
        self.inputs[name] = self.inputs.get(name, 0) + 1
        kept = self.kept.setdefault(name, [])
        if len(kept) < MOST_KEPT:
            kept.append(drawn)
        if cost > self.slowest.get(name, (0.0, ""))[0]:
            self.slowest[name] = (cost, _short(drawn))

    def found(self, name: str, problem: BaseException) -> None:
        """One of each kind: by the last line of our own code that it went through."""
        frames = [
            f for f in traceback.extract_tb(problem.__traceback__) if "wireroom" in f.filename
        ]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "the check"
        told = "\n".join(getattr(problem, "__notes__", ()))
        text = f"{type(problem).__name__}: {str(problem)[:300]}\n{_ends(told)}"
        self.findings.setdefault(f"{name}: {type(problem).__name__} at {where}", text)


def rounds(
    targets: Mapping[str, Target],
    start: int,
    is_over: Callable[[], bool],
    *,
    size: int = OF_A_ROUND,
    is_quick: bool = False,
) -> Iterator[Tally]:
    """The tally after each round. ``start``: the seed that all choices follow from.

    ``is_quick``: without a clock, and what is found is not made smaller.
    """
    tally = Tally()
    number = 0
    while not is_over():
        for name, target in targets.items():
            _round(name, target, start * 1_000_003 + number, tally, size, is_quick=is_quick)
        number += 1
        yield tally


def _round(
    name: str, target: Target, start: int, tally: Tally, size: int, *, is_quick: bool
) -> None:
    def look(drawn: Any) -> None:
        tally.saw(name, examine(target, drawn, is_timed=not is_quick), drawn)

    try:
        _drawn(look, target, start, size, (Phase.generate,))
    except (Exception, BaseExceptionGroup) as problem:
        if is_quick or isinstance(problem, TooSlow):  # to make that smaller would take its time
            tally.found(name, problem)
            return
        try:
            _drawn(look, target, start, size, (Phase.generate, Phase.shrink))
        except (Exception, BaseExceptionGroup) as problem:
            tally.found(name, problem)


def _drawn(
    look: Callable[[Any], None], target: Target, start: int, size: int, phases: Sequence[Phase]
) -> None:
    limits = settings(
        max_examples=size,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    seed(start)(limits(given(target.inputs)(look)))()


class TooSlow(AssertionError):
    """An input takes more CPU than its target's budget."""


def examine(target: Target, drawn: Any, *, is_timed: bool = True) -> float:
    """Seconds of CPU that the input costs. AssertionError where something does not hold."""
    began = time.process_time()
    first = target.run(drawn)
    between = time.process_time()
    second = target.run(drawn)
    cost = min(between - began, time.process_time() - between)
    assert first == second, "the same input had two answers"
    target.check(drawn, first)
    if is_timed and cost > target.budget:
        raise TooSlow(f"{cost:.2f} s of CPU")
    return cost


def growth(targets: Mapping[str, Target], tally: Tally, times: int) -> int:
    """Bytes by which memory grows while what was kept is fed again ``times`` times.

    Drawing inputs takes memory of its own, so a run does not tell what the targets hold on to.
    """
    base = 0
    for number in range(times + 1):
        for name, kept in tally.kept.items():
            for drawn in kept:
                targets[name].run(drawn)
        base = base if number else resident()
    return resident() - base


def resident() -> int:
    """Bytes that this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def without(module: object, device: str, instead: object) -> Iterator[None]:
    """A safety device is switched off for a while."""
    kept = getattr(module, device)
    setattr(module, device, instead)
    try:
        yield
    finally:
        setattr(module, device, kept)


def _ends(told: str) -> str:
    return told if len(told) < 3_000 else f"{told[:2_000]} … {told[-1_000:]}"


def _short(drawn: object) -> str:
    told = repr(drawn)
    return f"{told[:160]} … of {len(told):,}" if len(told) > 160 else told
