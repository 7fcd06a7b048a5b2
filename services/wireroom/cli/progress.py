"""When each stage last finished a record, as it tells Prometheus."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException

from wireroom.cli.up import Running

_PROGRESS = re.compile(r"^wireroom_last_progress_timestamp_seconds\{[^}]*\} (\S+)", re.M)


class Progress:
    def __init__(self, running: Running) -> None:
        self._ports = running.addresses.metrics

    async def past(self, stages: Sequence[str], moment: float) -> None:
        """Return once each of them has finished something after ``moment``."""
        for stage in stages:
            while True:
                if await asyncio.to_thread(self._last, stage) > moment:
                    break
                await asyncio.sleep(0.05)

    def _last(self, stage: str) -> float:
        connection = HTTPConnection("127.0.0.1", self._ports[stage], timeout=1)
        try:
            connection.request("GET", "/metrics")
            return last_progress(connection.getresponse().read().decode())
        except (OSError, HTTPException):
            return 0.0
        finally:
            connection.close()


def last_progress(metrics: str) -> float:
    """When a stage last finished a record, seconds since 1970, as its metrics say; 0: never."""
    found = _PROGRESS.search(metrics)
    return float(found[1]) if found else 0.0
