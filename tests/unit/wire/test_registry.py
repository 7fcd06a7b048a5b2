from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from wireroom.wire.registry import Registry, RegistryError, Settings, push
from wireroom.wire.schemas import Schemas

OTHER = '{"type": "record", "name": "Other", "fields": []}'


class FakeRegistry:
    """Subjects and ids as Confluent's server keeps them."""

    def __init__(self, first: int = 1) -> None:
        self.schemas: dict[int, str] = {}
        self.writes: list[str] = []
        self.logins: list[str | None] = []
        self._next = first

    def add(self, schema: str) -> int:
        for number, known in self.schemas.items():
            if known == schema:
                return number
        self.schemas[self._next] = schema
        self._next += 1
        return self._next - 1


def handler(fake: FakeRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.logins.append(self.headers["Authorization"])
            schema = fake.schemas.get(int(self.path.rsplit("/", 1)[1]))
            if schema is None:
                self._answer(404, {"error_code": 40403, "message": "Schema not found"})
            else:
                self._answer(200, {"schema": schema})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.writes.append(self.path.split("/")[2])
            self._answer(200, {"id": fake.add(body["schema"])})

        def _answer(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture
def fake() -> FakeRegistry:
    return FakeRegistry()


@pytest.fixture
def url(fake: FakeRegistry) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), handler(fake))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_empty_registry_gets_all_schemas_in_the_order_of_the_lock(
    fake: FakeRegistry, url: str
) -> None:
    schemas = list(Schemas())
    assert push(Registry(Settings(url=url)), schemas) == schemas
    assert fake.writes == [schema.subject for schema in schemas]
    assert [json.loads(s) for s in fake.schemas.values()] == [dict(s.raw) for s in schemas]


def test_pushing_again_writes_nothing(fake: FakeRegistry, url: str) -> None:
    push(Registry(Settings(url=f"{url}/")), Schemas())
    fake.writes.clear()
    assert push(Registry(Settings(url=url)), Schemas()) == []
    assert fake.writes == []


def test_an_id_that_another_schema_has_is_refused_before_anything_is_written(
    fake: FakeRegistry, url: str
) -> None:
    fake.add(OTHER)
    with pytest.raises(RegistryError, match=r"articles.intake-value version 1 has id 1 .* another"):
        push(Registry(Settings(url=url)), Schemas())
    assert fake.writes == []


@pytest.mark.parametrize("foreign", ['syntax = "proto3";', '{"type": "object"}', "[]", '{"a": 1}'])
def test_a_foreign_format_counts_as_another_schema(
    fake: FakeRegistry, url: str, foreign: str
) -> None:
    fake.add(foreign)
    with pytest.raises(RegistryError, match="another schema"):
        push(Registry(Settings(url=url)), Schemas())


def test_a_registry_that_counts_from_elsewhere_is_named_with_its_subject(
    fake: FakeRegistry, url: str
) -> None:
    fake._next = 101
    with pytest.raises(RegistryError, match=r"articles.intake-value .* gave it id 101"):
        push(Registry(Settings(url=url)), Schemas())
    assert len(fake.writes) == 1


def test_what_is_no_registry_is_said_to_be_none(url: str) -> None:
    with pytest.raises(RegistryError, match="check WIREROOM_REGISTRY_URL"):
        push(Registry(Settings(url="http://127.0.0.1:9")), Schemas())


def test_the_password_comes_from_its_file(fake: FakeRegistry, url: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    settings = Settings(url=url, username="ali", password_file=tmp_path / "password")
    push(Registry(settings), Schemas())
    assert set(fake.logins) == {"Basic YWxpOm9wZW4gc2VzYW1l"}
