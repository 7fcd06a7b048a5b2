"""Any order of submissions, waits, poison and deaths: every article has its row, exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from structlog.testing import capture_logs
from tests.unit.runtime import mortal
from tests.unit.runtime.mortal import DEAD, NAMES, TIMED, Life, World

from wireroom.relay import tier
from wireroom.runtime.offsets import Offsets
from wireroom.wire.headers import SUBMISSION_ID

SETTLES = 150.0  # virtual seconds: two trips through the shortest tier, and a fuse's probes
lives = st.builds(Life, st.integers(0, 40), st.booleans())


class Deaths(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World()
        self.patch = pytest.MonkeyPatch()
        for module in TIMED:
            if hasattr(module, "time"):
                self.patch.setattr(module, "time", self.world.clock)
        for module in (mortal.worker, mortal.batch, tier):
            self.patch.setattr(module, "POLL", 5.0)  # what arrives wakes them
        self.patch.setattr(mortal.member, "COMMIT_EVERY", 1.0)  # of virtual time
        self.patch.setattr(mortal.member, "TOLD", 0.1)

    @rule(count=st.integers(1, 6), busy=st.integers(0, 1))
    def submit(self, count: int, busy: int) -> None:
        for _ in range(count):
            self.world.submit(busy=busy)

    @rule()
    def spoil(self) -> None:
        self.world.spoil()

    @rule(
        seconds=st.sampled_from([0.3, 1.2, 3.0, 70.0]),
        deaths=st.dictionaries(st.sampled_from(NAMES), lives),
    )
    def live(self, seconds: float, deaths: dict[str, Life]) -> None:
        self.world.live(seconds, deaths)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.live(SETTLES, {})
            judge(self.world)
        finally:
            self.world.close()
            self.patch.undo()


def judge(world: World) -> None:
    assert world.table.rows == world.sent
    twice = [place for place, n in Counter(world.table.written).items() if n > 1]
    assert not twice, "a record was written in two transactions"
    letters = {r.headers[SUBMISSION_ID].decode(): r.value for r in world.broker.records(DEAD)}
    assert letters == {str(one): value for one, value in world.poison.items()}


def run(examples: int) -> None:
    profile = settings(
        max_examples=examples,
        stateful_step_count=12,
        derandomize=settings.get_current_profile_name() != "chaos",
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Deaths, settings=profile)


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """Every death tells its story, and printing it takes longer than all the rest."""
    with capture_logs():
        yield


@pytest.fixture
def examples() -> int:
    """500 in the profile ``chaos``."""
    return 500 if settings.get_current_profile_name() == "chaos" else 6


def test_whoever_dies_and_whenever_nothing_is_lost_or_written_twice(examples: int) -> None:
    run(examples)


def commits_early(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Offsets, "_reached", staticmethod(lambda progress: progress.next))


def relays_after_committing(patch: pytest.MonkeyPatch) -> None:
    inner = tier.Tier._send

    async def send(self: tier.Tier, record: object, *more: object) -> object:
        self._offsets.finish(record.partition, record.offset)  # type: ignore[attr-defined]
        await self._commit()
        return await inner(self, record, *more)  # type: ignore[arg-type]

    patch.setattr(tier.Tier, "_send", send)


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as context:
        yield context


@pytest.mark.parametrize(
    ("broken", "who", "busy"), [(commits_early, "fetch", 0), (relays_after_committing, "relay", 1)]
)
def test_what_is_broken_is_found(
    broken: Callable[[pytest.MonkeyPatch], None], who: str, busy: int, patch: pytest.MonkeyPatch
) -> None:
    broken(patch)
    assert any(not comes_out(who, steps, busy) for steps in range(10, 40))


def comes_out(who: str, steps: int, busy: int) -> bool:
    """Whether twelve articles come to their rows when ``who`` dies after that many steps."""
    machine = Deaths()
    machine.begin()
    machine.submit(12, busy)
    machine.live(70.0 if busy else 1.1, {who: Life(steps)})  # a commit, and the next is in hand
    try:
        machine.teardown()
    except AssertionError:
        return False
    return True
