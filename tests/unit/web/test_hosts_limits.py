"""One host with a limit that it does not tell, one virtual hour: pages got, refusals met."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import Random

import pytest

from wireroom.web.errors import Failed
from wireroom.web.hosts import Hosts
from wireroom.web.manners import Manners

from .virtual import now, run

HOUR = 3_600.0
BURST = 5.0


@dataclass(slots=True)
class Limited:
    """Lets ``rate`` pages a second through, five at once at first; ``log``: when and what."""

    rate: float
    retry_after: float = 0.0
    allowed: float = BURST
    seen: float = 0.0
    log: list[tuple[float, int]] = field(default_factory=list)

    async def get(self) -> tuple[int, float]:
        self.allowed = min(BURST, self.allowed + (now() - self.seen) * self.rate)
        self.seen = now()
        status = 200 if self.allowed >= 1 else 429
        if status == 200:
            self.allowed -= 1
        self.log.append((now(), status))
        await asyncio.sleep(0.02)
        return status, 0.0 if status == 200 else self.retry_after

    def count(self, status: int) -> int:
        return sum(was == status for _, was in self.log)


async def fetched_for_an_hour(server: Limited, *, deaf: bool = False) -> Limited:
    hosts = Hosts(Manners(), random=Random(4))
    while now() < HOUR:
        try:
            async with hosts.turn("news.test") as report:
                status, after = await server.get()
                report(200 if deaf else status, 0.0 if deaf else after)
        except Failed as told:
            await asyncio.sleep(told.after)
    return server


@pytest.mark.parametrize(
    ("rate", "retry_after", "pages", "refusals"),
    [
        (2.0, 0.0, 3_450, 0),
        (0.5, 0.0, 1_650, 45),
        (0.1, 0.0, 320, 13),
        (1 / 60, 0.0, 50, 9),
        (2.0, 60.0, 3_450, 0),
        (0.5, 60.0, 1_000, 30),
        (0.1, 60.0, 300, 12),
        (1 / 60, 60.0, 50, 9),
    ],
)
def test_a_hidden_limit_is_found_with_few_refusals(
    rate: float, retry_after: float, pages: int, refusals: int
) -> None:
    server = run(fetched_for_an_hour(Limited(rate, retry_after)))
    assert server.count(200) >= pages
    assert server.count(429) <= refusals


@pytest.mark.parametrize(("rate", "refusals"), [(0.5, 1_500), (0.1, 3_000), (1 / 60, 3_200)])
def test_control_a_fixed_second_meets_thousands(rate: float, refusals: int) -> None:
    server = run(fetched_for_an_hour(Limited(rate), deaf=True))
    assert server.count(429) > refusals


@pytest.mark.parametrize("retry_after", [10.0, 60.0])
def test_nobody_asks_while_a_host_wants_to_be_left_alone(retry_after: float) -> None:
    server = run(fetched_for_an_hour(Limited(0.1, retry_after)))
    assert broken_pauses(server) == 0


def test_control_who_does_not_listen_breaks_the_pauses() -> None:
    server = run(fetched_for_an_hour(Limited(0.1, 10.0), deaf=True))
    assert broken_pauses(server) > 1_000


def broken_pauses(server: Limited) -> int:
    refused = [at for at, status in server.log if status == 429]
    assert refused
    return sum(at < then < at + server.retry_after for at in refused for then, _ in server.log)
