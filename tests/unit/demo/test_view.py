"""What is printed, on a terminal and elsewhere."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console, RenderableType

from wireroom.demo.account import Account, Outcome
from wireroom.demo.view import (
    Arrival,
    Board,
    account_text,
    arrival_line,
    live,
    print_rows,
    render,
    rows_table,
    stage_counts,
    title,
    topic,
)

FIRST = UUID(int=1)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RAIN = Arrival("Rain stops play", "en", "sport", "indexed", 1.234)
GONE = Arrival("a page that is gone", None, None, "dead(fetch, http_404)", 0.2)


@dataclass(frozen=True)
class Said:
    """A journal entry."""

    stage: str
    event: str
    submission_id: UUID = FIRST
    article_id: UUID | None = None
    reason: str | None = None
    at: datetime = NOON


def printed(shown: RenderableType, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(shown)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_away_from_a_terminal_each_arrival_is_one_line_and_comes_once() -> None:
    out = io.StringIO()
    with live(Console(file=out, width=40)) as show:
        show(Board(2, {}, [RAIN]))
        show(Board(2, {}, [RAIN]))
        show(Board(2, {}, [RAIN, GONE]))
    assert out.getvalue().splitlines() == [arrival_line(RAIN), arrival_line(GONE)]


def test_a_title_in_square_brackets_is_not_taken_for_markup() -> None:
    bracketed = Arrival("[red]Rain[/red] stops play [live]", "en", "sport", "indexed", 1.0)
    out = io.StringIO()
    with live(Console(file=out)) as show:
        show(Board(1, {}, [bracketed]))
    assert out.getvalue().endswith("[red]Rain[/red] stops play [live]\n")
    assert "[live]" in printed(render(Board(1, {}, [bracketed])))
    assert "[live]" in printed(rows_table([{"title": "x [live]"}]))


def test_on_a_terminal_the_board_is_drawn() -> None:
    out = io.StringIO()
    with live(Console(file=out, force_terminal=True, width=120)) as show:
        show(Board(2, {"fetch": {"passed": 1, "dead": 1}}, [RAIN, GONE]))
    assert "2 published" in out.getvalue()
    assert "Rain stops play" in out.getvalue()


def test_the_board_counts_what_each_stage_did() -> None:
    stages = {
        "fetch": {"passed": 3, "dead": 1, "retried": 2},
        "index": {"indexed": 2, "unchanged": 1},
    }
    text = printed(render(Board(5, stages, [])))
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}
    assert lines["fetch"] == ["3", "2", "0", "1"]
    assert lines["index"] == ["3", "0", "0", "0"]
    assert lines["clean"] == ["0", "0", "0", "0"]


def test_the_board_shows_the_last_arrivals_and_fits_a_terminal_of_24_lines() -> None:
    arrivals = [Arrival(f"title {n}", "en", "sport", "indexed", 1.0) for n in range(50)]
    text = printed(render(Board(50, {}, arrivals)), width=80)
    assert "title 49" in text
    assert "title 30" not in text
    assert len(text.splitlines()) <= 24


def test_stage_counts_ignore_an_entry_that_was_delivered_twice() -> None:
    entries = [Said("fetch", "passed"), Said("fetch", "passed"), Said("fetch", "retried")]
    assert stage_counts(entries) == {"fetch": {"passed": 1, "retried": 1}}


def test_rows_are_printed_with_topic_time_and_what_is_special() -> None:
    rows: list[dict[str, object]] = [
        {
            "title": "Rain stops play",
            "language": "en",
            "subjects": [{"name": "sport"}, {"name": "weather"}],
            "published_at": "2026-03-01T12:00:00+00:00",
            "text": "x" * 1234,
            "revision": 2,
        },
        {"title": None, "text": "The rain came at noon.", "duplicate_of": UUID(int=2)},
    ]
    text = printed(rows_table(rows))
    assert "2026-03-01" in text
    assert "1,234" in text
    assert "revision 2" in text
    assert "copy" in text
    assert "«The rain came at noon.…»" in text


def test_in_a_file_titles_are_whole_and_on_a_narrow_terminal_every_column_is_there() -> None:
    row = {
        "title": "A title of more than fifty letters, as so many titles in the news are",
        "language": "en",
        "published_at": "2026-03-01T12:00:00+00:00",
        "text": "x" * 1234,
        "revision": 2,
    }
    file, terminal = io.StringIO(), io.StringIO()
    print_rows(Console(file=file), [row])
    print_rows(Console(file=terminal, force_terminal=True, width=80), [row])
    assert str(row["title"]) in file.getvalue()
    for part in ("en", "2026-03-01", "A title of", "…", "1,234", "revision 2"):
        assert part in terminal.getvalue()


def test_a_row_without_title_or_subjects_has_a_name_and_no_topic() -> None:
    assert title({"title": "", "text": "Rain."}) == "«Rain.…»"
    assert topic({"subjects": []}) is None
    assert topic({}) is None
    assert topic({"subjects": ["sport"]}) == "sport"


def test_the_account_says_in_words_whether_it_balances() -> None:
    good = Account(1, {Outcome("indexed"): 1}, {})
    assert "The account balances." in account_text(good).plain
    assert "does NOT balance" in account_text(Account(2, {Outcome("indexed"): 1}, {})).plain
