"""Articles for the check, and a foreign client that hands them in and counts what was taken."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable

from confluent_kafka import Consumer, Producer, TopicPartition

INTAKE = "articles.intake"
BODY = (
    "The council of Northmouth voted on Tuesday to rebuild the old ferry pier, after a winter in "
    "which storms had taken away a third of its planks and left the islanders without a boat.",
    "Engineers presented a plan that replaces the wooden piles with steel and raises the deck by a "
    "metre. The work is to begin in March and to cost four million pounds.",
    "Shopkeepers on the island said that deliveries of bread and milk had failed on nine mornings "
    "since December, and that the school had lost eleven days of lessons to the weather.",
)


def text(group: str, number: int) -> bytes:
    """A submission of a text; another number is another article."""
    body = "\n".join((*BODY, f"The harbour office registered it as {group} number {number}."))
    return json.dumps({"text": body, "title": "A new pier", "submitted_by": group}).encode()


def page(group: str, number: int, html: str | None = None) -> bytes:
    """A submission of a page that the sender has; ``html`` in place of an article."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
    html = html or (
        f"<!doctype html><html lang=en><title>Pier {number}</title><article><h1>Pier {number}</h1>"
        f"{body}<p>Notice {number} of {group} was published with it.</p></article></html>"
    )
    url = f"https://harbour-post.example/{group}/{number}"
    return json.dumps({"url": url, "html": html, "submitted_by": group}).encode()


def producer(port: int) -> Producer:
    """Idempotent and patient: what it calls delivered has been taken exactly once."""
    return Producer(
        {
            "bootstrap.servers": f"127.0.0.1:{port}",
            "enable.idempotence": True,
            "message.timeout.ms": 120_000,
            "log_level": 0,
        }
    )


def publish(port: int, values: Iterable[bytes]) -> int:
    """How many the broker has taken."""
    client, taken = producer(port), [0]

    def told(error: object, _: object) -> None:
        taken[0] += error is None

    for value in values:
        client.produce(INTAKE, value, on_delivery=told)
        client.poll(0)
    client.flush(120)
    return taken[0]


class Stream:
    """Texts at a steady rate, whatever happens meanwhile; ``with`` begins and ends it."""

    def __init__(self, port: int, group: str, rate: float) -> None:
        self.taken = 0
        self.sent = 0
        self._port, self._group, self._rate = port, group, rate
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Stream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        client = producer(self._port)

        def told(error: object, _: object) -> None:
            self.taken += error is None

        while not self._stop.is_set():
            client.produce(INTAKE, text(self._group, self.sent), on_delivery=told)
            self.sent += 1
            client.poll(0)
            time.sleep(1 / self._rate)
        client.flush(120)


def records(port: int, topics: Iterable[str]) -> int:
    """How many records lie in these topics."""
    consumer = Consumer({"bootstrap.servers": f"127.0.0.1:{port}", "group.id": "compose-check"})
    try:
        total = 0
        for topic in topics:
            partitions = consumer.list_topics(topic, 10).topics[topic].partitions
            for number in partitions:
                low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), 10)
                total += high - low
        return total
    finally:
        consumer.close()


def submissions(port: int) -> int:
    """How many different ones lie in the intake, the canary's left out: it alone sends Avro.

    A record that was moved, or came back from a retry tier, names the submission that it is of.
    """
    settings = {"bootstrap.servers": f"127.0.0.1:{port}", "group.id": "compose-check"}
    consumer = Consumer({**settings, "enable.partition.eof": True})
    found: set[object] = set()
    try:
        partitions = consumer.list_topics(INTAKE, 10).topics[INTAKE].partitions
        consumer.assign([TopicPartition(INTAKE, number, 0) for number in partitions])
        ended: set[int] = set()
        while len(ended) < len(partitions):
            for message in consumer.consume(500, 5):
                if message.error():
                    ended.add(message.partition())
                elif not (message.value() or b"").startswith(b"\0"):
                    headers = dict(message.headers() or ())
                    place = (message.partition(), message.offset())
                    found.add(headers.get("submission-id") or place)
        return len(found)
    finally:
        consumer.close()
