"""What ``explain`` says of a page and of a text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from wireroom.clean import cues, parts
from wireroom.clean.account import of_text
from wireroom.clean.labels import Kind
from wireroom.cli import rules
from wireroom.cli.commands import parser
from wireroom.cli.drawn import kinds, marked
from wireroom.cli.explain import explain_file
from wireroom.cli.explained import console, print_account, print_row
from wireroom.cli.trouble import Trouble

PAGE = """<!doctype html><html lang="en"><head><title>The ferry runs again | Gazette</title>
<meta property="article:published_time" content="2026-03-05T10:00:00+01:00"></head><body>
<h1>The ferry runs again</h1><p class="byline">By Ann Lee</p><article>
<p>The ferry to the island runs again since Thursday morning, two weeks after a storm tore its pier
from the quay and left the islanders without post, milk and newspapers.</p>
<p>The pier will have to be built anew in summer, and until then the ferry lands at the fish market,
where the stalls have moved aside for it.</p></article>
<div class="newsletter">Sign up for our newsletter and read every morning what happened.</div>
</body></html>"""
TEXT = """The ferry to the island runs again since Thursday morning, two weeks after a storm.
Source link : https://gazette.example/ferry
Author : Ann Lee
"""


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert explain_file(path, "https://gazette.example/ferry", as_json=False) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("NO_COLOR", "1")


def test_a_page_is_explained_block_by_block_and_fact_by_fact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    out = told(path, capsys)
    lines = out.splitlines()
    assert lines[0] == "The ferry runs again"
    assert ["authors", "Ann", "Lee", "byline"] in [line.split()[:4] for line in lines]
    assert any(line.startswith("+ paragraph  The ferry to the island") for line in lines)
    [cause] = [n for n, line in enumerate(lines) if line.startswith("- subscribe  1 block, ")]
    assert lines[cause].endswith("characters; asks to subscribe or log in")
    assert lines[cause + 1].split(maxsplit=1)[1].startswith("Sign up for our newsletter")
    assert "not: The ferry runs again | Gazette" in out


def test_a_text_is_explained_by_the_words_that_went_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    out = told(path, capsys)
    assert "[-Author : Ann Lee-] trailer.author" in out
    assert "+ paragraph  The ferry to the island runs again" in out
    removed = [line.split() for line in out.splitlines() if line.startswith("trailer.author")]
    assert [line[:3] for line in removed] == [["trailer.author", "1", "16"]]
    assert "title" in out
    assert "nobody" in out


def test_json_has_the_words_of_what_was_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    explain_file(path, "", as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert [span["words"] for span in answer["removed"]] == TEXT.splitlines()[1:]
    assert {one["source"] for one in answer["claims"]} == {"trailer"}


def test_what_the_gate_refuses_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html>" + "<div>" * 20_000)
    with pytest.raises(Trouble, match="refused as"):
        explain_file(path, "", as_json=False)


def test_overlapping_spans_are_marked_once_and_breaks_where_they_are_put_back() -> None:
    assert marked("abcdef", [(1, 2, "x"), (2, 2, "y")]).plain == "a[-bc-] x def"
    assert marked("abcdef", [(4, 1, "x")], [2]).plain == "ab¶cd[-e-] x f"


def test_a_glued_text_shows_where_its_breaks_were(capsys: pytest.CaptureFixture[str]) -> None:
    first = "The ferry runs again since Thursday morning, two weeks after a storm."
    print_account(console(), of_text(f"{first}Nobody had expected it so soon, they say.", ""), "")
    out = capsys.readouterr().out
    assert "after a storm.¶Nobody" in out
    assert "1 lost break put back (¶)" in out


def test_a_page_without_an_article_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><html><body><p>Subscribe to continue reading.</p></body></html>"
    )
    assert "No article: paywall, a page for subscribers; " in told(path, capsys)
    explain_file(path, "", as_json=True)
    assert json.loads(capsys.readouterr().out)["no_article"]["reason"] == "paywall"


@pytest.mark.parametrize("colours", [True, False])
def test_colours_are_for_screens_that_want_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], colours: bool
) -> None:
    if colours:
        monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    print_account(console(), of_text(TEXT, ""), "")
    out = capsys.readouterr().out
    assert ("\x1b[31m[-Source link" in out) is colours
    monkeypatch.delenv("FORCE_COLOR")
    print_account(console(), of_text(TEXT, ""), "")
    assert "\x1b" not in capsys.readouterr().out


def test_lines_are_told_by_their_blocks_and_what_nobody_knows_is_a_paragraph() -> None:
    blocks = [
        {"kind": "heading", "level": 2, "lines": 1}, {"kind": "list_item", "level": 0, "lines": 2},
    ]  # fmt: skip
    assert [kind for kind, _, _ in kinds("a\nb\nc\nd", blocks)] == [
        "heading", "list_item", "list_item", "paragraph",
    ]  # fmt: skip
    assert [line for _, _, line in kinds("a\nb", [])] == ["a", "b"]


def test_every_word_for_what_is_left_out_has_a_meaning() -> None:
    causes = {*cues.KINDS, *(name for _, name in parts._BITS)}
    causes |= {"title", "double", "data", "consent", "links", "unlikely"}
    removing = {f"trailer.{kind}" for kind in get_args(Kind) if kind != "page_date"}
    removing |= {"page_date", "list.head", "list.headline", "agency.dateline", "agency.credit"}
    assert rules.known() == causes | removing


def test_the_command_takes_a_file_with_its_address() -> None:
    given = parser().parse_args(["explain", "page.html", "--url", "https://a.example/1", "--json"])
    assert (given.what, given.url, given.json) == ("page.html", "https://a.example/1", True)


ROW: dict[str, Any] = {
    "title": "The ferry", "url": "https://gazette.example/ferry", "revision": 2,
    "details": {"kind": "video", "section": "Islands", "tags": ["a", "b"]},
    "evidence": [
        {"field": "authors", "value": "Ann Lee", "source": "meta", "confidence": 0.8,
         "chosen": True},
        {"field": "authors", "value": "Bo Dahl", "source": "data", "confidence": 0.5,
         "chosen": False},
    ],
    "provenance": {"authors": "meta"}, "authors": ["Ann Lee"],
    "removed": [{"rule": "trailer.source", "at": 90, "length": 40}],
    "versions": {"clean": "1"}, "text": "One\nTwo",
    "blocks": [{"kind": "heading", "level": 3, "lines": 1}],
    "revisions": [{"revision": 1, "title": "Ferry", "replaced_at": datetime(2026, 3, 5, tzinfo=UTC)}],
}  # fmt: skip


def test_a_stored_article_is_explained_by_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_row(console(), ROW, None, "The page is gone.")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["authors", "Ann", "Lee", "meta", "0.80"] in lines
    assert ["not:", "Bo", "Dahl", "data", "0.50"] in lines
    assert ["trailer.source", "1", "40", "the", "line"] in [line[:5] for line in lines]
    assert ["+", "h3", "One"] in lines
    assert ["+", "paragraph", "Two"] in lines
    assert ["The", "page", "is", "gone."] in lines
    assert ["made", "by", "clean", "1"] in lines
    assert ["before", "1", "until", "2026-03-05", "00:00", "Ferry"] in lines


def test_a_row_from_before_there_was_evidence_is_explained_by_its_provenance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_row(console(), {**ROW, "evidence": [], "details": {}}, None, "")
    assert ["authors", "Ann", "Lee", "meta"] in [
        line.split() for line in capsys.readouterr().out.splitlines()
    ]
