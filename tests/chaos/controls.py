"""Negative controls: whatever is broken on purpose, the proof has to find it.

Each scene is played twice: once with nothing broken, which has to come out clean, and then with
one device taken out, which has to be found. So what is caught is the break and not the scene.
Where a device stands behind another, both plays are without that other one (``without``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos.standing import Scene, Standing, play
from tests.chaos.verdict import say, told

from wireroom.verify.judgement import Judgement

TRIES = 3  # seeds; a break has to be found with one of them at least


@dataclass(frozen=True, slots=True)
class Control:
    """``name`` is that of the break."""

    name: str
    scene: Scene
    finds: str
    without: Sequence[str] = ()


BUSY = {"slow": 3.0, "crash": "committed:1"}  # dies after its first commit with its hands full
CONTROLS: tuple[Control, ...] = (
    Control("commits_what_it_has_taken", Scene(service="fetch", order=BUSY), "lost"),
    Control("notes_as_finished_what_is_in_hand", Scene(service="fetch", order=BUSY), "lost"),
    Control(
        "takes_handed_over_for_acknowledged",
        Scene(service="clean", order={"slow_send": 3.0, "crash": "committed:1"}),
        "lost",
    ),
    Control(
        "takes_a_failed_send_for_done",
        Scene(service="clean", order={"fail": "send to articles.cleaned"}),
        "lost",
    ),
    Control(
        "commits_what_it_cancels_when_told_to_stop",
        Scene(service="fetch", order={**BUSY, "how": "term"}),
        "lost",
    ),
    Control(
        "takes_a_timeout_for_an_outcome",
        Scene(service="fetch", order={"slow": 8.0, "slow_first": 10, "timeout": 4.0}),
        "lost",
    ),
    Control(
        "goes_on_without_the_dead_letter",
        Scene(service="fetch", order={"fail": "send to dead.fetch"}),
        "lost",
    ),
    Control("buries_without_a_word", Scene(service="fetch", order={}), "lost"),
    Control("buries_without_the_body", Scene(service="fetch", order={}), "wrong content"),
    Control("cuts_texts", Scene(service="classify", order={}), "wrong content"),
    Control(
        "commits_before_it_relays",
        Scene(service="relay", order={"crash": "committed:1"}, parked=True),
        "lost",
    ),
    Control(
        "saves_the_place_without_the_fence",
        Scene(service="index", order={"fail": "reply of rows committed"}, patience=20),
        "doubled",
        without=("settles_a_submission_again",),
    ),
    Control(
        "saves_the_place_before_the_rows",
        Scene(service="index", order={"crash": "to write rows:1"}),
        "lost",
    ),
    Control(
        "saves_the_place_before_the_rows",
        Scene(service="ledger", order={"crash": "to write stories:1"}),
        "lost",
    ),
    Control("settles_a_submission_again", Scene(service="index", order={}, twice=True), "doubled"),
    Control(
        "settles_a_submission_again_in_one_batch",
        Scene(service="index", order={}, twice=True),
        "doubled",
    ),
    Control("sees_no_copies", Scene(service="index", order={}, seconds=True), "wrong outcome"),
    Control(
        "gives_up_a_batch_that_failed", Scene(service="index", order={"fail": "batch"}), "lost"
    ),
    Control(
        "forgets_what_follows_before_it_is_sent",
        Scene(service="index", order={"crash": "to send what follows:1"}),
        "lost",
    ),
)


async def run(stood: Standing, chosen: Sequence[Control], seed: int) -> bool:
    """Every control; whether all were caught and nothing was found where nothing is broken."""
    caught = clean = 0
    for control in chosen:
        began = time.monotonic()
        whole = await play(stood, control.scene, seed, control.without)
        clean += whole.clean
        found, tries = await _caught(stood, control, seed)
        caught += found is not None
        say(
            f"{'caught' if found else 'MISSED':8} {control.scene.service:9} {control.name}: "
            f"{told(found) if found else 'nothing was found'}; seed {seed + tries - 1}, "
            f"the whole one {'clean' if whole.clean else 'NOT CLEAN: ' + told(whole)}; "
            f"{time.monotonic() - began:.0f} s"
        )
    say(f"nothing broken: {clean} of {len(chosen)} clean")
    say(f"negative controls: {caught} of {len(chosen)} caught")
    return caught == clean == len(chosen)


async def _caught(stood: Standing, control: Control, seed: int) -> tuple[Judgement | None, int]:
    breaks = (*control.without, control.name)
    for attempt in range(TRIES):
        judgement = await play(stood, control.scene, seed + attempt, breaks)
        if any(finding.fault == control.finds for finding in judgement.findings):
            return judgement, attempt + 1
    return None, TRIES
