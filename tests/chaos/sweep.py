"""L2: every service dies once at each of its points; whatever it was doing, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from tests.chaos.inject.points import POINTS
from tests.chaos.standing import Scene, Standing, play
from tests.chaos.verdict import Verdict, say, told

OFTEN = frozenset(("handled", "handing over", "handed over", "acknowledged"))
"""Points that are reached once per record or send; the others once per batch or second."""


def scenes(random: Random) -> Iterator[tuple[str, Scene]]:
    """Each point at its first time and, where it comes often, at another."""
    for service, points in POINTS.items():
        for point in points:
            for nth in {1, random.randint(2, 60)} if point in OFTEN else {1}:
                crash = f"{point}:{nth}"
                scene = Scene(service=service, order={"crash": crash}, parked=service == "relay")
                yield f"{service} at {crash}", scene


async def run(stood: Standing, seed: int) -> Verdict:
    random, bad, count = Random(seed), list[str](), 0
    for name, scene in scenes(random):
        count += 1
        try:
            judgement = await play(stood, replace(scene, count=80), seed + count, ())
        except TimeoutError as error:
            bad.append(f"{name}: {error}")
            continue
        say(f"  {name}: {'clean' if judgement.clean else told(judgement)}")
        if not judgement.clean:
            bad.append(f"{name}: {told(judgement)}")
    return Verdict(f"{count} deaths at points, {count - len(bad)} clean", bad)
