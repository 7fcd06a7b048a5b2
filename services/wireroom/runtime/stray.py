"""A cancellation that nobody asked for is a failure, not an orderly end.

When its broker is killed, aiokafka may let the cancellation of a task of its own out into
ours. A TaskGroup takes a task that ended so for one that was told to, and says nothing: the
process would live on, ready and silent. Seen after kill -9 of a broker under load.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from wireroom.wire.transport import Gone


@contextmanager
def no_stray_cancellation(what: str) -> Iterator[None]:
    """Around the whole of a task. Raises ``Gone`` for a cancellation that did not come from us."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Gone(f"{what} was cancelled, and by none of us: the Kafka client failed") from error
