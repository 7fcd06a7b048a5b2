"""``health``: for a container's HEALTHCHECK. Runs every few seconds, so it loads little."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from wireroom.runtime.settings import Settings


def health(process: Settings) -> int:
    """0 when every service of the process on the metrics port is ready."""
    host = "127.0.0.1" if process.metrics_host in ("0.0.0.0", "::", "") else process.metrics_host
    address = f"http://{host}:{process.metrics_port}/readyz"
    try:
        with urllib.request.urlopen(address, timeout=4) as answer:
            sys.stdout.write(answer.read().decode() + "\n")
        return 0
    except urllib.error.HTTPError as error:
        sys.stderr.write(f"wireroom: not ready: {error.read().decode()}\n")
    except OSError as error:
        sys.stderr.write(f"wireroom: {address}: {error}\n")
    return 1
