"""Services that are forked: supervised as well as those that are new Pythons."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from wireroom.embedded import supervise as module
from wireroom.embedded.brood import Brood
from wireroom.embedded.supervise import Child, supervise

HERE = Path(__file__).parent
ENTRY = "offspring:main"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="services are forked on Linux only")


@pytest.fixture(autouse=True)
def _offspring_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))  # the nursery gets our path


@pytest.fixture
async def brood() -> AsyncIterator[Brood]:
    found = Brood(ENTRY, ["offspring"])
    yield found
    found.close()


def child(tmp_path: Path, *arguments: str, colour: str = "green") -> Child:
    executed = [sys.executable, "-c", "import time; time.sleep(600)"]
    return Child("child", executed, tmp_path / "child.log", {"COLOUR": colour}, dict, arguments)


async def until(met: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


def lines(one: Child) -> list[list[str]]:
    return [line.split() for line in one.log.read_text().splitlines()] if one.log.exists() else []


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("end", "3"), "code 3"),
        (("end", "0"), "code 0"),
        (("refuse", "4"), "code 4"),
        (("break",), "code 1"),
    ],
)
async def test_the_supervisor_is_told_how_a_forked_child_ended(
    tmp_path: Path, brood: Brood, arguments: tuple[str, ...], told: str
) -> None:
    stop, said = asyncio.Event(), list[str]()
    task = asyncio.create_task(supervise([child(tmp_path, *arguments)], stop, said.append, brood))
    await until(lambda: said)
    stop.set()
    await task
    assert told in said[0]


async def test_a_killed_one_comes_again_in_its_own_group_environment_and_log(
    tmp_path: Path, brood: Brood
) -> None:
    stop, said, one = asyncio.Event(), list[str](), child(tmp_path, "stay")
    task = asyncio.create_task(supervise([one], stop, said.append, brood))
    await until(lambda: len(lines(one)) == 1)
    first = int(lines(one)[0][0])
    assert psutil.Process(first).cmdline()[:2] == one.command[:2]
    os.kill(first, signal.SIGKILL)
    await until(lambda: len(lines(one)) == 2)
    stop.set()
    await task
    assert "SIGKILL" in said[0]
    assert [line[1:] for line in lines(one)] == [["green", "True"]] * 2
    assert not runs(int(lines(one)[1][0]))


async def test_when_the_nursery_is_killed_all_start_again_and_none_is_forgotten(
    tmp_path: Path, brood: Brood
) -> None:
    stop, one = asyncio.Event(), child(tmp_path, "stay")
    task = asyncio.create_task(supervise([one], stop, lambda line: None, brood))
    await until(lambda: len(lines(one)) == 1)
    nursery = brood.pid
    assert nursery is not None
    os.kill(nursery, signal.SIGKILL)
    await until(lambda: len(lines(one)) == 2)
    assert brood.pid != nursery
    first, second = (int(line[0]) for line in lines(one))
    assert not runs(first)
    stop.set()
    await task
    assert not runs(second)


async def test_one_that_outlives_a_killed_nursery_is_ended_by_the_supervisor(
    tmp_path: Path, brood: Brood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    stop, said, one = asyncio.Event(), list[str](), child(tmp_path, "ignore")
    task = asyncio.create_task(supervise([one], stop, said.append, brood))
    await until(lambda: len(lines(one)) == 1)
    pid, nursery = int(lines(one)[0][0]), brood.pid
    assert nursery is not None
    os.kill(nursery, signal.SIGKILL)
    await until(lambda: not runs(nursery))
    assert runs(pid)
    stop.set()
    await task
    assert "was killed" in said[0]
    await until(lambda: not runs(pid))
    assert len(lines(one)) == 1


async def test_where_nothing_can_be_forked_a_new_python_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    stop, one, brood = asyncio.Event(), child(tmp_path, "stay"), Brood(ENTRY, ["offspring"])
    assert brood.pid is None
    task = asyncio.create_task(supervise([one], stop, lambda line: None, brood))
    await until(lambda: _executed(one))
    stop.set()
    await task
    brood.close()


def _executed(one: Child) -> bool:
    children = psutil.Process().children(recursive=True)
    return any(line == one.command for process in children for line in [process.cmdline()])


async def test_what_cannot_be_loaded_before_is_no_reason_not_to_start(tmp_path: Path) -> None:
    stop, one, brood = asyncio.Event(), child(tmp_path, "stay"), Brood(ENTRY, ["no.such.module"])
    task = asyncio.create_task(supervise([one], stop, lambda line: None, brood))
    await until(lambda: len(lines(one)) == 1)
    stop.set()
    await task
    brood.close()


@pytest.mark.parametrize("leash", [int(signal.SIGTERM), 0])
async def test_forked_children_of_a_killed_supervisor_end(tmp_path: Path, leash: int) -> None:
    """With the leash; the negative control without it leaves the child running."""
    log = tmp_path / "child.log"
    program = SUPERVISOR.format(here=str(HERE), leash=leash, log=log)
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    await until(lambda: log.exists() and log.read_text().endswith("\n"))
    pid = int(log.read_text().split()[0])
    (nursery,) = psutil.Process(parent.pid).children()
    parent.kill()
    await parent.wait()
    await until(lambda: not runs(nursery.pid))
    if leash:
        await until(lambda: not runs(pid))
    else:
        assert runs(pid)
        os.kill(pid, signal.SIGKILL)


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from wireroom.embedded import brood
from wireroom.embedded.supervise import Child, supervise
brood.LEASH = {leash}
async def main():
    one = Child("c", ["none"], Path("{log}"), forked=["stay"])
    forking = brood.Brood("offspring:main", ["offspring"])
    await supervise([one], asyncio.Event(), print, forking)
asyncio.run(main())
"""
