from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wireroom.runtime import Permanent, Unavailable
from wireroom.runtime.pool import Killed, Overdue, Pool
from wireroom.runtime.pool_process import Limits

HERE = Path(__file__).parent
TARGET = "tasks:run"


@pytest.fixture(autouse=True)
def _tasks_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))  # children get the parent's path


async def test_a_task_that_hangs_in_c_is_killed_by_cpu_time_and_the_pool_goes_on() -> None:
    async with Pool(TARGET, 1, Limits(cpu_seconds=0.3)) as pool:
        started = time.perf_counter()
        with pytest.raises(Killed) as caught:
            await pool.run("hang")
        assert caught.value.reason == "killed_cpu"
        assert time.perf_counter() - started < 6.0
        assert await pool.run("echo", 7) == 7


async def test_without_the_limit_the_same_task_still_runs_when_it_would_have_been_killed() -> None:
    limits = Limits(cpu_seconds=None, wall_seconds=None)
    async with Pool(TARGET, 1, limits) as pool:
        task = asyncio.create_task(pool.run("hang"))
        await asyncio.sleep(1.5)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_cpu_limit_does_not_see_a_task_that_sleeps() -> None:
    async with Pool(TARGET, 1, Limits(cpu_seconds=0.2)) as pool:
        assert await pool.run("sleep", 0.8) == "slept"


async def test_cpu_time_of_earlier_tasks_does_not_count() -> None:
    async with Pool(TARGET, 1, Limits(cpu_seconds=0.5)) as pool:
        (pid,) = pool.pids
        for _ in range(4):
            await pool.run("burn", 0.2)
        assert await pool.run("pid") == pid


async def test_a_task_that_waits_too_long_is_overdue_and_worth_another_try() -> None:
    async with Pool(TARGET, 1, Limits(wall_seconds=0.3)) as pool:
        with pytest.raises(Overdue) as caught:
            await pool.run("sleep", 30.0)
        assert caught.value.reason == "killed_wall"
        assert await pool.run("echo", 1) == 1


async def test_a_task_that_takes_too_much_memory_is_killed() -> None:
    async with Pool(TARGET, 1, Limits(memory_mb=150)) as pool:
        with pytest.raises(Killed) as caught:
            await pool.run("grow_and_stay", 300)
        assert caught.value.reason == "killed_memory"


async def test_a_child_that_dies_by_a_signal_is_a_crash() -> None:
    async with Pool(TARGET, 2) as pool:
        with pytest.raises(Killed, match="exit code -11") as caught:
            await pool.run("crash")
        assert caught.value.reason == "killed_crash"
        assert await pool.run("echo", 1) == 1


async def test_a_task_whose_child_died_once_is_tried_again(tmp_path: Path) -> None:
    async with Pool(TARGET, 2) as pool:
        assert await pool.run("crash_once", str(tmp_path / "seen")) == "second try"


async def test_many_tasks_that_kill_do_not_block_each_other() -> None:
    async with Pool(TARGET, 2) as pool:
        outcomes = await asyncio.gather(
            *(pool.run("crash") for _ in range(3)),
            *(pool.run("echo", n) for n in range(20)),
            return_exceptions=True,
        )
    assert [type(outcome) for outcome in outcomes[:3]] == [Killed] * 3
    assert outcomes[3:] == list(range(20))


async def test_a_stage_error_comes_back_as_it_was_raised() -> None:
    async with Pool(TARGET, 1) as pool:
        with pytest.raises(Permanent) as caught:
            await pool.run("refuse", "too_large")
    assert type(caught.value) is Permanent
    assert caught.value.reason == "too_large"
    assert str(caught.value) == "too_large: for a test"
    assert "_refuse" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("task", "told"), [("unreadable", "Unreadable"), ("unpicklable", "lambda")]
)
async def test_what_cannot_be_pickled_comes_back_with_its_traceback(task: str, told: str) -> None:
    async with Pool(TARGET, 1) as pool:
        with pytest.raises(Exception, match=told):
            await pool.run(task)
        assert await pool.run("echo", 1) == 1


