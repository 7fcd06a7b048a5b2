"""Faults are done one after another, and what is said of recovery was measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from random import Random

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from wireroom.cli.progress import last_progress
from wireroom.runtime.metrics import Metrics
from wireroom.verify.faults import Fault, Struck, havoc, recoveries


def breaking(busy: asyncio.Event) -> Fault:
    """One that is the last."""

    async def strike() -> None:
        pass

    return Fault("breaks", strike, ("clean",))


async def struck(progress: object, end: float = 0.0) -> list[Struck]:
    busy = asyncio.Event()
    busy.set()

    async def watched(stages: Sequence[str], moment: float) -> None:
        try:
            await progress(stages, moment)  # type: ignore[operator]  # each test brings its own
        finally:
            if not end:
                busy.clear()

    if end:
        asyncio.get_running_loop().call_later(end, busy.clear)
    return await havoc([breaking(busy)], Random(1), 0.0, watched, busy)


async def test_recovery_is_the_time_until_every_stage_has_finished_something() -> None:
    async def progress(stages: Sequence[str], moment: float) -> None:
        assert stages == ("clean",)
        assert abs(time.time() - moment) < 5
        await asyncio.sleep(0.05)

    (one,) = await struck(progress)
    assert one.recovery is not None
    assert one.recovery >= 0.05


async def test_a_recovery_that_could_not_be_measured_is_an_error() -> None:
    async def progress(stages: Sequence[str], moment: float) -> None:
        raise ValueError("no number")

    with pytest.raises(ValueError, match="no number"):
        await struck(progress)


async def test_when_nothing_is_left_to_finish_there_is_no_recovery() -> None:
    async def progress(stages: Sequence[str], moment: float) -> None:
        await asyncio.Event().wait()

    (one,) = await struck(progress, end=0.01)
    assert one.recovery is None
    assert recoveries([one]) == {"breaks": (1, None, None)}


def test_a_stages_last_progress_is_read_from_what_it_tells_prometheus() -> None:
    registry = CollectorRegistry()
    stage = Metrics(registry, "test").of("clean")
    assert last_progress(generate_latest(registry).decode()) == 0.0
    before = time.time()
    stage.progress.set_to_current_time()
    assert last_progress(generate_latest(registry).decode()) >= before
    assert last_progress("") == 0.0
