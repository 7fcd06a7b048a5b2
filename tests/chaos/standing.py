"""A pipeline that stays up while one of its services after another is replaced by a broken one."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.request import urlopen

from tests.chaos.inject.order import Order

from wireroom.cli import chaos
from wireroom.cli.composition import broker
from wireroom.cli.settings import load
from wireroom.cli.up import Running
from wireroom.cli.verify import Asked, proving
from wireroom.embedded.supervise import supervise
from wireroom.events import ArticleSubmitted
from wireroom.runtime.parking import DUE, TOPIC
from wireroom.verify.catalogue import Case
from wireroom.verify.judgement import Judgement, judge
from wireroom.verify.prove import Kit, send_all, settled
from wireroom.wire import headers

RATE = 1_000.0  # submissions a second: all lie there when the broken service starts
HAPPENS = 60.0  # seconds within which what was ordered has to happen
READY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is done: ``service`` runs under ``order`` while ``count`` submissions wait for it.

    ``seconds``: also those that build on an earlier article. ``twice``: each is sent twice under
    its submission id. ``parked``: they come by way of a retry tier. ``patience``: seconds without
    any progress after which a rest counts as lost.
    """

    service: str
    order: Mapping[str, object]
    count: int = 120
    seconds: bool = False
    twice: bool = False
    parked: bool = False
    patience: float = 12.0

    @property
    def one_shot(self) -> bool:
        """Whether it dies or something fails once, after which the service is replaced."""
        stops = self.order.get("how") == "term"  # in its own time: it has to come to its end
        return bool(self.order.get("crash") or self.order.get("fail")) and not stops


class Standing:
    """Services by name, each under a supervisor of its own."""

    def __init__(self, running: Running, links: chaos.Links) -> None:
        self.running = running
        self.links = links
        self._children = {child.name: child for child in running.children}
        self._keepers: dict[str, tuple[asyncio.Event, asyncio.Task[None]]] = {}

    async def start(self, *names: str, order: Order | None = None) -> None:
        for name in names:
            child, stop = self._children[name], asyncio.Event()
            if order is not None:
                child = replace(child, env={**child.env, **order.environment()})
            keeper = asyncio.create_task(supervise([child], stop, chaos.quiet))
            self._keepers[name] = stop, keeper

    async def stop(self, *names: str) -> None:
        gone = [self._keepers.pop(name) for name in names]
        for stop, _ in gone:
            stop.set()
        await asyncio.gather(*(keeper for _, keeper in gone))

    async def stop_all(self) -> None:
        await self.stop(*self._keepers)

    async def ready(self, *names: str) -> None:
        for name in names:
            await eventually(partial(self._is_ready, name), READY, f"{name} ready")

    async def _is_ready(self, name: str) -> bool:
        """Asked anew each time: a service whose port was taken meanwhile has another."""
        return await asyncio.to_thread(_answers, self.running.addresses.metrics[name])


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Standing]:
    """Own servers and all services, ready."""
    async with chaos.started(load(), folder) as (running, links):
        stood = Standing(running, links)
        try:
            await stood.start(*chaos.SERVICES)
            await stood.ready(*chaos.SERVICES)
            yield stood
        finally:
            await stood.stop_all()


async def play(stood: Standing, scene: Scene, seed: int, breaks: Sequence[str]) -> Judgement:
    """The scene once, with these breaks in its service; judged when the whole pipeline is healthy
    again, so that what is still missing then is not late but lost.

    Raises ``TimeoutError`` when what was ordered did not happen.
    """
    with tempfile.TemporaryDirectory(prefix="wireroom-scene-") as folder:
        order = Order(folder=folder, breaks=tuple(breaks), **scene.order)  # type: ignore[arg-type]  # by name
        asked = Asked(count=scene.count, seed=seed, poison=True)
        async with proving(asked, stood.running.settings) as (kit, made):
            cases = [case for case in made if scene.seconds or not case.second]
            try:
                await stood.stop(scene.service)
                await _sent(stood, scene, kit, cases)
                await stood.start(scene.service, order=order)
                if scene.one_shot:
                    happened = order.happened
                    await eventually(_there(happened), HAPPENS, "what was ordered")
                else:
                    await stood.ready(scene.service)
                    await _worked_off(scene, kit, cases)
            finally:
                if scene.service in stood._keepers:
                    await stood.stop(scene.service)
                await stood.start(scene.service)
            await stood.ready(scene.service)
            await settled(kit, cases, scene.patience)
            return judge(cases, await kit.look(cases))


async def _sent(stood: Standing, scene: Scene, kit: Kit, cases: Sequence[Case]) -> None:
    first = [case for case in cases if not case.second]
    if scene.parked:
        await _park(stood, first)
        return
    for _ in range(2 if scene.twice else 1):
        await send_all(kit, first, RATE)


async def _worked_off(scene: Scene, kit: Kit, cases: Sequence[Case]) -> None:
    first = [case for case in cases if not case.second]
    second = [case for case in cases if case.second]
    if await settled(kit, first, scene.patience) and second:
        await send_all(kit, second, RATE)
        await settled(kit, second, scene.patience)


async def _park(stood: Standing, cases: Sequence[Case]) -> None:
    """Into the shortest tier, due in a second, as the runtime parks what has to wait."""
    async with broker(stood.running.settings).producer() as producer:
        due = b"%d" % ((time.time() + 1) * 1000)
        back = {TOPIC: ArticleSubmitted.topic.encode(), DUE: due}
        acked = [
            await producer.send(
                "retry.1m",
                key=case.key,
                value=case.value,
                headers={**headers.first(case.submission_id), **back},
            )
            for case in cases
        ]
        for one in acked:
            await one


async def eventually(look: Callable[[], Awaitable[bool]], seconds: float, what: str) -> None:
    """Raises ``TimeoutError`` that names it."""
    end = time.monotonic() + seconds
    while not await look():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:g} s")
        await asyncio.sleep(0.1)


def _there(path: Path) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return await asyncio.to_thread(path.exists)

    return look


def _answers(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
    except OSError:
        return False
    return True
