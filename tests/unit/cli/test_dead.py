"""The parts of ``wireroom dead`` that need no broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from wireroom.cli.commands import parser
from wireroom.cli.dead import working
from wireroom.cli.dead.choosing import choice_of, moment, place
from wireroom.cli.dead.listing import table
from wireroom.cli.dead.showing import cut, dump
from wireroom.cli.dead.waiting import STILL, Watch
from wireroom.cli.dead.working import NAMED, TOGETHER_BYTES, Plan, deal_with, together
from wireroom.cli.trouble import Trouble
from wireroom.replay import Fate, Groups, Letter, Place
from wireroom.wire.transport import Partition, Record

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = 3_600_000
DAY = round(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)


def letter(offset: int, size: int = 2, submission: UUID | None = None) -> Letter:
    sent = {"submission-id": str(submission or uuid5(NAMESPACE_OID, str(offset))).encode()}
    return Letter(Record(Partition("dead.fetch", 0), offset, 0, None, b"x" * size, sent))


# What is meant


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2026-03-02", DAY),
        ("2026-03-02T01:00", DAY + HOUR),
        ("2026-03-02T01:00:00Z", DAY + HOUR),
        ("2026-03-02T03:00:00+02:00", DAY + HOUR),
        ("2h", DAY + 10 * HOUR),
        ("90m", DAY + 10 * HOUR + HOUR // 2),
        ("3600 s", DAY + 11 * HOUR),
        ("2d", DAY - 36 * HOUR),
    ],
)
def test_a_time_is_a_day_a_time_or_a_span(text: str, milliseconds: int) -> None:
    assert moment("--since", text, NOW) == milliseconds


@pytest.mark.parametrize("text", ["yesterday", "", "2 weeks", "2026-13-01", "-3h"])
def test_what_is_no_time_is_answered_with_examples(text: str) -> None:
    with pytest.raises(Trouble, match=r"--until.*2026-01-31T08:00.*90m"):
        moment("--until", text, NOW)


def test_no_time_is_none() -> None:
    assert moment("--since", None, NOW) is None


def test_an_id_names_a_stage_that_buries() -> None:
    assert place("relay/0/12") == Place("relay", 0, 12)
    with pytest.raises(Trouble, match="stages are fetch"):
        place("nobody/0/12")
    with pytest.raises(Trouble, match="stage/partition/offset"):
        place("fetch-0-12")


def test_filters_are_read_from_the_command_line() -> None:
    line = "dead replay fetch/0/1 clean/2/3 --reason dns --hash ab --host EXAMPLE.org --since 2d"
    choice = choice_of(parser().parse_args(line.split()))
    assert choice.places == {Place("fetch", 0, 1), Place("clean", 2, 3)}
    assert (choice.reason, choice.hash, choice.host) == ("dns", "ab", "example.org")
    assert choice.since is not None
    assert choice.names_something
    assert not choice_of(parser().parse_args(["dead", "list"])).names_something


@pytest.mark.parametrize("rate", ["0", "-1", "x", "inf", "nan"])
def test_a_rate_is_a_number_above_nothing(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["dead", "replay", "--rate", rate])
    assert "--rate" in capsys.readouterr().err


# Going through


def test_groups_have_so_many_letters_or_some_megabytes() -> None:
    assert [len(g) for g in together([letter(n) for n in range(7)], 3)] == [3, 3, 1]
    large = [letter(n, TOGETHER_BYTES // 2 + 1) for n in range(3)]
    assert [len(g) for g in together(large, 3)] == [1, 1, 1]
    assert list(together([], 3)) == []


class _Meant:
    """Letters in two batches."""

    async def batches(self) -> AsyncIterator[Sequence[Letter]]:
        yield [letter(n) for n in range(4)]
        yield [letter(n) for n in range(4, 6)]


async def _dealt(rate: float | None, stop_after: int | None = None) -> tuple[int, list[int]]:
    stop, told, sizes = asyncio.Event(), list[int](), list[int]()

    async def act(letters: Sequence[Letter]) -> int:
        sizes.append(len(letters))
        if stop_after is not None and sum(sizes) >= stop_after:
            stop.set()
        return len(letters)

    meant: Any = _Meant()
    done = await deal_with(meant, act, told.append, rate=rate, stop=stop)
    assert sum(told) == done
    return done, sizes


async def test_all_are_dealt_with_in_few_groups() -> None:
    assert await _dealt(None) == (6, [4, 2])


async def test_asked_to_stop_it_finishes_the_group_in_hand_and_tells_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "TOGETHER", 3)
    assert await _dealt(None, stop_after=4) == (4, [3, 1])
    monkeypatch.setattr(working, "TOGETHER", 1)
    assert await _dealt(None, stop_after=2) == (2, [1, 1])


async def test_a_rate_spaces_the_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    waits: list[float] = []

    async def until(when: float, stop: asyncio.Event) -> None:
        waits.append(round(when - clock.now, 6))
        clock.now = max(clock.now, when)

    monkeypatch.setattr(working, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(working, "_until", until)
    done, sizes = await _dealt(8.0)
    assert (done, sizes) == (6, [2, 2, 2])
    assert waits == [0.25, 0.25, 0.25]


def test_a_plan_holds_some_names_and_all_numbers() -> None:
    plan = Plan()
    for n in range(50):
        plan.add(letter(n), "articles.intake")
        plan.refuse(f"not {n}")
    assert plan.count == 50
    assert len(plan.named) == len(plan.refused) == NAMED
    assert plan.refusals == 50


# What is printed


def test_long_text_and_bytes_are_cut_with_their_length_at_any_depth() -> None:
    found = cut({"html": b"x" * 5, "article": {"text": "y" * 3000, "authors": ("A", "B" * 2000)}})
    assert isinstance(found, dict)
    assert found["html"] == "5 bytes"
    assert found["article"]["text"].startswith("yyy")
    assert found["article"]["text"].endswith("… (3000 characters)")
    assert found["article"]["authors"][0] == "A"
    assert found["article"]["authors"][1].endswith("(2000 characters)")


def test_bytes_are_shown_in_rows_of_sixteen() -> None:
    rows = list(dump(b"\x00News\xff" + b"0123456789abcdef"))
    assert len(rows) == 2
    assert rows[0].split() == ["000000", *["00", "4e", "65", "77", "73", "ff"], *(
        f"{b:02x}" for b in b"0123456789"), ".News.0123456789"]  # fmt: skip
    assert rows[1].split() == ["000010", *(f"{b:02x}" for b in b"abcdef"), "abcdef"]
    assert list(dump(b"")) == []


def test_the_table_tells_what_became_of_letters_only_when_asked() -> None:
    groups = Groups()
    groups.add(letter(1), Fate("open"))
    groups.add(letter(2), Fate("replayed", "indexed"))
    plain = [str(c.header) for c in table(groups.sorted(), settled=False).columns]
    full = [str(c.header) for c in table(groups.sorted(), settled=True).columns]
    assert "became" not in plain
    assert {"open", "replayed", "dropped", "became"} <= set(full)


# Waiting for outcomes


def _line(submission: UUID, event: str, reason: str | None = None) -> Any:
    return SimpleNamespace(
        submission_id=submission, event=event, reason=reason, stage="fetch", until=NOW
    )


async def test_outcomes_of_what_was_put_back_are_heard_and_others_are_not() -> None:
    watch, stop = Watch(), asyncio.Event()
    ids = [uuid5(NAMESPACE_OID, f"s{n}") for n in range(5)]
    watch.expect([letter(n, submission=one) for n, one in enumerate(ids)])
    watch.heard(_line(uuid5(NAMESPACE_OID, "nobody's"), "indexed"))
    watch.heard(_line(ids[0], "replayed"))
    watch.heard(_line(ids[0], "passed"))
    assert set(watch.outcomes()) == {STILL}
    watch.heard(_line(ids[0], "indexed"))
    watch.heard(_line(ids[1], "dead", "http_404"))
    watch.heard(_line(ids[2], "dropped", "no_article"))
    watch.heard(_line(ids[3], "parked", "http_503"))
    await watch.until_all(0.0, stop)
    assert dict(watch.outcomes()) == {
        "indexed": 1,
        "dead(fetch, http_404)": 1,
        "dropped(no_article)": 1,
        "parked(http_503)": 1,
        STILL: 1,
    }
    assert dict(watch.named())["fetch/0/3"] == "parked(http_503) until 12:00:00"
    watch.heard(_line(ids[3], "indexed"))
    watch.heard(_line(ids[4], "unchanged"))
    await watch.until_all(60.0, stop)  # nothing is left to wait for


async def test_somebody_who_wants_to_stop_waits_no_longer() -> None:
    watch, stop = Watch(), asyncio.Event()
    watch.expect([letter(1)])
    stop.set()
    await watch.until_all(60.0, stop)
