from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from wireroom.cli import health
from wireroom.runtime.settings import Settings


class Worker(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Worker)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield str(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", ""])
def test_a_ready_worker_is_healthy_wherever_it_listens(port: str, host: str) -> None:
    environ = {"WIREROOM_METRICS_PORT": port, "WIREROOM_METRICS_HOST": host}
    assert health.health(environ) == 0


def test_one_that_is_not_ready_is_not(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "status", 503)
    assert health.health({"WIREROOM_METRICS_PORT": port}) == 1


@pytest.mark.parametrize("nowhere", ["1", "no number", "99999999"])
def test_nobody_there_is_a_sentence_not_a_traceback(
    nowhere: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert health.health({"WIREROOM_METRICS_PORT": nowhere}) == 1
    assert capsys.readouterr().err.startswith("wireroom: http://127.0.0.1:")


def test_its_defaults_are_those_of_the_settings() -> None:
    fields = Settings.model_fields
    assert fields["metrics_host"].default == health.HOST
    assert fields["metrics_port"].default == health.PORT


def test_the_command_loads_neither_settings_nor_logs() -> None:
    told = "import sys; from wireroom.cli import main; main(['health']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert not {"pydantic", "structlog", "asyncio"} & set(done.stdout.split())
