"""DNS: look-ups in threads of their own, and refused addresses dropped early.

Early, because the error then says what the name stands for. The socket factory is what protects.
"""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

from wireroom.web.address import AddressRefused, Policy
from wireroom.web.observer import Nobody, Observer

Lookup: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""From a host to its addresses as text; OSError when there are none."""

# The event loop's own pool has 6 threads on two cores: with 1 % of look-ups hanging, 81 a second
# instead of 846 (300 waiting).
THREADS = 64
REMEMBERED = 60.0
"""Seconds that an answer is kept, also that there is none: a dead name is asked for often."""
MOST = 20_000
"""Hosts that are remembered."""

Answer: TypeAlias = "Sequence[str] | OSError"
_NEVER: tuple[float, Answer] = (float("-inf"), ())


class ThreadedLookup:
    """``getaddrinfo`` of the system, in a pool of its own; at most ``timeout`` seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="dns")

    async def __call__(self, host: str) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout):
                found = await loop.run_in_executor(self._pool, _addresses, host)
        except TimeoutError:
            raise OSError(f"no answer from DNS within {self._timeout:g} s") from None
        return found

    def close(self) -> None:
        """Wait for nothing: a hanging look-up must not hold up the end."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _addresses(host: str) -> Sequence[str]:
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))


class CachedLookup:
    """Remembers what ``lookup`` answered, errors too; asks once for all who wait. One event loop.

    ``clock``: seconds, any origin.
    """

    def __init__(
        self, lookup: Lookup, clock: Callable[[], float], observer: Observer | None = None
    ) -> None:
        self._lookup = lookup
        self._clock = clock
        self._observer = observer or Nobody()
        self._known: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._asked: dict[str, asyncio.Task[Answer]] = {}

    async def __call__(self, host: str) -> Sequence[str]:
        until, answer = self._known.get(host, _NEVER)
        if until <= self._clock():
            task = self._asked.get(host)
            if task is None:
                task = self._asked[host] = asyncio.create_task(self._ask(host))
            answer = await asyncio.shield(task)  # others may wait for the same answer
        if isinstance(answer, OSError):
            raise type(answer)(*answer.args)
        return answer

    async def _ask(self, host: str) -> Answer:
        began = self._clock()
        try:
            answer: Answer = await self._lookup(host)
        except OSError as error:
            answer = error
        except UnicodeError as error:  # a name that DNS cannot hold
            answer = OSError(str(error))
        finally:
            del self._asked[host]
        now = self._clock()
        self._observer.phase("dns", now - began)
        self._known[host] = now + REMEMBERED, answer
        self._known.move_to_end(host)
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return answer

    def close(self) -> None:
        for task in self._asked.values():
            task.cancel()


class GuardedResolver(AbstractResolver):
    """The connector's view of a ``Lookup``; ``AddressRefused`` when no address is permitted."""

    def __init__(self, lookup: Lookup, policy: Policy) -> None:
        self._lookup = lookup
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._lookup(host)
        permitted = [ip for ip in found if self._policy.permits(ip)]
        if not found:
            raise OSError(f"{host} has no address")
        if not permitted:
            raise AddressRefused(f"{host} stands for {', '.join(sorted(found)[:4])}")
        return [_result(host, ip, port) for ip in permitted]

    async def close(self) -> None:
        """The look-up belongs to whoever made it."""


def _result(host: str, ip: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=ip,
        port=port,
        family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
