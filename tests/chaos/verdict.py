"""What a level has found, and how it is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from wireroom.verify.judgement import FAULTS, Judgement


@dataclass(frozen=True, slots=True)
class Verdict:
    """``did``: what was done and measured. ``bad``: what must not be, a sentence each.
    ``skipped``: why nothing was done.
    """

    did: str
    bad: Sequence[str] = ()
    skipped: str = ""

    @property
    def word(self) -> str:
        return "skipped" if self.skipped else "BAD" if self.bad else "good"


def of(judgement: Judgement, did: str) -> Verdict:
    """That of a proof: bad unless it is clean."""
    return Verdict(did, () if judgement.clean else (told(judgement),))


def told(judgement: Judgement) -> str:
    """The findings by their names; a case may have several."""
    if judgement.clean:
        return f"nothing in {judgement.cases} cases"
    counts = [(judgement.count(fault), fault) for fault in FAULTS]
    told = ", ".join(f"{count} {fault}" for count, fault in counts if count)
    return f"{told} in {judgement.cases} cases ({judgement.findings[0].detail})"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
