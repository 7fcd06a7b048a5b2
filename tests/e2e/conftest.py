from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.e2e import texts
from tests.e2e.pipeline import Pipeline, running


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if not self.path.startswith("/news/"):
            self.send_error(404)
            return
        body = texts.page(int(self.path.rsplit("-", 1)[1].split("?")[0]))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """Address of a small site: ``/news/pier-N`` is an article, all else is 404."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def opened(site: str) -> Mapping[str, str]:
    """Settings with which ``site`` may be fetched from."""
    return {
        "WIREROOM_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "WIREROOM_FETCH_PORTS": site.rsplit(":", 1)[1],
        "WIREROOM_FETCH_HOST_DELAY": "0.01",
        "WIREROOM_FETCH_CONTACT": "tests@localhost",
    }


@pytest.fixture(scope="session")
def pipeline(
    tmp_path_factory: pytest.TempPathFactory, opened: Mapping[str, str]
) -> Iterator[Pipeline]:
    """A whole pipeline that may fetch from ``site``."""
    with running(tmp_path_factory.mktemp("e2e") / "data", opened) as up:
        yield up
