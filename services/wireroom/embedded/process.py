"""One server as a child process: start and wait until it serves, stop, kill, start again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGTERM, Signals
from typing import Any

from wireroom.embedded.errors import INSTALL, EmbeddedError

POLL = 0.02
"""Seconds between two looks at a server that is starting or stopping."""


@dataclass(frozen=True, slots=True)
class Program:
    """What makes a server of a command.

    ``prepare`` writes its files and returns the command (blocking; runs in a thread).
    ``serves`` asks the server once. ``again`` is called when it ended while starting and tells
    whether something has changed, or will, that makes another try worth while. ``pidfile`` and
    ``mark``, an argument that no other program has, find a server that outlived its parent.
    """

    name: str
    log: Path
    pidfile: Path
    mark: str
    prepare: Callable[[], list[str]]
    serves: Callable[[], Awaitable[bool]]
    again: Callable[[], bool]
    stop_signal: Signals = SIGTERM
    owner: tuple[int, int] | None = None
    start_limit: float = 60.0
    stop_limit: float = 30.0


def leashed(
    command: list[str], parent: int, signal: Signals, owner: tuple[int, int] | None = None
) -> list[str]:
    """The command, run so that it gets ``signal`` when the process ``parent`` dies."""
    leash = [sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py"))]
    user = f"{owner[0]}:{owner[1]}" if owner else "-"
    return [*leash, str(int(signal)), str(parent), user, "--", *command]


class Server:
    """A running or stopped server; data and port outlive every restart."""

    def __init__(self, program: Program, parent: int) -> None:
        self._program, self._parent = program, parent
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = asyncio.Lock()
        self._wanted = False

    @property
    def name(self) -> str:
        return self._program.name

    @property
    def log(self) -> Path:
        return self._program.log

    @property
    def pid(self) -> int | None:
        """The process id, or None when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def serving(self) -> bool:
        """It runs, and has answered since it was last started."""
        return self.pid is not None and not self._turn.locked()

    @property
    def died(self) -> bool:
        """It should run and does not."""
        return self._wanted and self.pid is None and not self._turn.locked()

    async def start(self) -> None:
        """Start it, unless it runs, and wait until it serves.

        Raises ``EmbeddedError``: it ended, or did not serve in time; it is not running then.
        """
        async with self._turn:
            self._wanted = True
            if self.pid is None:
                await self._start()

    async def stop(self) -> None:
        """Ask it to end, insist when it does not; returns when it is gone."""
        async with self._turn:
            self._wanted = False
            if self.pid is not None and self._process:
                self._process.send_signal(self._program.stop_signal)
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(self._process.wait, self._program.stop_limit)
            self.kill9()

    async def restart(self) -> None:
        """Stop and start."""
        await self.stop()
        await self.start()

    def kill9(self) -> None:
        """End it at once, as a power cut would; whoever watches starts it again."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    async def _start(self) -> None:
        deadline = time.monotonic() + self._program.start_limit
        await asyncio.to_thread(reap_recorded, self._program)
        while True:
            self._launch(await asyncio.to_thread(self._program.prepare))
            try:
                if await self._serving(deadline):
                    return
            except BaseException:
                self.kill9()
                raise
            # A server that only was too slow has used up the time; one that ended may not have.
            if time.monotonic() > deadline or not self._program.again():
                raise self._failure()
            await asyncio.sleep(0.3)

    def _launch(self, command: list[str]) -> None:
        # From this thread, the event loop's: the leash is tied to the thread that starts it.
        program = self._program
        with program.log.open("ab") as log:
            self._process = subprocess.Popen(
                leashed(command, self._parent, program.stop_signal, program.owner),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
            )
        program.pidfile.write_text(str(self._process.pid))

    async def _serving(self, deadline: float) -> bool:
        while self.pid is not None:
            if await self._program.serves():
                return True
            if time.monotonic() > deadline:
                self.kill9()
            await asyncio.sleep(POLL)
        return False

    def _failure(self) -> EmbeddedError:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 600))
            tail = log.read().decode(errors="replace").strip()
        code = self._process.returncode if self._process else None
        return EmbeddedError(f"{self.name} did not start (code {code}); see {self.log}\n{tail}")


def reap_recorded(program: Program) -> None:
    """End the server that an earlier, killed parent has left running, if any."""
    try:
        pid = int(program.pidfile.read_text())
    except (FileNotFoundError, ValueError):
        return
    reap(pid, program.mark, program.stop_signal)
    program.pidfile.unlink(missing_ok=True)


def reap(pid: int, mark: str, signal: Signals) -> bool:
    """End a server that outlived its parent; ``mark`` is an argument only our server has.

    Returns whether there was one. A process that merely got the old pid is left alone.

    Raises ``EmbeddedError``: psutil is not installed.
    """
    psutil = _psutil()
    try:
        orphan = psutil.Process(pid)
        if mark not in orphan.cmdline():
            return False
        family = [orphan, *orphan.children(recursive=True)]
        orphan.send_signal(signal)
        orphan.send_signal(SIGCONT)  # a stopped process would never see the first
    except psutil.NoSuchProcess:
        return False
    _, alive = psutil.wait_procs(family, timeout=15)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)
    return True


def is_named(pid: int, name: str) -> bool:
    """Whether a process with this id lives and its program's name begins so."""
    psutil = _psutil()
    try:
        return bool(psutil.Process(pid).name().startswith(name))
    except psutil.NoSuchProcess:
        return False


def born(pid: int) -> float | None:
    """When the process started: tells it from a later one with its id. None: it is gone."""
    psutil = _psutil()
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def _psutil() -> Any:
    try:
        import psutil  # optional extra
    except ImportError as missing:
        raise EmbeddedError(f"psutil is not installed: {INSTALL}") from missing
    return psutil
