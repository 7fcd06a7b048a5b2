"""What DNS said is remembered, failures too; whoever waits for the same name waits together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from wireroom.web.resolver import REMEMBERED, CachedLookup


class Dns:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.now = 0.0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        await self.gate.wait()
        if host == "none.test":
            raise OSError(-2, "no such name")
        if host == "odd.test":
            raise UnicodeError("label too long")
        return ["192.0.2.1"]

    def clock(self) -> float:
        return self.now


async def test_an_answer_is_asked_for_again_after_a_minute() -> None:
    dns = Dns()
    lookup = CachedLookup(dns, dns.clock)
    for now, asked in ((0.0, 1), (REMEMBERED - 1, 1), (REMEMBERED, 2)):
        dns.now = now
        assert await lookup("news.test") == ["192.0.2.1"]
        assert len(dns.asked) == asked


@pytest.mark.parametrize("host", ["none.test", "odd.test"])
async def test_a_failure_is_remembered_as_long(host: str) -> None:
    dns = Dns()
    lookup = CachedLookup(dns, dns.clock)
    for now, asked in ((0.0, 1), (REMEMBERED - 1, 1), (REMEMBERED, 2)):
        dns.now = now
        with pytest.raises(OSError, match=r"no such name|too long"):
            await lookup(host)
        assert len(dns.asked) == asked


async def test_many_wait_for_one_answer_and_one_that_gives_up_takes_it_from_nobody() -> None:
    dns = Dns()
    dns.gate.clear()
    lookup = CachedLookup(dns, dns.clock)
    waiting = [asyncio.create_task(lookup("news.test")) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    dns.gate.set()
    assert await asyncio.gather(*waiting[1:]) == [["192.0.2.1"]] * 4
    assert dns.asked == ["news.test"]
