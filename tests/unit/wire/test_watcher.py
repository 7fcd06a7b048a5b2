from __future__ import annotations

import pytest

from wireroom.wire.kafka.watcher import skew


@pytest.mark.parametrize(
    ("stamped", "expected"),
    [(10.0, 0.0), (10.2, 0.0), (10.5, 0.0), (12.5, 2.0), (7.0, -3.0)],
    ids=["at once", "in between", "at the end", "broker ahead", "broker behind"],
)
def test_only_a_stamp_outside_of_the_time_on_the_way_proves_a_skew(
    stamped: float, expected: float
) -> None:
    assert skew(stamped, sent=10.0, acked=10.5) == pytest.approx(expected)
