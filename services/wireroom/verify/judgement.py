"""What was sent against what is there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from wireroom.verify.catalogue import Case, settled_texts

Fault: TypeAlias = Literal["lost", "doubled", "wrong content", "wrong outcome"]
FAULTS: tuple[Fault, ...] = ("lost", "doubled", "wrong content", "wrong outcome")


@dataclass(frozen=True, slots=True)
class Seen:
    """Where one submission is: an outcome of the ledger, or ``in flight`` and ``parked``."""

    outcome: str
    stage: str | None = None
    reason: str | None = None

    @property
    def settled(self) -> bool:
        return self.outcome not in ("in flight", "parked")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.outcome, self.stage, self.reason)))


@dataclass(frozen=True, slots=True)
class Found:
    """What the pipeline holds of a run.

    ``seen``: by submission. ``ends``: by submission, the different ends that its journal tells of.
    ``texts``: by article, the texts of all its rows. ``letters``: by submission, the bodies of its
    dead letters; where work was done twice there may be several.
    """

    seen: Mapping[UUID, Seen]
    ends: Mapping[UUID, Sequence[str]]
    texts: Mapping[UUID, Sequence[str]]
    letters: Mapping[UUID, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Finding:
    fault: Fault
    case: Case
    detail: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """``cases``: how many were sent. Clean when there is no finding."""

    cases: int
    findings: Sequence[Finding] = field(default=())

    @property
    def clean(self) -> bool:
        return not self.findings

    def count(self, fault: Fault) -> int:
        return sum(finding.fault == fault for finding in self.findings)


def judge(cases: Sequence[Case], found: Found) -> Judgement:
    """Every fault of every case; one case may have several."""
    texts = settled_texts(cases)
    findings = [finding for case in cases for finding in _of(case, found, texts)]
    return Judgement(len(cases), findings)


def _of(case: Case, found: Found, texts: Mapping[UUID, str]) -> Iterable[Finding]:
    seen = found.seen.get(case.submission_id)
    if seen is None or not seen.settled:
        yield Finding("lost", case, "nobody has seen it" if seen is None else str(seen))
    elif seen != Seen(case.expected.outcome, case.expected.stage, case.expected.reason):
        expected = case.expected
        wanted = Seen(expected.outcome, expected.stage, expected.reason)
        yield Finding("wrong outcome", case, f"{seen} instead of {wanted}")
    ends = found.ends.get(case.submission_id, ())
    if len(ends) > 1:
        yield Finding("doubled", case, f"ended as {', '.join(ends)}")
    yield from _letter(case, found.letters.get(case.submission_id, ()))
    rows = found.texts.get(case.article_id, ()) if case.article_id else ()
    if case.text is None:
        if rows:
            yield Finding("wrong content", case, "there is a row")
        return
    if not rows:
        yield Finding("lost", case, "there is no row")
    elif len(rows) > 1:
        yield Finding("doubled", case, f"{len(rows)} rows")
    elif case.article_id and rows[0] != texts[case.article_id]:
        yield Finding("wrong content", case, _difference(rows[0], texts[case.article_id]))


def _letter(case: Case, letters: Sequence[bytes]) -> Iterable[Finding]:
    """Who is told that a record is dead has to find it, as it was sent."""
    if case.expected.outcome != "dead":
        return
    if not letters:
        yield Finding("lost", case, "there is no dead letter")
    elif any(letter != case.value for letter in letters):
        yield Finding("wrong content", case, "the dead letter holds other bytes")


def _difference(there: str, wanted: str) -> str:
    same = 0
    while same < min(len(there), len(wanted)) and there[same] == wanted[same]:
        same += 1
    begin = max(0, same - 10)
    return f"at {same}: {there[begin : same + 30]!r} instead of {wanted[begin : same + 30]!r}"
