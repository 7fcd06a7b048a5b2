"""As whom PostgreSQL runs, which refuses root, and users that the system has no entry for.

Started by root it runs as ``nobody`` where that user can reach the folders. Else, and for a user
without an entry (a bare uid, as containers have), it runs inside a user namespace (``unshare``),
where it sees itself as ``nobody`` and the files stay their owner's. No user is created, and no
folder above the data is opened up. Where ``nobody`` runs it, other programs of ``nobody`` can read
its files.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from wireroom.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs the server: ``owner`` (uid, gid) to change to, ``prefix`` of every command."""

    owner: tuple[int, int] | None = None
    prefix: tuple[str, ...] = ()


def identity(programs: Path, folder: Path, user: str = "nobody") -> Identity:
    """As whom to run the server.

    Raises ``EmbeddedError``: this process's own user won't do, and there is no other way.
    """
    me = os.geteuid()
    if me != 0 and _known(me):
        return Identity()
    other = pwd.getpwnam(user)
    ids = other.pw_uid, other.pw_gid
    if me == 0 and _reaches(*ids, programs) and _reaches(*ids, folder):
        return Identity(owner=ids)
    prefix = ("unshare", "--user", f"--map-user={ids[0]}", f"--map-group={ids[1]}")
    try:
        subprocess.run([*prefix, "true"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(_no_way(me, f"{user} can't reach {programs} or {folder}")) from error
    return Identity(prefix=prefix)


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _no_way(uid: int, unreached: str) -> str:
    reason = f"as root, {unreached}" if uid == 0 else f"as user {uid}, who has no name here"
    remedy = "use folders outside root's home, or another user"
    return f"PostgreSQL does not run {reason}, and user namespaces are off: {remedy}"


def _reaches(uid: int, gid: int, folder: Path) -> bool:
    for step in (folder.resolve(), *folder.resolve().parents):
        status = step.stat()
        bit = 0o100 if status.st_uid == uid else 0o010 if status.st_gid == gid else 0o001
        if not status.st_mode & bit:
            return False
    return True