async def test_what_a_task_prints_does_not_break_the_frames() -> None:
    async with Pool(TARGET, 1) as pool:
        assert await pool.run("print") == "fine"
        assert await pool.run("echo", b"x" * 3_000_000) == b"x" * 3_000_000


async def test_a_process_is_replaced_after_its_tasks_and_after_growth() -> None:
    async with Pool(TARGET, 1, Limits(tasks=2)) as pool:
        pids = [await pool.run("pid") for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]
    async with Pool(TARGET, 1, Limits(growth_mb=20)) as pool:
        assert await pool.run("grow", 40) != await pool.run("pid")


async def test_a_warm_function_that_fails_is_told_at_the_start() -> None:
    with pytest.raises(Unavailable, match="no model"):
        async with Pool(TARGET, 1, warm="tasks:broken_warm"):
            pass
    async with Pool(TARGET, 1, warm="tasks:warm") as pool:
        assert await pool.run("echo", 1) == 1


async def test_a_cancelled_task_frees_its_place() -> None:
    async with Pool(TARGET, 1) as pool:
        task = asyncio.create_task(pool.run("sleep", 30.0))
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await asyncio.wait_for(pool.run("echo", 2), 5) == 2


async def test_children_inherit_no_sockets_of_ours() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        ours = os.readlink(f"/proc/self/fd/{listening.fileno()}")
        async with Pool(TARGET, 1) as pool:
            theirs = await pool.run("descriptors")
    assert isinstance(theirs, list)
    assert ours not in theirs


async def test_children_ignore_the_signals_that_make_the_parent_drain() -> None:
    async with Pool(TARGET, 1) as pool:
        (pid,) = pool.pids
        task = asyncio.create_task(pool.run("sleep", 0.5))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
        assert await task == "slept"


@pytest.mark.parametrize("task", ["idle", "hang"])
def test_children_end_when_the_parent_is_killed(task: str) -> None:
    script = f"""
import asyncio, sys
sys.path.insert(0, {str(HERE)!r})
from wireroom.runtime.pool import Pool
async def main():
    async with Pool("tasks:run", 1) as pool:
        if {task!r} == "hang":
            hanging = asyncio.create_task(pool.run("hang"))
            await asyncio.sleep(0.2)
        print(pool.pids[0], flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        parent.kill()
    for _ in range(100):
        if not _lives(child):
            return
        time.sleep(0.05)
    raise AssertionError("the child outlived its parent")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_killed_process_is_replaced_by_a_fork_of_the_same_nursery() -> None:
    async with Pool(TARGET, 1) as pool:
        parent = _parent(await pool.run("pid"))
        with pytest.raises(Killed):
            await pool.run("crash")
        assert _parent(await pool.run("pid")) == parent != os.getpid()


async def test_a_pool_whose_nursery_is_killed_goes_on_with_a_new_one() -> None:
    async with Pool(TARGET, 2) as pool:
        before = _parent(await pool.run("pid"))
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(30):
            while _lives(before):  # noqa: ASYNC110  # nobody tells us of its end
                await asyncio.sleep(0.01)
        assert [await pool.run("echo", n) for n in range(4)] == [0, 1, 2, 3]
        assert _parent(await pool.run("pid")) != before


@pytest.mark.parametrize(("loaded", "forked"), [("tasks", True), ("json", False)])
def test_a_process_that_has_the_target_forks_its_nursery(loaded: str, forked: bool) -> None:
    """And one that has not starts a new Python: seen by what was done to the module before."""
    script = f"""
import asyncio, importlib, sys
sys.path.insert(0, {str(HERE)!r})
importlib.import_module({loaded!r}).mark = "inherited"
from wireroom.runtime.pool import Pool
async def main():
    async with Pool("tasks:run", 2) as pool:
        first = await pool.run("marked")
        try:
            await pool.run("crash")
        except Exception as error:
            print(first, await pool.run("marked"), error.reason)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    mark = "inherited" if forked else "None"
    assert done.stdout.decode().split() == [mark, mark, "killed_crash"]


def _parent(pid: object) -> int:
    assert isinstance(pid, int)
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
