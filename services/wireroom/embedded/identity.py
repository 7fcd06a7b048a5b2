"""As whom PostgreSQL runs, which refuses to run as root.

Started by root it runs as ``nobody`` where that user can reach the folders, else inside a user
namespace in which root's files stay root's (``unshare``). No user is created, and no folder above
the data is opened up. Where ``nobody`` runs it, other programs of ``nobody`` can read its files.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from wireroom.embedded.errors import EmbeddedError

NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs the server: ``owner`` (uid, gid) to change to, ``prefix`` of every command."""

    owner: tuple[int, int] | None = None
    prefix: tuple[str, ...] = ()


def identity(programs: Path, folder: Path, user: str = "nobody") -> Identity:
    """As whom to run the server.

    Raises:
        EmbeddedError: started by root, and there is no way not to run as root.
    """
    if os.geteuid() != 0:
        return Identity()
    import pwd  # Unix only

    entry = pwd.getpwnam(user)
    if _reaches(entry.pw_uid, entry.pw_gid, programs) and _reaches(
        entry.pw_uid, entry.pw_gid, folder
    ):
        return Identity(owner=(entry.pw_uid, entry.pw_gid))
    try:
        subprocess.run([*NAMESPACE, "true"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise EmbeddedError(
            f"PostgreSQL does not run as root, {user} can't reach {programs} or {folder}, and user"
            " namespaces are off: use folders outside root's home, or another user"
        ) from error
    return Identity(prefix=tuple(NAMESPACE))


def _reaches(uid: int, gid: int, folder: Path) -> bool:
    for step in (folder.resolve(), *folder.resolve().parents):
        status = step.stat()
        bit = 0o100 if status.st_uid == uid else 0o010 if status.st_gid == gid else 0o001
        if not status.st_mode & bit:
            return False
    return True
