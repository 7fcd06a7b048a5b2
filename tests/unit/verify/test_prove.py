"""Sending in two rounds, waiting, judging: with a pipeline that is a dictionary."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Sequence
from uuid import UUID

import pytest

from wireroom.verify import prove as proving
from wireroom.verify.catalogue import Case, cases
from wireroom.verify.judgement import Found, Seen
from wireroom.verify.prove import Kit, prove


class Done:
    def __await__(self) -> Generator[None, None, None]:
        return
        yield


class Pipeline:
    """Settles what it got after some looks; ``loses`` those of a number."""

    def __init__(self, loses: int | None = None) -> None:
        self.order: list[Case] = []
        self.looks = 0
        self.loses = loses
        self.said: list[str] = []

    async def send(self, case: Case) -> Awaitable[None]:
        self.order.append(case)
        return Done()

    async def unsettled(self, sent: Sequence[Case]) -> int:
        self.looks += 1
        lost = sum(case.number == self.loses for case in sent)
        return max(lost, len(sent) - 40 * self.looks)

    async def look(self, sent: Sequence[Case]) -> Found:
        kept = [case for case in self.order if case.number != self.loses]
        texts: dict[UUID, str] = {c.article_id: c.text for c in kept if c.article_id and c.text}
        return Found(
            {
                c.submission_id: Seen(c.expected.outcome, c.expected.stage, c.expected.reason)
                for c in kept
            },
            {},
            {article: [text] for article, text in texts.items()},
            {c.submission_id: [c.value] for c in kept if c.expected.outcome == "dead"},
        )

    def kit(self) -> Kit:
        return Kit(send=self.send, unsettled=self.unsettled, look=self.look, say=self.said.append)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "LOOK_EVERY", 0.001)


async def test_what_builds_on_another_is_sent_once_that_has_its_outcome() -> None:
    pipeline, made = Pipeline(), cases("run", 120, 2, poison=True)
    judgement = await prove(pipeline.kit(), made, rate=1e6, patience=1)
    assert judgement.clean
    first_of_second = next(n for n, case in enumerate(pipeline.order) if case.second)
    assert not [case for case in pipeline.order[:first_of_second] if case.second]
    assert len(pipeline.order) == 120


async def test_one_that_never_ends_is_waited_for_and_then_lost() -> None:
    made = cases("run", 60, 2, poison=True)
    text = next(case for case in made if case.shape == "text")
    pipeline = Pipeline(loses=text.number)
    judgement = await prove(pipeline.kit(), made, rate=1e6, patience=0.05)
    assert {finding.fault for finding in judgement.findings} == {"lost"}
    assert text in {finding.case for finding in judgement.findings}
