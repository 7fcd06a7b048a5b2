"""``health``: for a container's HEALTHCHECK.

It runs every few seconds beside every worker, so it loads next to nothing: the two settings
that it needs are read without their class, which takes five times as long as the question.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Mapping

HOST, PORT = "127.0.0.1", 9400  # as in runtime.settings; a test compares them
EVERYWHERE = ("0.0.0.0", "::", "")


def health(environ: Mapping[str, str] = os.environ) -> int:
    """0 when every service of the process on the metrics port is ready."""
    host = environ.get("WIREROOM_METRICS_HOST", HOST)
    port = environ.get("WIREROOM_METRICS_PORT", str(PORT))
    host = HOST if host in EVERYWHERE else host
    try:
        connection = http.client.HTTPConnection(host, int(port), timeout=4)
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        said = answer.read().decode()
    except (OSError, ValueError, http.client.HTTPException) as error:
        sys.stderr.write(f"wireroom: http://{host}:{port}/readyz: {error}\n")
        return 1
    if answer.status != 200:
        sys.stderr.write(f"wireroom: not ready: {said}\n")
        return 1
    sys.stdout.write(said + "\n")
    return 0
