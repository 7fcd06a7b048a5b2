"""When to try again. Pure: no clock, no sleeping."""

from __future__ import annotations

from dataclasses import dataclass
from random import random


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential, capped, with full jitter; ``attempts`` counts the first try.

    ``first``, ``cap``: ceilings of the first wait and of any, in seconds.
    ``limit``: seconds that a record may wait in place, holding back its partition's commits.
    """

    attempts: int = 4
    first: float = 0.5
    cap: float = 20.0
    limit: float = 30.0

    def delay(self, attempt: int, at_least: float = 0.0) -> float | None:
        """Seconds to wait after ``attempt`` failed, or None to give up."""
        if attempt >= self.attempts or at_least > self.limit:
            return None
        ceiling = min(self.cap, self.first * 2.0 ** (attempt - 1))
        return max(at_least, ceiling * random())
