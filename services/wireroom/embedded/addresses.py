"""Where a data folder's servers are, and who uses the folder."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from wireroom.embedded.errors import EmbeddedError
from wireroom.embedded.process import born


@dataclass(frozen=True, slots=True)
class Addresses:
    """``kafka``: host:port; ``postgres``: address with password; ``metrics``: service → port."""

    kafka: str
    postgres: str
    metrics: dict[str, int]


def read_addresses(data: Path) -> Addresses | None:
    """What ``addresses.json`` says; None when there is none or its writer no longer runs."""
    try:
        stored = json.loads((data / "addresses.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
    owner = stored.pop("owner")
    if owner["born"] != born(owner["pid"]):
        return None
    return Addresses(**stored)


def write_addresses(data: Path, addresses: Addresses) -> None:
    """Write ``addresses.json`` in the name of this process; readable by its user alone."""
    owner = {"pid": os.getpid(), "born": born(os.getpid())}
    text = json.dumps(asdict(addresses) | {"owner": owner}, indent=1)
    draft = data / f".addresses.{os.getpid()}"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(draft, data / "addresses.json")


@contextmanager
def sole_user(data: Path) -> Iterator[None]:
    """Hold ``data`` for this process; the kernel lets go when the process ends, however it ends.

    Raises ``EmbeddedError``: another process holds it.
    """
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise EmbeddedError(
                f"{data} is in use by process {file.read().strip()}: stop that one first,"
                " or choose another data folder"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
