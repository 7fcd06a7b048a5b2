"""The account: what became of every accepted submission, from the journal's entries. Pure.

What a submission's entries mean together is the ledger's to say: see `wireroom.ledger.states`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from wireroom.ledger.states import ENDS, STAGES, Line, folded, state, story


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a submission ended. Prints as `indexed`, `dropped(robots)`, `dead(fetch, http_404)`."""

    event: str
    stage: str | None = None
    reason: str | None = None

    def __str__(self) -> str:
        """As in the list of outcomes that the whole project uses."""
        said = ", ".join(word for word in (self.stage, self.reason) if word)
        return f"{self.event}({said})" if said else self.event


@dataclass(frozen=True, slots=True)
class State:
    """Where one submission is: its outcome, or the stage that has it next."""

    outcome: Outcome | None
    stage: str
    article_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Accepted submissions and what became of them.

    `strangers` are submissions that the journal knows and this account does not: others' work.
    They do not count, but explain one that never ends because its id was lost on the way.
    """

    accepted: int
    outcomes: Mapping[Outcome, int]
    in_flight: Mapping[str, int]
    strangers: int = 0

    @property
    def balances(self) -> bool:
        """Whether accepted is the sum of the outcomes and of what is on its way."""
        return self.accepted == sum(self.outcomes.values()) + sum(self.in_flight.values())

    def __str__(self) -> str:
        """A table of plain text: one line per outcome, then the sum."""
        lines = [(str(outcome), count) for outcome, count in self.outcomes.items()]
        lines += [(f"in flight({stage})", count) for stage, count in self.in_flight.items()]
        total = sum(count for _, count in lines)
        sign = "=" if self.balances else "≠"
        width = max((len(name) for name, _ in lines), default=0)
        width = max(width, len("accepted"))
        table = [f"{name:<{width}}  {count:>6}" for name, count in lines]
        table += [f"{'sum':<{width}}  {total:>6}"]
        table += [f"{'accepted':<{width}}  {self.accepted:>6}  {sign} sum"]
        return "\n".join(table)


def account(entries: Iterable[Line], accepted: Sequence[UUID]) -> Account:
    """The account of these submissions.

    An id that was accepted twice makes an account that does not balance: one of two is lost.
    """
    found = states(entries)
    outcomes: Counter[Outcome] = Counter()
    in_flight: Counter[str] = Counter()
    for submission in set(accepted):
        state = found.get(submission, State(None, STAGES[0]))
        if state.outcome:
            outcomes[state.outcome] += 1
        else:
            in_flight[state.stage] += 1
    return Account(
        accepted=len(accepted),
        outcomes=dict(sorted(outcomes.items(), key=lambda item: _printing_order(item[0]))),
        in_flight=dict(sorted(in_flight.items(), key=lambda item: _position(item[0]))),
        strangers=len(found.keys() - set(accepted)),
    )


def states(entries: Iterable[Line]) -> dict[UUID, State]:
    """Where each submission of the journal is."""
    found: dict[UUID, State] = {}
    for key, one in folded(map(story, entries)).items():
        is_at = state(one)
        ended = None if is_at.since else Outcome(is_at.name, is_at.stage, is_at.reason)
        found[key] = State(ended, is_at.stage or STAGES[-1], one.article)
    return found


def _position(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def _printing_order(outcome: Outcome) -> tuple[int, int, str]:
    return ENDS.index(outcome.event), _position(outcome.stage or STAGES[0]), outcome.reason or ""
