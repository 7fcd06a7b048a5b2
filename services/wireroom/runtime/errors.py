"""How a stage says that it failed.

* StageError
  - Transient     worth trying again: a timeout, a 503, a lost connection
  - Later         no failure: one's turn comes later
  - Permanent     never will work: a 404, an undecodable page
  - Unavailable   not the event's fault: something that we need is away

Anything else a handler raises is a bug. It is retried like ``Transient``,
in case it was not one, and its traceback is kept in the dead letter.
"""

from __future__ import annotations


class StageError(Exception):
    """A failure. ``reason`` is a short, countable word: it becomes a metric label."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Transient(StageError):
    """May work later; not before ``after`` seconds, if the other side said so.

    ``counts=False``: the other side asked to wait. That uses up no try, for a day.
    ``party``: whose failure it may be, such as a site's; however often one party fails, that
    says only once that the fault may be ours.
    """

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        after: float = 0.0,
        counts: bool = True,
        party: str = "",
    ) -> None:
        super().__init__(reason, detail)
        self.after = after
        self.counts = counts
        self.party = party


class Later(StageError):
    """Not yet, in ``after`` seconds. Whatever waits for its turn uses up no try, and no time."""

    def __init__(self, reason: str, detail: str = "", *, after: float) -> None:
        super().__init__(reason, detail)
        self.after = after


class Permanent(StageError):
    """Will not work however often we try.

    ``doubtful``: whoever says so may be wrong, such as a database with a constraint too many; where
    it is said of everything, the fault is ours.
    """

    def __init__(self, reason: str, detail: str = "", *, doubtful: bool = False) -> None:
        super().__init__(reason, detail)
        self.doubtful = doubtful


class Unavailable(StageError):
    """No event would work now. The stage pauses, says why, and tries again by itself."""


def reason_of(error: BaseException) -> str:
    """The error's own word; ``bug`` for what no stage should raise."""
    return error.reason if isinstance(error, StageError) else "bug"


def detail_of(error: BaseException) -> str:
    """What it says beside its reason; of a bug its class, too."""
    return error.detail if isinstance(error, StageError) else f"{type(error).__name__}: {error}"
