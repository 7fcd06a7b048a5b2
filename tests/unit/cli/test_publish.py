"""What ``publish`` refuses before Kafka is asked, and how it says so."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from wireroom.cli.publish import Input, _submissions, publish
from wireroom.cli.settings import load
from wireroom.cli.trouble import Trouble


def refusal(what: Input) -> str:
    with pytest.raises(Trouble) as caught:
        publish(what, load({}))
    return str(caught.value)


def fault(what: Input) -> str:
    """Of its one submission."""
    ((_, event),) = _submissions(what)
    assert isinstance(event, Trouble)
    return str(event)


def test_without_any_input_it_says_what_can_be_given() -> None:
    assert "give URLs" in refusal(Input(urls=[]))


def test_an_address_alone_says_how_it_is_fetched() -> None:
    assert "leave out --url" in refusal(Input(urls=[], url="https://news.example/1"))


def test_an_empty_list_of_lines_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "lines"
    empty.write_text("\n\n")
    assert refusal(Input(urls=[], jsonl=str(empty))).startswith(str(empty))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for what in (Input(urls=[], text=str(tmp_path)), Input(urls=[], jsonl=str(tmp_path / "no"))):
        assert refusal(what).startswith(str(tmp_path))


def test_a_closed_stdin_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "stdin is closed" in refusal(Input(urls=[], text="-"))


def test_an_empty_text_is_called_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b" \n")))
    assert "empty" in fault(Input(urls=[], text="-"))


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    said = fault(Input(urls=["https://me:secret@news.example/1"]))
    assert "password" in said
    assert "secret" not in said
