"""Dead letters that died in the same way. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wireroom.replay.letters import Letter
from wireroom.replay.standing import STATES, Fate


@dataclass(slots=True)
class Group:
    """Stage, reason and error's hash are the same; first and last death in milliseconds."""

    stage: str
    reason: str
    hash: str
    first: int
    last: int
    example: Letter
    example_open: bool = False
    size: int = 0
    states: Counter[str] = field(default_factory=Counter)
    became: Counter[str] = field(default_factory=Counter)

    def add(self, letter: Letter, fate: Fate) -> None:
        at = letter.record.timestamp
        self.first, self.last = min(self.first, at), max(self.last, at)
        self.states[fate.state] += 1
        self.size += len(letter.record.value)
        if fate.became:
            self.became[fate.became] += 1
        is_open = fate.state == "open"  # the latest that can be worked with, else the latest
        if is_open >= self.example_open:
            self.example, self.example_open = letter, is_open

    @property
    def count(self) -> int:
        return self.states.total()

    def fields(self) -> dict[str, object]:
        """For programs."""
        return {
            "stage": self.stage,
            "reason": self.reason,
            "hash": self.hash,
            "count": self.count,
            **{state: self.states[state] for state in STATES},
            "became": dict(self.became),
            "first": _time(self.first),
            "last": _time(self.last),
            "example": self.example.id,
            "detail": self.example.note("detail"),
        }


class Groups:
    """Filled letter by letter; holds one letter of each group, so any number fits."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], Group] = {}

    def add(self, letter: Letter, fate: Fate) -> None:
        key = (letter.place.stage, letter.note("reason"), letter.note("hash"))
        group = self._groups.get(key)
        if group is None:
            at = letter.record.timestamp
            group = self._groups[key] = Group(*key, at, at, letter)
        group.add(letter, fate)

    def sorted(self) -> list[Group]:
        """By stage, then the largest first."""
        return sorted(self._groups.values(), key=lambda g: (g.stage, -g.count, g.reason, g.hash))

    @property
    def total(self) -> int:
        return sum(group.count for group in self._groups.values())


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
