"""The supervisor keeps its children running, and leaves none behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from wireroom.cli.up import free_port
from wireroom.embedded import supervise as module
from wireroom.embedded.addresses import Addresses, read_addresses
from wireroom.embedded.ports import HOST
from wireroom.embedded.supervise import Child, supervise

PATIENT = "import time; print('here', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {PATIENT}"
PARENT = (
    "import subprocess, sys, time;"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(p.pid, flush=True); time.sleep(600)"
)


def child(tmp_path: Path, code: str, name: str = "child") -> Child:
    return Child(name, [sys.executable, "-u", "-c", code], tmp_path / f"{name}.log")


async def until(met: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def descendants() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


async def test_a_child_that_ends_is_started_again_and_again(tmp_path: Path) -> None:
    stop, said = asyncio.Event(), list[str]()
    one = child(tmp_path, "print('here'); raise SystemExit(3)")
    task = asyncio.create_task(supervise([one], stop, said.append))
    await until(lambda: len(lines(one.log)) >= 3)
    stop.set()
    await task
    assert "child ended (code 3), starts again in 0.2 s" in said[0]
    assert "starts again in 0.4 s" in said[1]


async def test_a_killed_child_does_not_disturb_the_others(tmp_path: Path) -> None:
    before, stop = descendants(), asyncio.Event()
    code = f"import os; print(os.getpid()); {PATIENT}"
    one, two = child(tmp_path, code, "one"), child(tmp_path, code, "two")
    task = asyncio.create_task(supervise([one, two], stop, print))
    await until(lambda: len(lines(one.log)) == 2 and len(lines(two.log)) == 2)
    os.kill(int(lines(one.log)[0]), signal.SIGKILL)
    await until(lambda: len(lines(one.log)) == 4)
    assert len(lines(two.log)) == 2
    stop.set()
    await task
    assert descendants() == before


async def test_a_child_that_ignores_the_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    before, stop, said = descendants(), asyncio.Event(), list[str]()
    one = child(tmp_path, STUBBORN)
    task = asyncio.create_task(supervise([one], stop, said.append))
    await until(lambda: lines(one.log))
    stop.set()
    await task
    assert "was killed" in said[0]
    assert descendants() == before


async def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    stop = asyncio.Event()
    one = child(tmp_path, PARENT)
    task = asyncio.create_task(supervise([one], stop, print))
    await until(lambda: lines(one.log))
    grandchild = int(lines(one.log)[0])
    stop.set()
    await task
    await until(lambda: not _runs(grandchild))


async def test_a_cancelled_supervisor_leaves_no_process(tmp_path: Path) -> None:
    before = descendants()
    one = child(tmp_path, PATIENT)
    task = asyncio.create_task(supervise([one], asyncio.Event(), print))
    await until(lambda: lines(one.log))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert descendants() == before


async def test_a_child_gets_its_own_environment(tmp_path: Path) -> None:
    stop = asyncio.Event()
    code = f"import os; print(os.environ['COLOUR']); {PATIENT}"
    one = Child("c", [sys.executable, "-c", code], tmp_path / "c.log", {"COLOUR": "green"})
    task = asyncio.create_task(supervise([one], stop, print))
    await until(lambda: lines(one.log))
    stop.set()
    await task
    assert lines(one.log)[0] == "green"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
@pytest.mark.parametrize("leashed", [True, False])
async def test_children_of_a_killed_supervisor_end(tmp_path: Path, leashed: bool) -> None:
    """With the leash; the negative control without it leaves the child running."""
    code = f"import os; print(os.getpid()); {PATIENT}"
    cut = "" if leashed else "module.leashed = lambda command, *rest: command\n"
    program = SUPERVISOR.format(cut=cut, code=code, log=tmp_path / "c.log")
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    await until(lambda: len(lines(tmp_path / "c.log")) == 2)
    pid = int(lines(tmp_path / "c.log")[0])
    parent.kill()
    await parent.wait()
    if leashed:
        await until(lambda: not _runs(pid))
    else:
        await asyncio.sleep(0.5)
        assert _runs(pid)
        os.kill(pid, signal.SIGKILL)


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from wireroom.embedded import supervise as module
{cut}
child = module.Child("c", [sys.executable, "-u", "-c", {code!r}], Path("{log}"))
asyncio.run(module.supervise([child], asyncio.Event(), print))
"""


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_what_may_have_changed_is_asked_before_every_start(tmp_path: Path) -> None:
    stop, ports = asyncio.Event(), iter(range(9000, 9100))
    code = "import os; print(os.environ['PORT']); raise SystemExit(1)"
    one = replace(child(tmp_path, code), fresh=lambda: {"PORT": str(next(ports))})
    task = asyncio.create_task(supervise([one], stop, lambda line: None))
    await until(lambda: len(lines(one.log)) >= 2)
    stop.set()
    await task
    assert lines(one.log)[:2] == ["9000", "9001"]


def test_a_service_whose_port_was_taken_meanwhile_gets_another(tmp_path: Path) -> None:
    known = Addresses("kafka:9092", "postgresql://here", {"clean": 0, "index": 0})
    with socket.socket() as stranger:
        stranger.bind((HOST, 0))
        stranger.listen()
        taken = stranger.getsockname()[1]
        known.metrics.update(clean=taken, index=taken - 1)
        told = int(free_port(known, "clean", tmp_path)["WIREROOM_METRICS_PORT"])
        assert told > taken
        written = read_addresses(tmp_path)
        assert written is not None
        assert written.metrics == {"clean": told, "index": taken - 1}
    assert free_port(known, "clean", tmp_path) == {"WIREROOM_METRICS_PORT": str(told)}
