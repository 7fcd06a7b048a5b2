from __future__ import annotations

import pytest

from wireroom.wire.kafka.twin import Places, only_one
from wireroom.wire.transport import Gone


def contested(*joins: tuple[str, float]) -> bool:
    places = Places()
    for member_id, now in joins:
        places.joined(member_id, now)
    return places.contested


def test_whoever_is_put_out_again_and_again_has_a_twin() -> None:
    assert contested(("a", 0), ("b", 6), ("c", 12), ("d", 18))


def test_many_rebalances_are_no_twin() -> None:
    assert not contested(*(("a", n) for n in range(50)))


def test_being_put_out_now_and_then_is_no_twin() -> None:
    assert not contested(("a", 0), ("b", 40), ("c", 80), ("d", 120))
    assert not contested(("a", 0), ("b", 1), ("c", 2))


def test_a_name_is_held_once_on_a_machine() -> None:
    with only_one("broker:1", "clean-a"):
        with (
            pytest.raises(Gone, match=r"clean-a is taken.*WIREROOM_INSTANCE"),
            only_one("broker:1", "clean-a"),
        ):
            pass
        with only_one("broker:1", "clean-b"), only_one("broker:2", "clean-a"):
            pass
    with only_one("broker:1", "clean-a"):
        pass
