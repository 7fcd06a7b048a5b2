"""Articles go in, rows come out, and every counter says the same."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.check import news
from deploy.check.engine import TAG, Compose, Container, Failed, docker, environment
from deploy.check.transcript import Transcript, eventually, table
from deploy.check.watch import WORKERS, Prometheus, memory

IMAGE = f"wireroom:{TAG}"
LARGEST_IMAGE = 450 * 10**6
RATE = 60  # articles a second; one core cleans about 100
STAGES = WORKERS[:4]
DEAD = [f"dead.{stage}" for stage in STAGES]
NOT_HTML = "%PDF-1.7\n%%EOF"


def build(compose: Compose, out: Transcript) -> None:
    out.step("build")
    began = time.monotonic()
    compose("build", "migrate", timeout=900)
    size = int(docker("image", "inspect", "-f", "{{.Size}}", IMAGE))
    out.say(f"{IMAGE}: {size / 1e6:.0f} MB, {time.monotonic() - began:.0f} s")
    if size > LARGEST_IMAGE:
        raise Failed(f"the image is larger than {LARGEST_IMAGE / 1e6:.0f} MB")


def start(compose: Compose, out: Transcript) -> None:
    out.step("up from nothing")
    began = time.monotonic()
    compose.up()
    out.say(f"all healthy after {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    news.publish(compose.ports["kafka"], [news.text("first", 0)])
    eventually(lambda: rows(compose, "first") == 1, 60, what="the first row", service="index")
    out.say(f"first row {time.monotonic() - began:.1f} s after its publication")
    out.say(table((c.service, c.state) for c in sorted(compose.containers(), key=_service)))


def _service(container: Container) -> str:
    return container.service


def again(compose: Compose, out: Transcript) -> None:
    """Two at once, beside the running workers: nothing to do, and no harm."""
    started = [
        subprocess.Popen(
            compose.command("run", "--rm", "--no-deps", "-T", service),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(),
        )
        for service in ("migrate", "topics") for _ in range(2)
    ]  # fmt: skip
    for process in started:
        said, _ = process.communicate(timeout=120)
        if process.returncode != 0:
            raise Failed(f"again: {said[-500:]}")
    out.say("migrate and topics again, each twice at once: no harm")


def rows(compose: Compose, group: str) -> int:
    found = compose.sql(f"SELECT count(*) FROM article WHERE submitted_by = '{group}'")
    return int(found or -1)


def counted(compose: Compose, out: Transcript) -> None:
    """Rows, repetitions, drops and dead letters, each by its own witness and by the counters."""
    out.step("every outcome is counted once")
    group = "counted"
    values = [news.text(group, n) for n in range(300)]
    values += [news.page(group, n) for n in range(100)]
    values += [news.text(group, n) for n in range(20)]  # unchanged
    values += [news.page("refused", n, NOT_HTML) for n in range(10)]
    values += [b"neither Avro nor JSON"] * 5
    began = time.monotonic()
    taken = news.publish(compose.ports["kafka"], values)
    if taken != len(values):
        raise Failed(f"the broker took {taken} of {len(values)}", "kafka")
    eventually(lambda: rows(compose, group) == 400, 120, what="400 rows", service="index")
    out.say(f"{taken} records published, 400 rows after {time.monotonic() - began:.1f} s")
    prometheus = Prometheus(compose.ports["prometheus"])

    def agree() -> dict[str, tuple[int, int]] | None:
        found = witnesses(compose, prometheus)
        return found if all(a == b for a, b in found.values()) and found["all"][0] else None

    try:
        found = eventually(agree, 45, what="agreement")
    except Failed as error:
        raise Failed(f"the counters do not agree: {witnesses(compose, prometheus)}") from error
    out.say(table((("", "there", "counters"), *((k, *v) for k, v in found.items()))))


def witnesses(compose: Compose, prometheus: Prometheus) -> dict[str, tuple[int, int]]:
    """What is there, and what the workers' counters say. Probes are in neither."""

    def outcomes(**labels: str) -> int:
        chosen = ",".join(f'{name}=~"{value}"' for name, value in labels.items())
        return round(prometheus.value(f"sum(wireroom_outcomes_total{{{chosen}}})"))

    port = compose.ports["kafka"]
    intake = news.records(port, [news.INTAKE])
    probes = round(prometheus.value("sum(wireroom_canary_sent_total)"))
    dropped, dead = outcomes(outcome="dropped"), outcomes(outcome="dead")
    written = outcomes(stage="index", outcome="indexed|duplicate|revised|unchanged")
    return {
        "rows": (int(compose.sql("SELECT count(*) FROM article WHERE NOT probe") or -1),
                 outcomes(stage="index", outcome="indexed|duplicate")),
        "dropped": (10, dropped),
        "dead letters": (news.records(port, DEAD), dead),
        "all": (intake - probes, written + dropped + dead),
    }  # fmt: skip


def watched(compose: Compose, out: Transcript) -> None:
    out.step("Prometheus sees every worker")
    prometheus = Prometheus(compose.ports["prometheus"])
    eventually(
        lambda: prometheus.targets() == dict.fromkeys(WORKERS, 1), 40, what="a target for each",
        service="prometheus",
    )  # fmt: skip
    out.say(", ".join(f"{service} up" for service in prometheus.targets()))


@contextmanager
def load(compose: Compose, out: Transcript) -> Iterator[None]:
    """Memory without work and with it; within, articles flow."""
    idle = memory(compose)
    with news.Stream(compose.ports["kafka"], "load", rate=RATE) as stream:
        time.sleep(20)
        busy = memory(compose)
        yield
    eventually(
        lambda: rows(compose, "load") == stream.taken, 240, what="the load's rows", service="clean"
    )
    lines = [(name, used.split(" / ")[0], busy.get(name, "").split(" / ")[0],
              used.split(" / ")[1]) for name, used in idle.items()]  # fmt: skip
    out.say(table((("service", "idle", "load", "limit"), *lines)))
    out.say(f"{stream.taken} articles at {RATE}/s; all are rows")
