"""A host that gives no answer is left alone for a while. Pure.

Two silences in a row and it is down, for ten minutes, then twice as long each time, two hours at
most. When the time is over one page goes and sees; hosts have one connection, so the others wait
for what it finds. Any answer, whatever it says, ends the outage, and so does a broken one.
"""

from __future__ import annotations

from dataclasses import dataclass

SILENCES = frozenset(
    ("dns", "connect", "tls_handshake", "timeout_connect", "timeout_read", "timeout_total")
)
"""Reasons of ``Failed`` that say: nobody is there."""

LONGEST = 7_200.0
_MOST_DOUBLINGS = 16  # far past LONGEST; keeps the power small


@dataclass(slots=True)
class Breaker:
    """``silences``: in a row. ``until``: event loop's time before which nobody knocks."""

    silences: int = 0
    until: float = 0.0

    def silent(self, now: float, limit: int, first: float) -> None:
        """No answer. Down from the ``limit``-th in a row on, at first for ``first`` seconds."""
        self.silences += 1
        if self.silences >= limit:
            doublings = min(self.silences - limit, _MOST_DOUBLINGS)
            self.until = now + min(first * 2**doublings, max(first, LONGEST))

    def answered(self) -> None:
        self.silences = 0
        self.until = 0.0

    def down(self, now: float) -> bool:
        return now < self.until
