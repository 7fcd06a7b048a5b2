"""Two processes under one member name put each other out of the group for ever. Who notices?

On one machine a locked file: the later one ends at once. Between machines the group itself:
whoever is put out gets a new member id when it comes back. Rebalances, of which there may be
many when workers come and go, leave the id as it is.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from wireroom.wire.transport import Gone

PUT_OUT = 3  # times: once and twice may be a process that was paused beyond its session
WITHIN = 60.0  # seconds; twins put each other out at every heartbeat, so every 3 s


@contextmanager
def only_one(bootstrap_servers: str, name: str) -> Iterator[None]:
    """Hold ``name`` on this machine, for this user; the kernel lets go however the process ends.

    Raises ``Gone`` when another process holds it.
    """
    mark = sha256(f"{bootstrap_servers}/{name}".encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"wireroom-{os.getuid()}-{mark}.lock"
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Gone(told(name)) from error
        yield
    finally:
        os.close(held)


class Places:
    """Member ids that a group gave us, and when."""

    def __init__(self) -> None:
        self._last: str | None = None
        self._changed: deque[float] = deque(maxlen=PUT_OUT)

    def joined(self, member_id: str, now: float) -> None:
        """``now``: any clock that does not go back, in seconds."""
        if self._last not in (None, member_id):
            self._changed.append(now)
        self._last = member_id

    @property
    def contested(self) -> bool:
        changed = self._changed
        return len(changed) == PUT_OUT and changed[-1] - changed[0] < WITHIN


def told(name: str) -> str:
    """What to say of it."""
    return (
        f"{name} is taken: another process runs under the same name. "
        "Give each its own WIREROOM_INSTANCE."
    )
