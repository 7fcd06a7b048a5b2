"""What a log line may show of a failure: where it was, not what was at hand there."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from wireroom.runtime import logs
from wireroom.runtime.settings import Settings


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def connect(password: str, body: str) -> None:
    raise OSError("refused", len(password) + len(body))


def fail() -> None:
    secret, text = "geheim" + "nis", "the whole " + "article"
    connect(secret, text)


def logged(capsys: pytest.CaptureFixture[str], log_format: str) -> str:
    logs.configure(Settings.model_validate({"log_format": log_format}))
    try:
        fail()
    except OSError:
        logging.getLogger("some.library").warning("it failed", exc_info=True)
        structlog.get_logger("wireroom").warning("it failed", exc_info=True)
    return capsys.readouterr().err


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_names_the_lines_and_no_values(
    capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    said = logged(capsys, log_format)
    assert said.count("refused") >= 2
    assert "in connect" in said
    assert "geheimnis" not in said
    assert "the whole article" not in said


def test_negative_control_the_usual_renderer_prints_passwords(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structlog.dev, "plain_traceback", structlog.dev.rich_traceback)
    assert "geheimnis" in logged(capsys, "console")
