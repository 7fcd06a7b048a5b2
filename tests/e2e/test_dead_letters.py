"""From dead letters back to rows, as somebody types it, against a running pipeline."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from confluent_kafka import Producer
from tests.e2e import texts
from tests.e2e.pipeline import WIREROOM, Pipeline, eventually

from wireroom import urls
from wireroom.events import ArticleJournal
from wireroom.replay import lines
from wireroom.wire.codec import Codec
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings

NUMBERS = range(411, 416)
OUTCOMES = {"indexed", "duplicate", "revised", "unchanged"}


class Moody:
    """A site beside the other one: all is gone (410) until it is ``well``."""

    def __init__(self, host: str, port: int) -> None:
        moody = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                number = self.path.rsplit("-", 1)[-1]
                if not moody.well or not number.isdigit():
                    self.send_error(410 if number.isdigit() else 404)
                    return
                body = texts.page(int(number))
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.well = False
        self.host = host
        self.address = f"http://{host}:{port}"
        self.server = ThreadingHTTPServer((host, port), Handler)

    def url(self, number: int) -> str:
        return f"{self.address}/news/moody-{number}"


@pytest.fixture
def moody(site: str, request: pytest.FixtureRequest) -> Iterator[Moody]:
    # The pipeline may fetch from any loopback address, at the port of the other site alone.
    found = Moody(f"127.0.0.{request.param}", int(site.rsplit(":", 1)[1]))
    threading.Thread(target=found.server.serve_forever, daemon=True).start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def listed(pipeline: Pipeline, *arguments: str) -> list[dict[str, Any]]:
    done = pipeline.command("dead", "list", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def events(pipeline: Pipeline, url: str) -> list[str]:
    """Of the journal, in order of time, but for moves to the partition of the host.

    Read here: a command for each look would take its time.
    """
    kafka = Settings(bootstrap_servers=pipeline.addresses()["kafka"])

    async def read() -> list[ArticleJournal]:
        key = str(urls.article_id(url)).encode()
        return [line async for line in lines(kafka, Codec(Schemas()), key=key)]

    told = sorted(asyncio.run(read()), key=lambda line: line.at)
    return [line.event for line in told if line.event != "moved"]


def produce(pipeline: Pipeline, topic: str, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": pipeline.addresses()["kafka"]})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(20) == 0


def buried(pipeline: Pipeline, moody: Moody, *numbers: int) -> dict[str, Any]:
    """Hands in pages that are gone; their group once all of them are dead letters."""
    gone = [moody.url(number) for number in numbers]
    produce(pipeline, "articles.intake", *(json.dumps({"url": url}).encode() for url in gone))
    for url in gone:
        eventually(lambda url=url: events(pipeline, url) == ["dead"])  # type: ignore[misc]  # bound by default
    (group,) = listed(pipeline, "--host", moody.host)
    assert group["count"] == len(numbers)
    return group


@pytest.mark.parametrize("moody", [2], indirect=True)
def test_a_page_that_was_gone_is_replayed_once_or_twice_and_is_one_row_with_one_outcome(
    pipeline: Pipeline, moody: Moody
) -> None:
    url = moody.url(401)
    group = buried(pipeline, moody, 401)
    assert (group["stage"], group["reason"], group["open"]) == ("fetch", "http_410", 1)

    chosen = ("--stage", "fetch", "--reason", "http_410", "--host", moody.host, "--since", "10m")
    dry = pipeline.command("dead", "replay", *chosen, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert f"{group['example']} → articles.intake" in dry.stdout
    assert events(pipeline, url) == ["dead"]

    moody.well = True
    done = pipeline.command("dead", "replay", *chosen, "--wait", "45")
    assert done.returncode == 0, done.stderr
    assert "replayed: 1\n" in done.stdout
    assert f"{group['example']} indexed" in done.stdout
    row = pipeline.row(url)
    assert row is not None
    told = events(pipeline, url)
    assert told[:2] == ["dead", "replayed"]
    assert [event for event in told if event in OUTCOMES] == ["indexed"]

    def settled() -> bool:
        (now,) = listed(pipeline, "--host", moody.host, "--all")
        return (now["open"], now["replayed"], now["became"]) == (0, 1, {"indexed": 1})

    eventually(settled, what="the letter as replayed")
    assert pipeline.command("dead", "replay", *chosen).returncode == 1  # nothing is open
    again = pipeline.command("dead", "replay", *chosen, "--again")
    assert "replayed: 1\n" in again.stdout
    eventually(lambda: events(pipeline, url).count("passed") == 6, what="the second way")
    assert [event for event in events(pipeline, url) if event in OUTCOMES] == ["indexed"]
    assert pipeline.row(url) == row
    assert settled()


@pytest.mark.parametrize("moody", [3], indirect=True)
def test_ctrl_c_stops_between_two_letters_and_the_same_command_goes_on_with_the_rest(
    pipeline: Pipeline, moody: Moody
) -> None:
    group = buried(pipeline, moody, *NUMBERS)
    moody.well = True
    chosen = ("--hash", group["hash"], "--host", moody.host)
    running = subprocess.Popen(
        [*WIREROOM, "dead", "replay", *chosen, "--rate", "0.1", "--data", str(pipeline.data)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(pipeline.environment),
    )  # fmt: skip
    eventually(lambda: any("replayed" in events(pipeline, moody.url(n)) for n in NUMBERS))
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=20)
    said = out.decode()
    assert running.returncode == 130, said
    done = int(said.split("replayed: ")[1].split(" of 5")[0])
    assert 1 <= done < 5
    assert "goes on with the rest" in said

    def left() -> bool:
        groups = listed(pipeline, "--host", moody.host, "--all")
        return groups[0]["open"] == 5 - done

    eventually(left, what="what was replayed told from the rest")
    rest = pipeline.command("dead", "replay", *chosen)
    assert f"replayed: {5 - done}\n" in rest.stdout
    for url in map(moody.url, NUMBERS):
        eventually(lambda url=url: OUTCOMES & set(events(pipeline, url)))  # type: ignore[misc]  # bound by default


def test_garbage_is_shown_in_hex_given_up_by_hand_and_then_counted_as_dropped(
    pipeline: Pipeline,
) -> None:
    produce(pipeline, "articles.intake", b"\xfe\xed nobody's event " + b"." * 3000)
    found = eventually(
        lambda: [g for g in listed(pipeline, "--since", "5m") if "feed" in g["detail"]],
        what="the dead letter",
    )
    letter = found[0]["example"]
    shown = pipeline.command("dead", "show", letter)
    assert "000000  fe ed 20 6e 6f 62 6f 64 79 27 73" in shown.stdout
    assert "nobody's" in shown.stdout
    assert "the first 2000" in shown.stdout
    assert "not_avro_or_json" in shown.stdout

    refused = pipeline.command("dead", "drop", letter)
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    done = pipeline.command("dead", "drop", letter, "--yes")
    assert (done.returncode, done.stdout) == (0, "dropped: 1\n")

    def fate() -> bool:
        now = json.loads(pipeline.command("dead", "show", letter, "--json").stdout)
        assert now["hex"].startswith("fe ed 20")  # Kafka still has it
        told = [(e["event"], e["reason"]) for e in now["journal"]]
        assert told == [("dead", "not_avro_or_json"), ("dropped", "by_hand")]
        return bool(now["state"] == "dropped" and now["became"] == "dropped(by_hand)")

    eventually(fate, what="the letter as dropped")
    assert any(g["dropped"] for g in listed(pipeline, "--all", "--stage", "fetch"))


def test_what_lay_in_a_retry_tier_without_a_ticket_goes_where_it_belongs(
    pipeline: Pipeline,
) -> None:
    produce(pipeline, "retry.1m", json.dumps({"text": texts.text(421)}).encode())
    eventually(lambda: listed(pipeline, "--stage", "relay"), what="the dead letter")
    done = pipeline.command("dead", "replay", "--stage", "relay", "--wait", "45")
    assert done.returncode == 0, done.stderr
    assert "indexed: 1" in done.stdout


def test_what_is_asked_wrongly_is_answered_with_the_remedy(pipeline: Pipeline) -> None:
    for arguments, word in (
        (("replay",), "say which"),
        (("show", "fetch/0/99999"), "no such dead letter"),
        (("list", "--since", "yesterday"), "2026-01-31T08:00"),
    ):
        done = pipeline.command("dead", *arguments)
        assert done.returncode == 1
        assert word in done.stderr
