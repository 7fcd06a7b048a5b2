"""What ``ledger`` prints of a balance, and what it takes for wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wireroom.cli.commands import parser
from wireroom.cli.ledger import complaints, hour, sentences, table
from wireroom.cli.trouble import Trouble
from wireroom.storage.ledger_reading import Balance, Check

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def line(
    state: str, records: int, stage: str | None = None, reason: str | None = None
) -> dict[str, Any]:
    return {"state": state, "stage": stage, "reason": reason, "records": records}


LINES = [
    line("indexed", 1_200), line("dropped", 30, None, "robots"),
    line("dead", 4, "fetch", "http_404"), line("in flight", 2, "clean"),
]  # fmt: skip


def balance(**given: Any) -> Balance:
    read = [{"topic": "articles.intake", "read_to": NOW, "behind": 0, "looked_at": NOW}]
    empty: dict[str, Any] = {
        "accepted": 0, "lines": [], "parked": {}, "oldest": None, "strangers": 0, "reading": read,
    }  # fmt: skip
    return Balance(**{**empty, **given})


def test_a_balance_is_one_line_per_outcome_and_the_sum() -> None:
    assert table(LINES, 1_236).splitlines() == [
        "indexed                1,200",
        "dropped(robots)           30",
        "dead(fetch, http_404)      4",
        "in flight(clean)           2",
        "sum                    1,236",
        "accepted               1,236  = sum",
    ]


def test_a_sum_that_is_not_what_was_accepted_is_named() -> None:
    assert "accepted               1,237  ≠ sum" in table(LINES, 1_237)


def test_it_says_how_far_it_holds() -> None:
    assert "articles.intake read up to 2026-03-01 12:30:00, 0 behind" in sentences(
        balance(), 0, NOW
    )
    late = sentences(balance(), 0, NOW + timedelta(minutes=5))
    assert "the ledger has not run for 300 s: what came since is not in this" in late
    assert sentences(balance(reading=[]), None, NOW)[-1].startswith(
        "the ledger has read nothing yet"
    )


def test_what_is_missing_names_the_command_that_lists_it() -> None:
    assert "missing: 3; see `wireroom ledger missing`" in sentences(balance(), 3, NOW)
    assert "missing: 0" in sentences(balance(), 0, NOW)


def test_what_is_parked_is_told_by_the_time_still_to_wait() -> None:
    said = sentences(balance(parked={"2h": 4, "due": 1}), 0, NOW)
    assert "parked, by the time still to wait: 1 due, 4 2h" in said


def test_counts_are_kept_by_hour_and_so_is_since() -> None:
    assert hour("2026-03-01T12:45") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert hour(None) is None
    with pytest.raises(Trouble, match="give a day"):
        hour("yesterday-ish")


def test_every_disagreement_has_a_line() -> None:
    wrong = [{"state": "dead", "counted": 3, "there": 4}]
    assert complaints(Check(["a"], ["b"], wrong)) == [
        "a: has its outcome and no row in article",
        "b: was written, and the ledger does not know",
        "dead: 3 counted, 4 rows",
    ]
    assert complaints(Check([], [], [])) == []


@pytest.mark.parametrize(
    "words", ["ledger --json", "ledger missing --json", "ledger --json missing"]
)
def test_json_may_stand_before_or_after_the_action(words: str) -> None:
    assert parser().parse_args(words.split()).json is True
