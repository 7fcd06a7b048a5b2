"""When to try again. Pure: no clock, no sleeping."""

from __future__ import annotations

from dataclasses import dataclass
from random import random

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """``waits``: seconds after the first try that failed, the second, …; after one more it is over.

    Two short ones for what is over in a moment, then those of the retry tiers: a host that is away
    for an hour is met by the last. Up to ``limit`` seconds are waited in place, where they hold
    back the commits of the record's partition; what is longer is parked. ``span``: seconds from
    the first failure to the last try, however many are left.
    """

    waits: tuple[float, ...] = (0.5, 5.0, 60.0, 600.0, 7200.0)
    limit: float = 30.0
    span: float = DAY

    def delay(self, attempt: int, at_least: float = 0.0, failing_for: float = 0.0) -> float | None:
        """Seconds to wait after try number ``attempt`` failed, or None to give up.

        Short waits are drawn from half of them upwards, so that what failed together does not
        come back together. ``failing_for``: seconds since the first failure.
        """
        if attempt > len(self.waits) or failing_for >= self.span:
            return None
        wait = self.waits[attempt - 1]
        if wait <= self.limit:
            wait *= (1 + random()) / 2
        return min(max(at_least, wait), self.span)

    def patience(self, after: float, failing_for: float = 0.0) -> float | None:
        """The same for a wait that the other side asked for: it uses up no try."""
        if failing_for >= self.span:
            return None
        return min(max(after, self.waits[0]), self.span)
