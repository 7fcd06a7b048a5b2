"""A small disk under a server, which can be filled to the last byte and freed again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MB = 1024 * 1024
SPARE = 2  # times its size that must be free in memory, which is where it lies


class NoVolume(Exception):
    """None can be made here; the text says why."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system of its own at ``place``."""

    place: Path

    def fill(self) -> None:
        """Leave no room for a single byte more."""
        with self._filler.open("wb", buffering=0) as file:
            for size in (16 * MB, 4096, 1):
                with suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        """Undo ``fill``."""
        self._filler.unlink(missing_ok=True)

    @property
    def _filler(self) -> Path:
        return self.place / "filler"


@contextmanager
def small(place: Path, megabytes: int) -> Iterator[Volume]:
    """A volume of this size at ``place``, which is made. Raises ``NoVolume``."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        raise NoVolume("only root mounts a small disk")
    if psutil.virtual_memory().available < SPARE * megabytes * MB:
        raise NoVolume(f"a small disk needs {SPARE * megabytes} MB of free memory")
    place.mkdir(parents=True)
    options = f"size={megabytes}m,mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoVolume(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield Volume(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)
