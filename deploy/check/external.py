"""compose.external.yaml, against a broker that takes SASL_SSL only and a Postgres with TLS."""

from __future__ import annotations

import secrets
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from deploy.check import news
from deploy.check.engine import DEPLOY, Compose, Failed
from deploy.check.transcript import Transcript, eventually

BROKER = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9094
controller.listener.names=CONTROLLER
listeners=CLIENTS://:9093,CONTROLLER://:9094
advertised.listeners=CLIENTS://broker:9093
listener.security.protocol.map=CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.clients.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required \
username="broker" password="{password}" user_broker="{password}" user_wireroom="{password}";
ssl.keystore.type=PEM
ssl.keystore.location=/tls/server.chain
ssl.truststore.type=PEM
ssl.truststore.location=/tls/ca.pem
log.dirs=/tmp/kafka
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
message.max.bytes=6815744
auto.create.topics.enable=false
"""
HBA = "local all all trust\nhost all all 127.0.0.1/32 trust\nhostssl all all all scram-sha-256\n"


def external(compose: Compose, out: Transcript) -> None:
    out.step("overlay: SASL_SSL and verify-full")
    folder = compose.env.parent / "servers"
    passwords = {"kafka": secrets.token_hex(16), "postgres": secrets.token_hex(16)}
    _make(folder, passwords)
    other = replace(
        compose, project=f"{compose.project}-x", env=_settings(compose, folder),
        overlays=(DEPLOY / "compose.external.yaml", DEPLOY / "check" / "servers.yaml"),
    )  # fmt: skip
    try:
        began = time.monotonic()
        other("up", "-d", "--wait", "broker", "database")
        other.up("fetch", "clean", "classify", "index", "relay", "ledger")
        out.say(f"healthy after {time.monotonic() - began:.1f} s")
        _an_article_goes_through(other)
        sessions = other.sql(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
            " WHERE ssl AND application_name = 'wireroom'", "database",
        )  # fmt: skip
        out.say(f"an article became a row; {sessions} encrypted sessions")
        _refused(other, out)
    finally:
        other("--profile", "*", "down", "-v", "--timeout", "15", check=False)


def _an_article_goes_through(other: Compose) -> None:
    """By our own command inside: the broker is reachable from the containers only."""
    line = news.text("external", 1).decode() + "\n"
    other("exec", "-T", "fetch", "wireroom", "publish", "--jsonl", "-", stdin=line)
    statement = "SELECT count(*) FROM article WHERE submitted_by = 'external'"
    eventually(lambda: other.sql(statement, "database") == "1", 90, what="the row", service="index")


def _refused(other: Compose, out: Transcript) -> None:
    """The negative: another CA, and a name that the certificate does not have."""
    migrate = ("run", "--rm", "--no-deps", "-T")
    wrong = {
        "another CA": "WIREROOM_POSTGRES_TLS_ROOT_CERT=/etc/ssl/certs/ca-certificates.crt",
        "another name": "WIREROOM_POSTGRES_DSN=postgresql://wireroom@{address}:5432/wireroom",
    }
    found = other.containers("database")[0].inspected["NetworkSettings"]["Networks"]
    address = next(iter(found.values()))["IPAddress"]
    for what, setting in wrong.items():
        done = other(*migrate, "-e", setting.format(address=address), "migrate", check=False)
        said = done.stdout + done.stderr
        if done.returncode == 0 or "CERTIFICATE_VERIFY_FAILED" not in said:
            raise Failed(f"{what} was not refused: {said[-300:]}", "database")
    out.say(f"refused: {', '.join(wrong)}")


def _settings(compose: Compose, folder: Path) -> Path:
    env = folder / "env"
    values = {
        "ENV_FILE": env,
        "SERVERS": folder,
        "EXTERNAL_KAFKA": "broker:9093",
        "EXTERNAL_KAFKA_MECHANISM": "PLAIN",
        "EXTERNAL_POSTGRES": "postgresql://wireroom@database:5432/wireroom",
        **{f"EXTERNAL_{name.upper()}_PASSWORD_FILE": folder / "tls" / f"{name}_password"
           for name in ("kafka", "postgres")},
        **{f"EXTERNAL_{name}_CA_FILE": folder / "tls" / "ca.pem" for name in ("KAFKA", "POSTGRES")},
    }  # fmt: skip
    lines = [line for line in compose.env.read_text().splitlines() if "ENV_FILE" not in line]
    env.write_text("\n".join([*lines, *(f"{k}={v}" for k, v in values.items())]) + "\n")
    return env


def _make(folder: Path, passwords: dict[str, str]) -> None:
    tls = folder / "tls"
    (folder / "kafka").mkdir(parents=True)
    tls.mkdir()
    properties = BROKER.format(password=passwords["kafka"])
    (folder / "kafka" / "server.properties").write_text(properties)
    (tls / "pg_hba.conf").write_text(HBA)
    for name, password in passwords.items():
        (tls / f"{name}_password").write_text(password + "\n")
    names = "subjectAltName=DNS:broker,DNS:database"
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    # Python 3.13 is strict: a CA has to say that it may sign, and a certificate who signed it.
    signs = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    by = ("-addext", "authorityKeyIdentifier=keyid")
    _openssl(
        tls, *new, *signs, "-subj", "/CN=A CA of the check", "-keyout", "ca.key", "-out", "ca.pem"
    )
    _openssl(tls, *new, *by, "-subj", "/CN=servers", "-addext", names, "-CA", "ca.pem", "-CAkey",
             "ca.key", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "server.key",
             "-out", "server.pem")  # fmt: skip
    both = (tls / "server.key").read_text() + (tls / "server.pem").read_text()
    (tls / "server.chain").write_text(both)
    for path in (folder.parent, folder, *folder.rglob("*")):  # the containers' users read them
        path.chmod(0o755 if path.is_dir() else 0o644)


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"openssl: {done.stderr.decode()[-300:]}")
