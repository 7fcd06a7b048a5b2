"""Profile ``registry``: a foreign client decodes our events, and we understand its own."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from deploy.check import news
from deploy.check.engine import DEPLOY, Compose, Failed, environment
from deploy.check.flow import rows
from deploy.check.transcript import Transcript, eventually

SCHEMA = DEPLOY.parent / "schemas" / "article_submitted.avsc"
INDEXED = "articles.indexed"


def foreign(compose: Compose, out: Transcript) -> None:
    out.step("profile registry")
    compose("--profile", "registry", "up", "-d", "--wait", "registry")
    push = compose.command("--profile", "registry", "run", "--rm", "-T", "schemas")
    for what in ("two at once", "again"):
        pushes = [
            subprocess.Popen(push, stdout=subprocess.PIPE, text=True, env=environment())
            for _ in range(2 if what == "two at once" else 1)
        ]
        said = [process.communicate(timeout=120)[0] for process in pushes]
        if any(process.returncode for process in pushes):
            raise Failed(f"schemas push, {what}: {said}", "registry")
        out.say(f"pushed, {what}: {said[-1].strip().splitlines()[-1]}")
    client = SchemaRegistryClient({"url": address(compose)})
    event = decoded(compose, client)
    out.say(f"decoded by AvroDeserializer: {_shown(event)}")
    news.publish(compose.ports["kafka"], [encoded(client)])
    eventually(lambda: rows(compose, "foreign") == 1, 60, what="the row", service="fetch")
    out.say("an article.submitted of AvroSerializer became a row")


def started_beside(compose: Compose) -> None:
    """It takes its time to start, and nobody waits for it yet."""
    compose("--profile", "registry", "up", "-d", "registry")


def address(compose: Compose) -> str:
    return f"http://127.0.0.1:{compose.ports['registry']}/apis/ccompat/v7"


def decoded(compose: Compose, client: SchemaRegistryClient) -> dict[str, Any]:
    """The first event of ``articles.indexed``, by whatever schema the registry gives for its id."""
    consumer = Consumer(
        {
            "bootstrap.servers": f"127.0.0.1:{compose.ports['kafka']}",
            "group.id": f"compose-check-{time.time_ns()}",
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe([INDEXED])
    try:
        message = eventually(lambda: consumer.poll(1), 30, what="an event", service="index")
        if message.error():
            raise Failed(f"{INDEXED}: {message.error()}", "kafka")
        context = SerializationContext(INDEXED, MessageField.VALUE)
        event: dict[str, Any] = AvroDeserializer(client)(message.value(), context)
        return event
    finally:
        consumer.close()


def encoded(client: SchemaRegistryClient) -> bytes:
    """Our schema as the registry has it: the serializer looks its id up and may not register."""
    told = {"auto.register.schemas": False, "use.latest.version": True}
    serialize = AvroSerializer(client, SCHEMA.read_text(), conf=told)
    fields = json.loads(news.text("foreign", 1))
    context = SerializationContext(news.INTAKE, MessageField.VALUE)
    return bytes(serialize(_defaults(SCHEMA) | fields, context))


def _defaults(schema: Path) -> dict[str, object]:
    return {f["name"]: f["default"] for f in json.loads(schema.read_text())["fields"]}


def _shown(event: dict[str, Any]) -> str:
    known = {key: value for key, value in event.items() if isinstance(value, str)}
    return json.dumps(known, ensure_ascii=False)[:300]
