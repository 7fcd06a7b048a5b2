"""The account: each submission counts once, by its last final outcome."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from wireroom.demo.account import Account, Outcome, account, states

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
A, B, C = (uuid5(UUID(int=0), name) for name in "abc")
ARTICLE = uuid5(UUID(int=0), "article")


@dataclass(frozen=True)
class Said:
    """A journal entry."""

    submission_id: UUID
    stage: str
    event: str
    at: datetime
    reason: str | None = None
    article_id: UUID | None = ARTICLE
    accepted_at: datetime = START
    attempt: int = 1
    until: datetime | None = None
    record_topic: str = "articles.intake"
    record_partition: int = 0
    record_offset: int = 0


def said(submission: UUID, words: str, second: float = 0, reason: str | None = None) -> Said:
    """`said(A, "fetch passed", 2)`: what the stage said two seconds after the start."""
    stage, event = words.split()
    return Said(submission, stage, event, START + timedelta(seconds=second), reason)


def whole_way(submission: UUID, end: str = "indexed", second: float = 0) -> list[Said]:
    return [
        said(submission, "fetch passed", second),
        said(submission, "clean passed", second + 1),
        said(submission, "classify passed", second + 2),
        said(submission, f"index {end}", second + 3),
    ]


def test_accepted_is_the_sum_of_outcomes_and_of_what_is_in_flight() -> None:
    entries = [
        *whole_way(A),
        said(B, "fetch dead", 1, "http_404"),
        said(C, "fetch passed", 1),
    ]
    result = account(entries, [A, B, C])
    assert result.outcomes == {Outcome("indexed"): 1, Outcome("dead", "fetch", "http_404"): 1}
    assert result.in_flight == {"clean": 1}
    assert result.accepted == 3
    assert result.balances


def test_a_submission_of_which_nothing_was_heard_is_in_flight_at_the_first_stage() -> None:
    assert account([], [A]).in_flight == {"fetch": 1}


def test_outcomes_print_as_everywhere_in_the_project() -> None:
    entries = [
        said(A, "fetch dead", 0, "http_404"),
        said(B, "clean dropped", 0, "no_article"),
        said(C, "index revised", 0),
    ]
    printed = {str(state.outcome) for state in states(entries).values()}
    assert printed == {"dead(fetch, http_404)", "dropped(no_article)", "revised"}


def test_every_entry_delivered_twice_changes_nothing() -> None:
    entries = [*whole_way(A), said(B, "clean dropped", 1, "no_article"), said(C, "fetch passed")]
    assert account(entries * 2, [A, B, C]) == account(entries, [A, B, C])


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_delivery_does_not_matter(order: tuple[int, ...]) -> None:
    entries = [
        said(A, "fetch passed", 0),
        said(A, "clean dead", 1, "timeout"),
        said(A, "clean replayed", 5),
        said(A, "index indexed", 9),
    ]
    result = account([entries[i] for i in order], [A])
    assert result.outcomes == {Outcome("indexed"): 1}


def test_a_dead_letter_that_was_replayed_and_then_indexed_is_indexed() -> None:
    entries = [
        said(A, "fetch dead", 0, "http_503"),
        said(A, "fetch replayed", 60),
        *whole_way(A, second=61),
    ]
    result = account(entries, [A])
    assert result.outcomes == {Outcome("indexed"): 1}
    assert not result.in_flight


def test_a_replayed_dead_letter_is_in_flight_again_at_its_stage() -> None:
    entries = [
        said(A, "fetch passed", 0),
        said(A, "clean dead", 1, "timeout"),
        said(A, "clean replayed", 60),
    ]
    result = account(entries, [A])
    assert result.in_flight == {"clean": 1}
    assert not result.outcomes


def test_a_replayed_dead_letter_that_dies_again_is_dead_by_its_last_reason() -> None:
    entries = [
        said(A, "fetch dead", 0, "http_503"),
        said(A, "fetch replayed", 60),
        said(A, "fetch dead", 61, "http_410"),
    ]
    assert account(entries, [A]).outcomes == {Outcome("dead", "fetch", "http_410"): 1}


def test_a_replay_of_one_copy_does_not_open_what_another_copy_has_ended() -> None:
    entries = [*whole_way(A), said(A, "clean replayed", 60)]
    assert account(entries, [A]).outcomes == {Outcome("indexed"): 1}


def test_a_hop_that_was_done_again_after_the_outcome_does_not_put_it_in_flight() -> None:
    entries = [*whole_way(A), said(A, "fetch passed", 10), said(A, "clean retried", 11, "busy")]
    result = account(entries, [A])
    assert result.outcomes == {Outcome("indexed"): 1}
    assert not result.in_flight


@pytest.mark.parametrize("wrote", ["indexed", "revised", "duplicate"])
@pytest.mark.parametrize("later", [0, 10])
def test_work_done_again_that_finds_its_own_row_does_not_count_as_unchanged(
    wrote: str, later: float
) -> None:
    first = said(A, f"index {wrote}", 3)
    again = said(A, "index unchanged", 3 + later)
    assert account([first, again], [A]).outcomes == {Outcome(wrote): 1}
    assert account([again, first], [A]).outcomes == {Outcome(wrote): 1}


def test_unchanged_alone_and_after_a_replay_counts() -> None:
    entries = [
        *whole_way(A, end="unchanged"),
        said(B, "index dead", 0, "sql_23505"),
        said(B, "index replayed", 1),
        said(B, "index unchanged", 2),
    ]
    assert account(entries, [A, B]).outcomes == {Outcome("unchanged"): 2}


def test_a_retried_one_is_in_flight_at_the_stage_that_tries_again() -> None:
    entries = [said(A, "fetch passed", 0), said(A, "clean retried", 1, "pool_busy")]
    assert account(entries, [A]).in_flight == {"clean": 1}


def test_the_furthest_stage_counts_when_an_earlier_hop_is_done_again() -> None:
    entries = [said(A, "fetch passed", 0), said(A, "clean passed", 1), said(A, "fetch passed", 2)]
    assert account(entries, [A]).in_flight == {"classify": 1}


def test_an_id_accepted_twice_means_one_is_lost_and_the_account_does_not_balance() -> None:
    result = account(whole_way(A), [A, A])
    assert not result.balances
    assert "≠" in str(result)


def test_an_account_that_misses_an_outcome_does_not_balance() -> None:
    assert not Account(3, {Outcome("indexed"): 1}, {"clean": 1}).balances
    assert Account(2, {Outcome("indexed"): 1}, {"clean": 1}).balances


def test_submissions_of_others_are_told_but_not_counted() -> None:
    result = account([*whole_way(A), *whole_way(B)], [A])
    assert result.outcomes == {Outcome("indexed"): 1}
    assert result.strangers == 1
    assert result.balances


def test_the_article_of_a_submission_is_known_even_if_the_last_entry_does_not_name_it() -> None:
    late = Said(A, "index", "indexed", START + timedelta(seconds=9), article_id=None)
    assert states([said(A, "fetch passed", 0), late])[A].article_id == ARTICLE


def test_the_table_lists_outcomes_in_their_order_and_the_sum() -> None:
    entries = [
        said(A, "fetch dead", 0, "http_404"),
        *whole_way(B),
        said(C, "clean passed", 0),
    ]
    assert str(account(entries, [A, B, C])).splitlines() == [
        "indexed                     1",
        "dead(fetch, http_404)       1",
        "in flight(classify)         1",
        "sum                         3",
        "accepted                    3  = sum",
    ]


def test_an_empty_account_balances() -> None:
    assert str(account([], [])).splitlines()[-1].endswith("= sum")
