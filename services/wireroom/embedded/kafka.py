"""A Kafka broker (KRaft, one node, broker and controller in one JVM), small and quick to start.

Formatting needs no second JVM: ``meta.properties`` and the bootstrap snapshot from the lock file
are all that ``kafka-storage format`` writes. Kafka listens on the loopback address without
authentication: any local user can connect.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from wireroom.embedded import aot
from wireroom.embedded.jars import Lock
from wireroom.embedded.java import Java
from wireroom.embedded.ports import HOST
from wireroom.embedded.process import Program

JVM = (
    "-Xms96m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    # C1 only: the quickest start and 30 MB less; the broker mostly copies bytes.
    "-XX:TieredStopAtLevel=1",
    "-XX:MaxMetaspaceSize=160m",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
)

PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    # One node: with the default of three replicas groups and transactions never start.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Small. The cleaner's buffer alone is 128 MB by default.
    "log.cleaner.dedupe.buffer.size": str(8 * 2**20),
    "log.index.size.max.bytes": str(2**20),
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.num.partitions": "1",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "2",
    "auto.leader.rebalance.enable": "false",
    "metadata.max.idle.interval.ms": "0",
    # Quick. The defaults wait 3 s for more members of a group, and 9 s after kill -9.
    "group.initial.rebalance.delay.ms": "0",
    "group.coordinator.append.linger.ms": "0",
    "broker.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "200",
    # A page of 6 MiB, the largest that is fetched, and 512 KiB for what travels with it.
    "message.max.bytes": str(6 * 2**20 + 512 * 2**10),
    "auto.create.topics.enable": "false",
}

LOG4J = """\
rootLogger.level = warn
rootLogger.appenderRef.f.ref = F
appender.f.type = RollingFile
appender.f.name = F
appender.f.fileName = ${sys:wireroom.log}/kafka.log
appender.f.filePattern = ${sys:wireroom.log}/kafka.%i.log
appender.f.layout.type = PatternLayout
appender.f.layout.pattern = %d{ISO8601} %p %m (%c{1})%n
appender.f.policies.type = Policies
appender.f.policies.size.type = SizeBasedTriggeringPolicy
appender.f.policies.size.size = 10MB
appender.f.strategy.type = DefaultRolloverStrategy
appender.f.strategy.max = 3
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """``folder``: its data and settings; ``logs``: where ``kafka.log`` and ``kafka.out`` go.

    ``told``: the port that clients are told to come to, where that is another, such as a proxy's.
    """

    folder: Path
    logs: Path
    port: int
    controller_port: int
    told: int = 0

    @property
    def properties(self) -> Path:
        return self.folder / "server.properties"

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"


def program(
    broker: Broker, java: Java, lock: Lock, jars: list[Path], archive: Path | None
) -> Program:
    """How to run the broker; ``archive``: the start-up cache to use where it exists."""

    def prepare() -> list[str]:
        write(broker, lock)
        return command(broker, java, jars, aot.reading(java, archive))

    def again() -> bool:
        # The archive is the one thing that may be at fault and can be done without.
        return archive is not None and aot.discard(archive)

    async def serves() -> bool:
        return await registered(broker)

    return Program(
        name="Kafka",
        log=broker.logs / "kafka.out",
        pidfile=broker.folder / "pid",
        mark=str(broker.properties),
        prepare=prepare,
        serves=serves,
        again=again,
    )


def command(broker: Broker, java: Java, jars: list[Path], flags: list[str]) -> list[str]:
    """The command line that runs the broker whose files ``write`` has made."""
    return [
        str(java.program),
        *JVM,
        *flags,
        f"-Djava.io.tmpdir={broker.folder / 'tmp'}",
        f"-Dwireroom.log={broker.logs}",
        f"-Dlog4j2.configurationFile={broker.folder / 'log4j2.properties'}",
        "-cp",
        os.pathsep.join(map(str, jars)),
        "kafka.Kafka",
        str(broker.properties),
    ]


def write(broker: Broker, lock: Lock) -> None:
    """Write the settings, and format the data folder when it is new."""
    broker.logs.mkdir(parents=True, exist_ok=True)
    # Its own temporary folder: the codecs unpack libraries there, and kill -9 leaves them behind.
    temporary = broker.folder / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    here = {
        "listeners": f"PLAINTEXT://{broker.bootstrap},CONTROLLER://{HOST}:{broker.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{broker.told or broker.port}",
        "controller.quorum.voters": f"1@{HOST}:{broker.controller_port}",
        "log.dirs": str(broker.folder / "data"),
    }
    lines = [f"{key}={value}\n" for key, value in (PROPERTIES | here).items()]
    broker.properties.write_text("".join(lines))
    (broker.folder / "log4j2.properties").write_text(LOG4J)
    _format(broker.folder / "data", lock)


async def registered(broker: Broker) -> bool:
    """Whether this broker, and not another on its port, is registered and unfenced."""
    from aiokafka.admin import AIOKafkaAdminClient  # slow to import
    from aiokafka.errors import KafkaError

    try:
        _, writer = await asyncio.open_connection(HOST, broker.port)
    except OSError:
        return False
    writer.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap, request_timeout_ms=3000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    meta = (broker.folder / "data" / "meta.properties").read_text()
    return bool(cluster["brokers"]) and f"cluster.id={cluster['cluster_id']}\n" in meta


def _format(data: Path, lock: Lock) -> None:
    if (data / "meta.properties").exists():
        return
    metadata = data / "__cluster_metadata-0"
    metadata.mkdir(parents=True, exist_ok=True)
    checkpoint = base64.b64decode(lock.checkpoint_base64)
    (metadata / lock.checkpoint_name).write_bytes(checkpoint)
    draft = data / "meta.properties.tmp"
    draft.write_text(f"version=1\ncluster.id={_id()}\nnode.id=1\ndirectory.id={_id()}\n")
    os.replace(draft, data / "meta.properties")


def _id() -> str:
    """A UUID as Kafka writes it; its own tools take a leading dash for an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return _id() if text.startswith("-") else text
