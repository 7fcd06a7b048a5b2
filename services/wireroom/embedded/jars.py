"""Kafka's jars: exact coordinates and SHA-256 from a lock file, never a resolver.

Resolving at run time is both slow and wrong: a tree resolved from several coordinates once came
with another version of kafka-clients, silently. So the list is fixed (``kafka.lock.json``: what a
broker for plain clients loads, 31 jars of 45), the downloader only downloads, and a file gets its
final name after its hash was checked. All hashes are checked again at each start (25 ms).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wireroom.embedded.errors import INSTALL, EmbeddedError

ATTEMPTS = 4
THREADS = 6
STALE = 3600.0
"""Seconds after which the temporary folder of another fetch counts as left by a killed one."""

Download = Callable[["Jar", Path], Path]
"""Fetches one jar into the empty folder given and returns its path; may raise anything."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One Maven artifact; ``size`` in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def place(self) -> Path:
        """Where a Maven repository folder holds it."""
        return Path(*self.group.split("."), self.artifact, self.version, self.name)


@dataclass(frozen=True, slots=True)
class Lock:
    """The Kafka version, its jars, and the snapshot that a freshly formatted broker starts from."""

    kafka: str
    checkpoint_name: str
    checkpoint_base64: str
    jars: tuple[Jar, ...]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256("".join(jar.sha256 for jar in self.jars).encode()).hexdigest()


def load_lock() -> Lock:
    """The lock file that is part of the package."""
    raw = json.loads(Path(__file__).with_name("kafka.lock.json").read_text())
    return Lock(
        kafka=raw["kafka"],
        checkpoint_name=raw["checkpoint"]["name"],
        checkpoint_base64=raw["checkpoint"]["base64"],
        jars=tuple(Jar(j["g"], j["a"], j["v"], j["sha256"], j["size"]) for j in raw["jars"]),
    )


def fetch(
    lock: Lock, cache: Path, m2: Path, download: Download, say: Callable[[str], None]
) -> list[Path]:
    """The paths of all jars, complete and checked; what is missing or broken is fetched.

    Raises ``EmbeddedError``: a jar can't be had, or not with the hash that the lock file names.
    """
    folder = cache / f"kafka-{lock.kafka}"
    missing = [jar for jar in lock.jars if not _intact(folder / jar.name, jar)]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with _scratch(folder) as scratch, ThreadPoolExecutor(THREADS) as pool:
            tasks = {pool.submit(_obtain, j, folder, scratch, m2, download): j for j in missing}
            progress = _Progress(lock, {jar.name for jar in missing}, say)
            try:
                for task in as_completed(tasks):
                    task.result()
                    progress.arrived(tasks[task])
            finally:
                pool.shutdown(cancel_futures=True)
    return [folder / jar.name for jar in lock.jars]


def jgo_download(mirror: str | None) -> Download:
    """A downloader made of jgo, which knows the public repository's address.

    jgo writes to the final path and trusts a half-written file afterwards: hence its own empty
    folder for each try.
    """

    def download(jar: Jar, folder: Path) -> Path:
        try:
            from jgo.maven import MavenContext  # optional extra
        except ImportError as missing:
            raise EmbeddedError(
                f"Kafka's jars can't be downloaded, jgo is not installed: {INSTALL}"
            ) from missing
        remote = {"mirror": mirror} if mirror else None  # None: the usual one
        context = MavenContext(repo_cache=folder, remote_repos=remote, timeout=60)
        project = context.project(jar.group, jar.artifact)
        return Path(project.at_version(jar.version).artifact().resolve())

    return download


def _intact(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


def _obtain(jar: Jar, folder: Path, scratch: Path, m2: Path, download: Download) -> None:
    local = m2 / jar.place
    if _intact(local, jar):
        source = scratch / jar.name
        shutil.copyfile(local, source)
        if not _intact(source, jar):
            raise EmbeddedError(f"{local} changed while it was copied; start again")
    else:
        source = _downloaded(jar, scratch, download)
    os.replace(source, folder / jar.name)


def _downloaded(jar: Jar, scratch: Path, download: Download) -> Path:
    trouble: Exception | None = None
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.25 * 2**attempt)
        folder = scratch / f"{jar.name}.{attempt}"
        folder.mkdir()
        try:
            path = download(jar, folder)
        except EmbeddedError:
            raise
        except Exception as error:  # a downloader may raise anything; re-raised below
            trouble = error
            continue
        if _intact(path, jar):
            return path
        trouble = ValueError("its SHA-256 is not the one in kafka.lock.json")
    raise EmbeddedError(
        f"Kafka's {jar.name} can't be downloaded: {trouble}. Check the network, or point "
        "WIREROOM_MAVEN_MIRROR at a Maven repository or WIREROOM_M2 at a local one"
    ) from trouble


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    for old in folder.glob(".fetch-*"):
        if time.time() - old.stat().st_mtime > STALE:
            shutil.rmtree(old, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=".fetch-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class _Progress:
    """Says how far the fetch is, once a second and at the end."""

    def __init__(self, lock: Lock, missing: set[str], say: Callable[[str], None]) -> None:
        self._lock, self._missing, self._say = lock, missing, say
        self._next = time.monotonic() + 1.0

    def arrived(self, jar: Jar) -> None:
        self._missing.discard(jar.name)
        if self._missing and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1.0
        here = [jar for jar in self._lock.jars if jar.name not in self._missing]
        megabytes = sum(jar.size for jar in here) / 1e6
        self._say(
            f"Kafka {self._lock.kafka}: {len(here)} of {len(self._lock.jars)} jars,"
            f" {megabytes:.0f} MB"
        )
