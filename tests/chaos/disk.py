"""L5: the disk under Postgres fills up and is freed again. Articles wait; none is lost."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.chaos.standing import READY, standing
from tests.chaos.verdict import Verdict, of

from wireroom.cli.verify import Asked, proving
from wireroom.verify.judgement import judge
from wireroom.verify.prove import send_all, settled
from wireroom.verify.volume import NoVolume, Volume, small

SIZE = 700  # MB
FULL = 12.0  # seconds


async def run(seed: int) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="wireroom-disk-") as name:
        folder = Path(name)
        try:
            with small(folder / "postgres", SIZE) as volume:
                return await _filled(folder, volume, seed)
        except NoVolume as error:
            return Verdict("", skipped=str(error))


async def _filled(folder: Path, volume: Volume, seed: int) -> Verdict:
    asked = Asked(count=1_000, seed=seed, poison=True)
    async with standing(folder) as stood, proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        sending = asyncio.create_task(send_all(kit, cases, 40))
        await asyncio.sleep(4)
        await asyncio.to_thread(volume.fill)
        await asyncio.sleep(FULL)
        left = await kit.unsettled(cases)
        volume.free()
        await sending
        await settled(kit, cases, READY)
        judgement = judge(cases, await kit.look(cases))
        return of(judgement, f"disk full for {FULL:g} s, {left} of {len(cases)} waited for it")
