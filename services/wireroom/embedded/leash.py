"""Run a command that ends when its parent ends, however the parent ends (Linux).

    python -I -S leash.py SIGNAL PARENT OWNER -- COMMAND...

Asks the kernel to send SIGNAL when the parent dies (PR_SET_PDEATHSIG), then becomes COMMAND. A file
of its own, run before the command rather than in a fork of the parent: code between fork and exec
can deadlock in a process that has threads. OWNER is ``-`` or ``uid:gid`` to change to first,
because a change of user clears the request. The signal is tied to the *thread* that started this
process: start it from the main thread. Imports nothing of Wireroom; costs about 15 ms.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    signal, parent, owner, _, *command = arguments
    if owner != "-":
        uid, gid = map(int, owner.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal), 0, 0, 0)
        if os.getppid() != int(parent):  # it died before the request was made
            sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
