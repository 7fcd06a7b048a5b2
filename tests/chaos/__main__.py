"""``python -m tests.chaos controls``: the negative controls. ``python -m tests.chaos L3``: a level.

Everything that is drawn follows from ``--seed``, which is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos import controls, levels
from tests.chaos.standing import standing


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("what", nargs="*", help="controls, or levels; none: all levels")
    parser.add_argument("--seed", type=int, help="repeat the choices of an earlier run")
    parser.add_argument("--minutes", type=float, default=2.0, help="of L8; 2")
    parser.add_argument("--only", default="", help="controls whose service and name match this")
    arguments = parser.parse_args()
    seed = secrets.randbelow(10**6) if arguments.seed is None else arguments.seed
    sys.stdout.write(f"seed {seed}\n")
    if arguments.what == ["controls"]:
        return asyncio.run(_controls(seed, arguments.only))
    if unknown := set(arguments.what) - set(levels.LEVELS):
        parser.error(
            f"{', '.join(sorted(unknown))}: known are controls, {', '.join(levels.LEVELS)}"
        )
    names = arguments.what or [*levels.LEVELS]
    return 0 if asyncio.run(levels.run(names, seed, arguments.minutes)) else 1


async def _controls(seed: int, only: str) -> int:
    chosen = [c for c in controls.CONTROLS if re.search(only, f"{c.scene.service} {c.name}")]
    folder = Path(tempfile.mkdtemp(prefix="wireroom-chaos-"))
    async with standing(folder) as stood:
        good = await controls.run(stood, chosen, seed)
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        sys.stdout.write(f"logs and data are left in {folder}\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
