"""What became of a dead letter: where its submission stands now. Pure.

Where no ledger runs, the journal's lines are folded here as the ledger folds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from wireroom.ledger.states import IN_FLIGHT, PARKED, Line, folded, state, story
from wireroom.replay.letters import Letter

BY_HAND = "by_hand"
ON_ITS_WAY = (IN_FLIGHT, PARKED)
State: TypeAlias = Literal["open", "replayed", "dropped"]
STATES: tuple[State, ...] = ("open", "replayed", "dropped")


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
    """Of one submission's lines, in any order, by the ledger's fold."""
    (one,) = folded(map(story, lines)).values()
    now, end = state(one), one.end
    ended = end is not None and now.since is None
    origin = (end.topic, end.part, end.offset) if ended and end else None
    replayed = one.replayed is not None
    return Standing(now.name, now.stage, now.reason, one.article, origin, replayed)


def touches(line: Line) -> bool:
    """Whether somebody has dealt with a dead letter of this submission."""
    return line.event == "replayed" or (line.event == "dropped" and line.reason == BY_HAND)


class Standings(Protocol):
    """Knows where submissions stand."""

    async def of(self, letters: Sequence[Letter]) -> Sequence[Standing | None]:
        """One for each letter; None: nothing is known."""
