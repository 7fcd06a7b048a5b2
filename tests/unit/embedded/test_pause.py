"""How long a child that ended waits before it is started again."""

from __future__ import annotations

from wireroom.embedded.supervise import pause


def test_one_that_had_run_for_a_while_starts_again_at_once() -> None:
    assert pause(0) == 0.0


def test_the_pause_doubles_from_a_fifth_of_a_second_to_ten_seconds() -> None:
    assert [pause(n) for n in (1, 2, 3, 4, 5, 6, 7, 1000)] == [
        0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0,
    ]  # fmt: skip
