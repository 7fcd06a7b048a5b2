"""What forked processes run in tests, called by the names of its functions."""

from __future__ import annotations

import os
import signal
import sys
import time


def main(arguments: list[str]) -> int:
    """``DO [CODE]``. Tells its process id and what it finds, on standard output."""
    do, *rest = arguments
    leads = os.getpgid(0) == os.getpid()
    sys.stdout.write(f"{os.getpid()} {os.environ.get('COLOUR')} {leads}\n")
    sys.stdout.flush()
    if do == "end":
        return int(rest[0])
    if do == "refuse":
        raise SystemExit(int(rest[0]))
    if do == "break":
        raise LookupError("broken")
    if do == "ignore":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    return 0
