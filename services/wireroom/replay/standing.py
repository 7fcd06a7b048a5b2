"""What became of a dead letter: where its submission stands now. Pure.

A submission is as the journal's lines leave it: a row that was written is final; else the last of
dead and dropped counts, and `replayed` after a death puts it on its way again. The ledger judges
in the same way; this is for where no ledger runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from wireroom.replay.letters import Letter

BY_HAND = "by_hand"
WRITTEN = ("indexed", "duplicate", "revised", "unchanged")
IN_FLIGHT = "in flight"
ON_ITS_WAY = (IN_FLIGHT, "parked")
State: TypeAlias = Literal["open", "replayed", "dropped"]
STATES: tuple[State, ...] = ("open", "replayed", "dropped")


class Line(Protocol):
    """What is read of a journal's entry."""

    @property
    def submission_id(self) -> UUID: ...
    @property
    def article_id(self) -> UUID | None: ...
    @property
    def stage(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def record_topic(self) -> str: ...
    @property
    def record_partition(self) -> int: ...
    @property
    def record_offset(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one submission: an outcome, or in flight, or parked.

    ``origin``: topic, partition and offset of the record that had the outcome.
    ``replayed``: whether a letter of it was ever put back.
    """

    state: str
    stage: str | None = None
    reason: str | None = None
    article: UUID | None = None
    origin: tuple[str, int, int] | None = None
    replayed: bool = False

    def __str__(self) -> str:
        said = ", ".join(filter(None, (self.stage, self.reason)))
        return f"{self.state}({said})" if self.state == "dead" and said else (
            f"dropped({self.reason})" if self.state == "dropped" and self.reason else self.state
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """``became``: where a letter that is no longer open stands now."""

    state: State
    became: str | None = None


OPEN = Fate("open")


def fate_of(letter: Letter, standing: Standing | None) -> Fate:
    """Open is what nobody knows of, and a death that is still its submission's last word."""
    if standing is None or _is_another(letter, standing):
        return OPEN
    if standing.state == "dropped" and standing.reason == BY_HAND:
        return Fate("dropped", str(standing))
    if standing.state in ON_ITS_WAY and not standing.replayed:
        return OPEN  # whoever tells us is behind
    if standing.state == "dead" and standing.origin in (letter.origin, None):
        return OPEN
    return Fate("replayed", str(standing))


def _is_another(letter: Letter, standing: Standing) -> bool:
    """A client may send one submission id with everything: then it says nothing of this letter."""
    article = letter.article
    return None not in (article, standing.article) and article != standing.article


def standing_of(lines: Iterable[Line]) -> Standing:
    """Of one submission's lines, in any order."""
    told = sorted(lines, key=lambda line: line.at)
    article = next((line.article_id for line in told if line.article_id), None)
    put_back = [line.at for line in told if line.event == "replayed"]
    end = next((line for line in told if line.event in WRITTEN), None)
    end = end or next((x for x in reversed(told) if x.event in ("dead", "dropped")), None)
    again = end is not None and end.event == "dead" and any(at > end.at for at in put_back)
    if end is None or again:
        return Standing(IN_FLIGHT, article=article, replayed=bool(put_back))
    origin = (end.record_topic, end.record_partition, end.record_offset)
    stage = end.stage if end.event in ("dead", "dropped") else None
    return Standing(end.event, stage, end.reason, article, origin, bool(put_back))


def touches(line: Line) -> bool:
    """Whether somebody has dealt with a dead letter of this submission."""
    return line.event == "replayed" or (line.event == "dropped" and line.reason == BY_HAND)


class Standings(Protocol):
    """Knows where submissions stand."""

    async def of(self, letters: Sequence[Letter]) -> Sequence[Standing | None]:
        """One for each letter; None: nothing is known."""
