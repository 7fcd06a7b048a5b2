from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.unit.docs.pages import PAGES, ROOT, code, name

from wireroom.cli.commands import parser

TARGETS = frozenset(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
COMMAND = re.compile(
    r"(?<![\w./-])(?:\.venv/bin/)?wireroom(?: ([a-z][^|·`#;&<>]*))?(?=[|·`#;&<>]|$)"
)
MAKE = re.compile(r"^make ([a-z-]+)")


def commands(lines: list[str]) -> list[str]:
    """What stands after ``wireroom`` on each line, without what the shell does with it."""
    return [
        re.sub(r'\)".*$', "", found[1])  # "$(wireroom dsn)" and what follows
        for line in lines
        for found in COMMAND.finditer(line)
        if found[1]
    ]


def accepted(command: str) -> bool:
    try:
        parser().parse_args(shlex.split(command))
    except SystemExit:
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_on_a_page_is_one_that_the_program_takes(page: Path) -> None:
    assert [command for command in commands(code(page)) if not accepted(command)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_on_a_page_is_in_the_makefile(page: Path) -> None:
    named = {found[1] for line in code(page) if (found := MAKE.match(line))}
    assert named <= TARGETS


def test_a_command_that_does_not_exist_is_noticed() -> None:
    lines = [
        ".venv/bin/wireroom search drought --language en",
        'psql "$(.venv/bin/wireroom dsn)" -c "SELECT 1"',
        "wireroom publsh https://news.example/a",
        "wireroom show --jsn x | less",
    ]
    found = commands(lines)
    assert found == [
        "search drought --language en", "dsn", "publsh https://news.example/a", "show --jsn x ",
    ]  # fmt: skip
    assert [accepted(command) for command in found] == [True, True, False, False]


def test_the_readme_names_enough_to_be_worth_checking() -> None:
    lines = code(ROOT / "README.md")
    assert len(commands(lines)) > 10
    assert {"demo", "test"} <= {found[1] for line in lines if (found := MAKE.match(line))}
