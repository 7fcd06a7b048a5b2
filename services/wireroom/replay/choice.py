"""Which dead letters are meant. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from wireroom.replay.letters import Letter, Place
from wireroom.wire.transport import Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """All that is said has to fit; what is None or empty does not matter.

    ``since`` and ``until``: when it died, milliseconds since 1970, the end not included.
    ``host``: that of the URL handed in, or one under it. ``upto``: per partition of the dead
    letters the last offset; what has come since a look at them is not meant.
    """

    stage: str | None = None
    reason: str | None = None
    hash: str | None = None
    host: str | None = None
    since: int | None = None
    until: int | None = None
    places: frozenset[Place] = field(default_factory=frozenset)
    upto: Mapping[Partition, int] | None = None

    @property
    def names_something(self) -> bool:
        """Whether it is less than everything."""
        kept = (self.stage, self.reason, self.hash, self.host, self.since, self.until)
        return bool(self.places) or any(value is not None for value in kept)

    def reads(self, stage: str) -> bool:
        """Whether letters of ``stage`` may be meant."""
        if self.places and all(place.stage != stage for place in self.places):
            return False
        return self.stage is None or self.stage == stage

    def fits(self, letter: Letter, host: Callable[[Letter], str | None]) -> bool:
        """``host``: decodes the letter, so it is asked last."""
        record = letter.record
        return (
            (self.since is None or record.timestamp >= self.since)
            and (self.until is None or record.timestamp < self.until)
            and (self.upto is None or record.offset <= self.upto.get(record.partition, -1))
            and (not self.places or letter.place in self.places)
            and (self.reason is None or letter.note("reason") == self.reason)
            and (self.hash is None or letter.note("hash") == self.hash)
            and (self.host is None or _is_of(host(letter), self.host))
        )

    def within(self, upto: Mapping[Partition, int]) -> Choice:
        return replace(self, upto=upto)


def _is_of(host: str | None, named: str) -> bool:
    return host is not None and (host == named or host.endswith(f".{named}"))
