"""kill -9 of everything while articles flow, and one broken worker: the proof tells them apart."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from tests.chaos.controls import CONTROLS
from tests.chaos.standing import Standing, play, standing
from tests.chaos.verdict import told

from wireroom.cli import chaos
from wireroom.cli.verify import Asked, proving
from wireroom.verify.faults import Fault, killing
from wireroom.verify.judgement import judge
from wireroom.verify.prove import send_all, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT, RATE, PATIENCE = 2_000, 250.0, 60.0
APART = 0.7  # seconds between two kills: the pace of the faults, nothing waits for it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stood(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("WIREROOM_")]:
            patch.delenv(name)
        async with standing(tmp_path_factory.mktemp("chaos") / "data") as stood:
            yield stood


async def test_nothing_is_lost_or_doubled_when_everything_is_killed(stood: Standing) -> None:
    workers = [killing(name, partial(chaos.process, name), (name,)) for name in chaos.STAGES]
    servers = [f for f in chaos.faults(stood.running, stood.links) if f.name in SERVERS]
    assert len(servers) == len(SERVERS)
    asked = Asked(count=COUNT, seed=1, poison=True)
    async with proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        sending = asyncio.create_task(send_all(kit, cases, RATE))
        for fault in [*workers, *servers, *reversed(workers)]:
            await _struck(fault)
        await sending
        await settled(kit, cases, PATIENCE)
        judgement = judge(cases, await kit.look(cases))
    assert judgement.clean, told(judgement)


async def test_a_worker_that_commits_what_it_has_taken_is_found(stood: Standing) -> None:
    control = CONTROLS[0]
    assert control.name == "commits_what_it_has_taken"
    whole = await play(stood, control.scene, 1, ())
    broken = await play(stood, control.scene, 1, (control.name,))
    assert whole.clean, told(whole)
    assert broken.count("lost") > 0


SERVERS = ("kill -9 of the broker", "kill -9 of Postgres")


async def _struck(fault: Fault) -> None:
    await fault.strike()
    await asyncio.sleep(APART)
