"""``show`` draws an article from its row."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from wireroom.cli.looking import _print

ROW: dict[str, Any] = {
    "title": "The ferry runs again",
    "text": "It runs again.\nWho crosses\nThe sick\nThe pupils\nSo they say.",
    "blocks": [
        {"kind": "paragraph", "level": 0, "lines": 1},
        {"kind": "heading", "level": 2, "lines": 1},
        {"kind": "list_item", "level": 0, "lines": 2},
        {"kind": "quote", "level": 0, "lines": 1},
    ],
    "subjects": [], "keyphrases": [], "authors": ["Ann Lee"], "headlines": [],
    "details": {"kind": "video", "body_missing": "paywall"},
}  # fmt: skip


def test_headings_lists_and_quotes_are_drawn_as_such(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    _print(defaultdict(lambda: None, ROW))
    out = capsys.readouterr().out
    drawn = "It runs again.\n\nWho crosses\n\n• The sick\n• The pupils\n\n│ So they say.\n"
    assert drawn in out
    facts = [line.split() for line in out.splitlines()]
    assert ["kind", "video"] in facts
    assert ["body_missing", "paywall"] in facts


def test_a_row_from_before_there_were_blocks_is_paragraphs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _print(defaultdict(lambda: None, {**ROW, "blocks": []}))
    assert "It runs again.\n\nWho crosses\n\nThe sick\n\n" in capsys.readouterr().out
