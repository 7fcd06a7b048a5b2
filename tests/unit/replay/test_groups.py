from __future__ import annotations

from wireroom.replay import Fate, Groups, Letter
from wireroom.wire.transport import Partition, Record


def letter(
    offset: int, *, stage: str = "fetch", reason: str = "http_404", mark: str = "a"
) -> Letter:
    noted = {"dead-reason": reason.encode(), "dead-hash": mark.encode(), "dead-detail": b"why"}
    where = Partition(f"dead.{stage}", 0)
    return Letter(Record(where, offset, 1_000 * offset, None, b"12", noted))


OPEN = Fate("open")


def test_letters_that_died_in_the_same_way_are_one_group() -> None:
    groups = Groups()
    for n in (3, 1, 2):
        groups.add(letter(n), OPEN)
    groups.add(letter(4, mark="b"), OPEN)
    groups.add(letter(5, reason="dns"), OPEN)
    groups.add(letter(6, stage="clean"), OPEN)
    found = [(g.stage, g.reason, g.hash, g.count) for g in groups.sorted()]
    assert found == [
        ("clean", "http_404", "a", 1),
        ("fetch", "http_404", "a", 3),
        ("fetch", "dns", "a", 1),
        ("fetch", "http_404", "b", 1),
    ]
    assert groups.total == 6


def test_a_group_tells_when_it_began_and_ended_in_any_order() -> None:
    groups = Groups()
    for n in (30, 10, 20):
        groups.add(letter(n), OPEN)
    fields = groups.sorted()[0].fields()
    assert fields["first"] == "1970-01-01T00:00:10.000+00:00"
    assert fields["last"] == "1970-01-01T00:00:30.000+00:00"
    assert fields["detail"] == "why"


def test_states_are_counted_apart_and_the_example_is_one_that_can_be_worked_with() -> None:
    groups = Groups()
    groups.add(letter(1), OPEN)
    groups.add(letter(2), OPEN)
    groups.add(letter(3), Fate("replayed", "indexed"))
    groups.add(letter(4), Fate("dropped", "dropped(by_hand)"))
    (group,) = groups.sorted()
    fields = group.fields()
    assert (fields["count"], fields["open"], fields["replayed"], fields["dropped"]) == (4, 2, 1, 1)
    assert fields["became"] == {"indexed": 1, "dropped(by_hand)": 1}
    assert fields["example"] == "fetch/0/2"


def test_without_an_open_one_the_example_is_the_latest() -> None:
    groups = Groups()
    for n in (1, 2):
        groups.add(letter(n), Fate("replayed", "indexed"))
    assert groups.sorted()[0].example.id == "fetch/0/2"
    groups.add(letter(3), OPEN)
    groups.add(letter(4), Fate("replayed", "indexed"))
    assert groups.sorted()[0].example.id == "fetch/0/3"
