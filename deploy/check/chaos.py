"""kill -9, more workers and fewer, down and up again: nothing is lost and nothing idles long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from deploy.check import news
from deploy.check.engine import Compose, Container, Failed, docker
from deploy.check.flow import rows
from deploy.check.transcript import Transcript, eventually, table
from deploy.check.watch import Prometheus

KILLED = ("fetch", "clean", "classify", "index", "relay", "ledger", "kafka", "postgres")
SESSION = 10.0  # seconds: WIREROOM_KAFKA_SESSION_TIMEOUT_MS
RESTART = 180.0  # seconds: a broker recovers its log, on a machine that is busy
FROZEN = 15.0  # seconds: 8 without an answer, and the question itself on a busy machine
ON_THE_WAY = ("in flight", "parked")
SLACK = 5.0  # what joining, taking and the way to the row may add on a busy machine


def kills(compose: Compose, out: Transcript) -> None:
    """The process, not ``docker kill``: that is a stop by hand, after which nothing restarts."""
    for service in KILLED:
        out.step(f"kill -9 of {service}")
        out.say(_kill(compose, service))


def balanced(compose: Compose, out: Transcript) -> None:
    """After all that: the ledger has an outcome for each record that the intake holds."""
    out.step("the ledger adds up")

    def settled() -> dict[str, Any] | None:
        found: dict[str, Any] = json.loads(
            compose("exec", "-T", "ledger", "wireroom", "ledger", "--json").stdout
        )
        return None if any(line["state"] in ON_THE_WAY for line in found["lines"]) else found

    told = eventually(settled, 60, what="an outcome for each", service="ledger")
    sent = news.submissions(compose.ports["kafka"])
    if told["accepted"] != sent or told["missing"]:
        raise Failed(f"the ledger counts {told['accepted']}, the intake holds {sent}", "ledger")
    lines = [(line["state"], line["reason"] or "", line["records"]) for line in told["lines"]]
    out.say(table([*lines, ("accepted", "", told["accepted"])]))


def frozen(compose: Compose, out: Transcript) -> None:
    """A database that refuses nothing and answers nothing shows in readiness, and mends itself."""
    before = _only(compose, "index")
    health = ("exec", "-T", "index", "wireroom", "health")
    compose("pause", "postgres")
    began = time.monotonic()
    try:
        said = eventually(
            lambda: compose(*health, check=False).stderr, FROZEN, what="not ready", service="index"
        )
    finally:
        shown = time.monotonic() - began
        compose("unpause", "postgres")
    eventually(lambda: compose(*health, check=False).stdout, 60, what="ready", service="index")
    if _only(compose, "index").pid != before.pid:
        raise Failed("index was restarted for a frozen database", "index")
    out.say(f"postgres frozen: index not ready after {shown:.1f} s ({_reason(said)}); no restart")


def _reason(said: str) -> str:
    """Of the line that ``wireroom health`` writes."""
    states = json.loads(said[said.index("{") :])
    return ", ".join(f"{name}: {why}" for name, why in states.items() if why != "ready")


def _kill(compose: Compose, service: str) -> str:
    group = f"killed-{service}"
    with news.Stream(compose.ports["kafka"], group, rate=20) as stream:
        time.sleep(2)
        before = _only(compose, service)
        kill(before.pid)
        began = time.monotonic()
        eventually(_restarted(compose, before), RESTART, what="the restart", service=service)
        back = time.monotonic() - began
        seen = max(rows(compose, group), 0)
        eventually(lambda: rows(compose, group) > seen, 90, what="the next row", service=service)
        flowing = time.monotonic() - began
    _all_there(compose, group, stream, service)
    return (
        f"healthy after {back:.1f} s, rows again after {flowing:.1f} s; "
        f"{stream.taken} of {stream.taken} accounted for"
    )


def kill(pid: int) -> None:
    """By a container that sees the engine's processes: needs no root here, and also works where
    the engine has a machine of its own.
    """
    docker(
        "run", "--rm", "--privileged", "--pid", "host", "--network", "none",
        "--entrypoint", "sh", "postgres:17", "-c", f"kill -9 {pid}",
    )  # fmt: skip


def _only(compose: Compose, service: str) -> Container:
    return compose.containers(service)[0]


def _restarted(compose: Compose, before: Container) -> Callable[[], bool]:
    def look() -> bool:
        now = _only(compose, before.service)
        return now.pid not in (0, before.pid) and now.state == "running, healthy"

    return look


def _all_there(compose: Compose, group: str, stream: news.Stream, service: str) -> None:
    """Each that the broker took is one row, and none is there that it did not take."""
    if stream.taken != stream.sent:
        raise Failed(f"the broker took {stream.taken} of {stream.sent}", "kafka")
    eventually(
        lambda: rows(compose, group) >= stream.taken, 120, what=f"{stream.taken} rows of {group}",
        service=service,
    )  # fmt: skip
    if (found := rows(compose, group)) != stream.taken:
        raise Failed(f"{found} rows of {stream.taken} articles", "index")


def scaled(compose: Compose, out: Transcript) -> None:
    out.step("scale clean to 3 and back")
    prometheus = Prometheus(compose.ports["prometheus"])
    with news.Stream(compose.ports["kafka"], "scaled", rate=30) as stream:
        eventually(lambda: rows(compose, "scaled") > 60, 60, what="a steady flow", service="clean")
        since = compose.sql("SELECT now()")
        compose.up("--no-recreate", "--scale", "clean=3")

        def shared() -> list[float] | None:
            found = [v for _, v in prometheus.series('wireroom_assigned_partitions{stage="clean"}')]
            return found if len(found) == 3 and min(found) > 0 and sum(found) == 12 else None

        shares = eventually(shared, 60, what="a share for each of three", service="clean")
        up = prometheus.targets()["clean"]
        out.say(f"{up} targets, partitions {', '.join(f'{share:.0f}' for share in shares)}")
        time.sleep(5)
        began = time.monotonic()
        compose.up("--no-recreate", "--scale", "clean=1")
        out.say(f"back to 1 in {time.monotonic() - began:.1f} s")
        time.sleep(SESSION + SLACK)
    _all_there(compose, "scaled", stream, "clean")
    longest = float(
        compose.sql(
            "SELECT max(extract(epoch FROM indexed_at - accepted_at)) FROM article"
            f" WHERE submitted_by = 'scaled' AND accepted_at > '{since}'"
        )
    )
    out.say(f"{stream.taken} articles, all are rows; the slowest took {longest:.1f} s")
    if longest > SESSION + SLACK:
        raise Failed(f"a partition lay idle: {longest:.1f} s for an article", "clean")


def down_and_up(compose: Compose, out: Transcript) -> None:
    out.step("down without volumes, up again")
    before = compose.sql("SELECT count(*) FROM article WHERE NOT probe")
    began = time.monotonic()
    compose("--profile", "*", "down")  # the registry too
    gone = time.monotonic() - began
    began = time.monotonic()
    compose.up()
    again = time.monotonic() - began
    after = compose.sql("SELECT count(*) FROM article WHERE NOT probe")
    if after != before:
        raise Failed(f"{before} rows before, {after} after", "postgres")
    news.publish(compose.ports["kafka"], [news.text("again", 0)])
    eventually(lambda: rows(compose, "again") == 1, 60, what="a new row", service="index")
    out.say(f"down {gone:.1f} s, healthy {again:.1f} s; {after} rows still there, and a new one")
