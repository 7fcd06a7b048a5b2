"""L5: the disk under Postgres fills up and is freed again. Articles wait; none is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.standing import READY, standing
from tests.chaos.verdict import Verdict, of

from wireroom.cli.verify import Asked, proving
from wireroom.verify.judgement import judge
from wireroom.verify.prove import send_all, settled

SIZE = "400m"
FULL = 12.0  # seconds


async def run(seed: int) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="wireroom-disk-") as name:
        folder = Path(name)
        try:
            with _small(folder / "postgres"):
                return await _filled(folder, seed)
        except (OSError, subprocess.CalledProcessError) as error:
            return Verdict("", skipped=f"no small disk can be mounted here: {error}")


async def _filled(folder: Path, seed: int) -> Verdict:
    asked = Asked(count=1_000, seed=seed, poison=True)
    async with standing(folder) as stood, proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        sending = asyncio.create_task(send_all(kit, cases, 40))
        await asyncio.sleep(4)
        fill = folder / "postgres" / "fill"
        await asyncio.to_thread(_fill, fill)
        await asyncio.sleep(FULL)
        left = await kit.unsettled(cases)
        fill.unlink()
        await sending
        await settled(kit, cases, READY)
        judgement = judge(cases, await kit.look(cases))
        return of(judgement, f"disk full for {FULL:g} s, {left} of {len(cases)} waited for it")


@contextmanager
def _small(place: Path) -> Iterator[None]:
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise OSError("only root mounts")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


def _fill(path: Path) -> None:
    """To the last byte."""
    with path.open("wb") as file:
        for size in (1024 * 1024, 4096):
            try:
                while True:
                    file.write(b"x" * size)
                    file.flush()
            except OSError:
                continue
