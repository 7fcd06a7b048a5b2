"""Ports on the loopback address: which are free, and which ones a data folder has chosen."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As Kafka and PostgreSQL do: a port that only waits out its closed connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def next_free(port: int) -> int:
    """The first free port from this one on.

    Raises ``OSError``: none is left.
    """
    for candidate in range(port, 65536):
        if is_free(candidate):
            return candidate
    raise OSError(f"no free port from {port} on")


def kept(folder: Path, name: str, asked: int) -> int:
    """The port chosen earlier for this wish, else the wish itself."""
    chosen = _load(folder).get(name, {})
    return chosen["port"] if chosen.get("asked") == asked else asked


def keep(folder: Path, name: str, asked: int, port: int) -> None:
    """Remember the choice in ``ports.json``, so that clients find the server after a restart."""
    chosen = _load(folder) | {name: {"asked": asked, "port": port}}
    draft = folder / ".ports.json"
    draft.write_text(json.dumps(chosen, indent=1))
    os.replace(draft, folder / "ports.json")


def _load(folder: Path) -> dict[str, dict[str, int]]:
    try:
        loaded: dict[str, dict[str, int]] = json.loads((folder / "ports.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return loaded
