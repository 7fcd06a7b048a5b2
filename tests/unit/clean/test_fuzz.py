"""A short, repeatable piece of ``make fuzz``, without its clock."""

from __future__ import annotations

from itertools import count

import pytest
from tests.fuzz.controls import CONTROLS
from tests.fuzz.run import Tally, rounds, without
from tests.fuzz.targets import TARGETS

INPUTS = {"gate": 20, "charset": 20, "metadata": 30, "page": 20, "syndicated": 40}
MOST_ROUNDS = 20
FREQUENT = [name for name, control in CONTROLS.items() if not control.is_rare]


def run(name: str, most: int) -> Tally:
    """Rounds of one target until something is found, ``most`` at most."""
    number = count()
    size = INPUTS[name]
    found = Tally()
    for found in rounds(
        {name: TARGETS[name]}, 1, lambda: next(number) >= most, size=size, is_quick=True
    ):
        if found.findings:
            break
    return found


@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(name: str) -> None:
    tally = run(name, most=1)
    assert not tally.findings, tally.findings
    assert tally.inputs[name] >= INPUTS[name]


@pytest.mark.parametrize("name", FREQUENT)
def test_without_a_safety_device_something_is_found(name: str) -> None:
    control = CONTROLS[name]
    with without(control.module, control.device, control.instead):
        assert run(control.target, MOST_ROUNDS).findings
    assert getattr(control.module, control.device) is not control.instead
