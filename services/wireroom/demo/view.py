"""What the demo shows: stages at work, articles as they arrive, the rows, the account.

Takes plain data. On a terminal the board is redrawn in place; anywhere else (a file, CI) there is
one line per arrival.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from wireroom.demo.account import Account
from wireroom.ledger.states import STAGES, Line

_SHOWN = 14  # arrivals on the board: with the stages, it fits a terminal of 24 lines
_FILE_WIDTH = 160  # columns: the longest title of the demo has 88, the rest of a row 62
_STYLES = {
    "indexed": "green",
    "duplicate": "cyan",
    "revised": "cyan",
    "unchanged": "dim",
    "dropped": "yellow",
    "dead": "red",
}

Row = Mapping[str, object]
"""A row as `wireroom show --json` names its fields."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One submission that has ended; `seconds` from its acceptance to its outcome."""

    title: str
    language: str | None
    topic: str | None
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Board:
    """The state of the show: `stages` counts the events of each stage."""

    published: int
    stages: Mapping[str, Mapping[str, int]]
    arrivals: Sequence[Arrival]


def stage_counts(entries: Iterable[Line]) -> dict[str, dict[str, int]]:
    """How often each event happened in each stage; an entry delivered twice counts once."""
    seen = {(e.submission_id, e.stage, e.event, e.reason, e.at) for e in entries}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, stage, event, _, _ in seen:
        counts[stage][event] += 1
    return {stage: dict(counter) for stage, counter in counts.items()}


@contextmanager
def live(console: Console) -> Iterator[Callable[[Board], None]]:
    """A function that shows the board given to it, until the block is left."""
    if not console.is_terminal:
        yield _lines(console)
        return
    with Live(console=console, auto_refresh=False) as screen:
        yield lambda board: screen.update(render(board), refresh=True)


def render(board: Board) -> RenderableType:
    """The board for a terminal."""
    return Group(_stages(board), Text(), _arrivals(board.arrivals[-_SHOWN:]))


def arrival_line(arrival: Arrival) -> str:
    """One line; the title stands last, because its width in columns is anybody's guess."""
    return (
        f"{arrival.seconds:6.2f} s  {arrival.outcome:<30}  {arrival.language or '–':<3}"
        f"  {arrival.topic or '–':<42}  {arrival.title}"
    )


def rows_table(rows: Sequence[Row]) -> Table:
    """The rows as they stand in Postgres, short."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("lang", no_wrap=True)
    table.add_column("topic", no_wrap=True, overflow="ellipsis", max_width=18)
    table.add_column("published", no_wrap=True)
    table.add_column("title", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_column("text", justify="right", no_wrap=True)
    table.add_column("note", no_wrap=True)
    for row in rows:
        table.add_row(
            _word(row.get("language")),
            topic(row) or "–",
            _word(row.get("published_at"))[:10],
            Text(title(row)),
            f"{len(str(row.get('text') or '')):,}",
            _note(row),
        )
    return table


def print_rows(console: Console, rows: Sequence[Row]) -> None:
    """Print the rows; away from a terminal, where lines may be long, wide enough for titles."""
    table = rows_table(rows)
    table.width = console.width if console.is_terminal else _FILE_WIDTH
    console.print(table, crop=False)


def account_text(account: Account) -> Text:
    """The account, and in words whether it balances."""
    if account.balances:
        said = ("The account balances.", "bold green")
    else:
        said = ("The account does NOT balance.", "bold red")
    return Text.assemble(str(account), "\n", said)


def title(row: Row) -> str:
    """A row's title; where it has none, the beginning of its text in angle quotes."""
    given = row.get("title")
    return str(given) if given else f"«{str(row.get('text') or '')[:60]}…»"


def topic(row: Row) -> str | None:
    """The name of the first subject, which is the most certain one."""
    subjects = row.get("subjects")
    if not isinstance(subjects, Sequence) or not subjects:
        return None
    first = subjects[0]
    return str(first.get("name")) if isinstance(first, Mapping) else str(first)


def _lines(console: Console) -> Callable[[Board], None]:
    printed = 0

    def show(board: Board) -> None:
        nonlocal printed
        for arrival in board.arrivals[printed:]:
            console.print(Text(arrival_line(arrival)), soft_wrap=True)
        printed = len(board.arrivals)

    return show


def _stages(board: Board) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=f"{board.published} published")
    table.add_column("stage")
    for heading in ("handed on", "retried", "dropped", "dead"):
        table.add_column(heading, justify="right")
    for stage in STAGES:
        counts = board.stages.get(stage, {})
        rows = sum(counts.get(event, 0) for event in ("indexed", "duplicate", "revised"))
        done = counts.get("passed", 0) + rows + counts.get("unchanged", 0)
        other = (str(counts.get(event, 0)) for event in ("retried", "dropped", "dead"))
        table.add_row(stage, str(done), *other)
    return table


def _arrivals(arrivals: Sequence[Arrival]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=24)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for arrival in arrivals:
        style = _STYLES.get(arrival.outcome.partition("(")[0], "")
        table.add_row(
            f"{arrival.seconds:.2f} s",
            Text(arrival.outcome, style),
            arrival.language or "–",
            arrival.topic or "–",
            Text(arrival.title),
        )
    return table


def _note(row: Row) -> str:
    if row.get("duplicate_of"):
        return "copy"
    revision = row.get("revision")
    return f"revision {revision}" if isinstance(revision, int) and revision > 1 else ""


def _word(value: object) -> str:
    return "–" if value is None else str(value)
