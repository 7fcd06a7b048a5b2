"""What a log line may show of a failure: where it was, not what was at hand there."""

from __future__ import annotations

import logging
import sys
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


def test_a_library_says_the_same_thing_once_in_a_while_and_how_often_it_did(
    capsys: pytest.CaptureFixture[str],
) -> None:
    now = [100.0]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter())
    handler.addFilter(logs.Repeated("aiokafka", clock=lambda: now[0]))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    client, ours = logging.getLogger("aiokafka.client"), logging.getLogger("wireroom")
    for number in range(30):
        client.error("Unable to reach node %s: 100%%", number)
        ours.error("ours")
    client.error("Another thing")
    now[0] += logs.AGAIN
    client.error("Unable to reach node %s: 100%%", 30)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line != "ours"] == [
        "Unable to reach node 0: 100%",
        "Another thing",
        "Unable to reach node 30: 100% (29 times more in the last 10 s)",
    ]
    assert lines.count("ours") == 30


def test_what_a_process_logs_has_such_a_filter(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings.model_validate({"log_format": "console"}))
    for _ in range(50):
        logging.getLogger("aiokafka.client").error("Unable to reach node")
    assert capsys.readouterr().err.count("Unable to reach node") == 1


def test_what_was_said_is_not_remembered_without_end() -> None:
    repeated = logs.Repeated("aiokafka", clock=lambda: 100.0)
    for number in range(3 * logs.REMEMBERED):
        said = logging.makeLogRecord({"name": "aiokafka.client", "msg": f"node {number}"})
        assert repeated.filter(said)
    assert len(repeated._said) <= logs.REMEMBERED
