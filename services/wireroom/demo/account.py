"""The account: what became of every accepted submission, from the journal's entries. Pure.

The journal is delivered at least once and in no certain order, and work that was done twice is
journalled twice. So entries are ordered by their time and folded per submission; a submission
counts once, by its last final outcome:

- only `replayed` opens what is dead again; a hop that comes after an outcome is a repetition;
- `unchanged` after an outcome that wrote the row is a repetition too: the row was already there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

STAGES = ("fetch", "clean", "classify", "index")

FINAL = ("indexed", "duplicate", "revised", "unchanged", "dropped", "dead")
"""The outcomes, in the order in which they are printed."""

_WROTE = ("indexed", "duplicate", "revised")


class Entry(Protocol):
    """What the account reads of a journal entry; `event` is a hop or an outcome."""

    @property
    def submission_id(self) -> UUID: ...
    @property
    def article_id(self) -> UUID | None: ...
    @property
    def stage(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...


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


def account(entries: Iterable[Entry], accepted: Sequence[UUID]) -> Account:
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


def states(entries: Iterable[Entry]) -> dict[UUID, State]:
    """Where each submission of the journal is."""
    by_submission: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_submission[entry.submission_id].append(entry)
    return {key: _fold(sorted(own, key=_order)) for key, own in by_submission.items()}


def _fold(entries: Sequence[Entry]) -> State:
    state = State(None, STAGES[0])
    article: UUID | None = None
    for entry in entries:
        article = entry.article_id or article
        state = _after(state, entry)
    return State(state.outcome, state.stage, article)


def _after(state: State, entry: Entry) -> State:
    """The state after one entry."""
    now = state.outcome
    if entry.event in FINAL:
        if entry.event == "unchanged" and now and now.event in _WROTE:
            return state
        return State(_outcome(entry), entry.stage)
    if entry.event == "replayed":
        return State(None, entry.stage) if now and now.event == "dead" else state
    if now:
        return state
    reached = _next(entry.stage) if entry.event == "passed" else entry.stage
    return State(None, max(state.stage, reached, key=_position))


def _outcome(entry: Entry) -> Outcome:
    if entry.event == "dead":
        return Outcome("dead", entry.stage, entry.reason)
    if entry.event == "dropped":
        return Outcome("dropped", None, entry.reason)
    return Outcome(entry.event)


def _order(entry: Entry) -> tuple[datetime, int, int]:
    """By time; at one time as they can only have happened: hops, outcome, repetition, replay."""
    rank = {"unchanged": 2, "replayed": 3}.get(entry.event, int(entry.event in FINAL))
    return entry.at, rank, _position(entry.stage)


def _next(stage: str) -> str:
    later = STAGES[_position(stage) + 1 :]
    return later[0] if later else stage


def _position(stage: str) -> int:
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def _printing_order(outcome: Outcome) -> tuple[int, int, str]:
    return FINAL.index(outcome.event), _position(outcome.stage or STAGES[0]), outcome.reason or ""
