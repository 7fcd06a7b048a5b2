"""The numbers of politeness, in one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Times in seconds.

    ``concurrency``: most pages in flight. ``address_concurrency``: most of them at one address.
    ``host_delay``: pause between two pages of a host. ``park_after``: longest wait for a turn.
    ``silences``: requests without an answer, in a row, after which a host is down; ``down_for``:
    how long at first.
    """

    concurrency: int = 300
    address_concurrency: int = 10
    host_delay: float = 1.0
    park_after: float = 30.0
    silences: int = 2
    down_for: float = 600.0
