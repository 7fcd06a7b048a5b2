from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.docs.pages import ROOT, name

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LONGEST = 40
PARTS = ["Context", "Decision", "Price"]


@pytest.mark.parametrize("page", DECISIONS, ids=name)
def test_a_decision_is_short_and_has_its_parts(page: Path) -> None:
    text = page.read_text()
    assert len(text.splitlines()) <= LONGEST
    assert re.match(rf"# {int(page.name[:4])}\. .+\n\nStatus: \w+", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert DECISIONS
