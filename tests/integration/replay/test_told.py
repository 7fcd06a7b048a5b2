"""What became of dead letters on a real broker: by the journal, and by the ledger over it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from wireroom import ledger, replay
from wireroom.cli.composition import STAGES, all_topics
from wireroom.events import ArticleJournal
from wireroom.replay import Desk, Fate, Ledgered, Letter, Standings, fate_of
from wireroom.runtime.errors import Permanent
from wireroom.runtime.journal import Hop, Journal
from wireroom.runtime.metrics import Metrics
from wireroom.runtime.outlet import Outlet
from wireroom.runtime.parking import Dead, History
from wireroom.storage import Settings as Postgres
from wireroom.storage import migrate, open_pool
from wireroom.storage.standings import is_followed, standings
from wireroom.wire import headers
from wireroom.wire.codec import Codec
from wireroom.wire.kafka import KafkaBroker, admin, log
from wireroom.wire.schemas import Schemas
from wireroom.wire.settings import Settings
from wireroom.wire.transport import Partition, Producer, Record

if TYPE_CHECKING:
    from wireroom.embedded.servers import Servers

CODEC = Codec(Schemas())
INTAKE = "articles.intake"


def journal(stage: str) -> Journal:
    return Journal(ArticleJournal, stage=stage, instance="test", versions={})


@pytest_asyncio.fixture
async def settings(servers: Servers) -> Settings:
    found = Settings(bootstrap_servers=servers.addresses.kafka, session_timeout_ms=6_000)
    await admin.create(found, all_topics())
    return found


@pytest.fixture
def broker(settings: Settings) -> KafkaBroker:
    return KafkaBroker(settings, limits={t.name: t.max_bytes for t in all_topics()})


class Morgue:
    """Buries in fetch, and does what people do with letters."""

    def __init__(self, settings: Settings, producer: Producer) -> None:
        self.settings = settings
        self.mine: dict[str, bytes] = {}  # name → submission
        self.desk = Desk(producer, CODEC, journal, list(STAGES.values()))
        metrics = Metrics(CollectorRegistry(), "0").of("fetch")
        self._outlet = Outlet("fetch", producer, CODEC, metrics, journal("fetch"))
        self._offset = 0

    def _hop(self, name: str) -> Hop:
        key = self.mine.setdefault(name, str(uuid4()).encode())
        self._offset += 1
        sent = {"submission-id": key, "event-id": key}
        now = int(time.time() * 1000)
        record = Record(Partition(INTAKE, 0), self._offset, now, None, b'{"text": "x"}', sent)
        return Hop(record, headers.read(record), UUID(key.decode()), time.time())

    async def bury(self, name: str) -> None:
        await self._outlet.bury(self._hop(name), Dead(Permanent("http_404"), History(1)))

    async def indexed(self, name: str) -> None:
        await self._outlet.end(self._hop(name), "indexed", "", 1)

    async def letters(self, name: str) -> list[Letter]:
        """Oldest first."""
        found: list[Letter] = []
        async for batch in replay.read(self.settings, "fetch"):
            found += [letter for letter in batch if letter.submission == self.mine[name]]
        return sorted(found, key=lambda letter: letter.record.timestamp)

    async def until_expected(self, known: Standings) -> None:
        """The ledger reads at its own pace."""
        found = await self.fates(known)
        while found != EXPECTED:
            await asyncio.sleep(0.2)
            found = await self.fates(known)

    async def fates(self, known: Standings) -> dict[str, Sequence[Fate]]:
        found = {}
        for name in self.mine:
            letters = await self.letters(name)
            told = await known.of(letters)
            found[name] = [fate_of(x, one) for x, one in zip(letters, told, strict=True)]
        return found


EXPECTED = {
    "untouched": [Fate("open")],
    "put back": [Fate("replayed", "in flight")],
    "written": [Fate("replayed", "indexed")],
    "died twice": [Fate("replayed", "dead(fetch, http_404)"), Fate("open")],
    "put back twice": [Fate("replayed", "indexed")],
    "given up": [Fate("dropped", "dropped(by_hand)")],
}


@pytest_asyncio.fixture
async def morgue(settings: Settings, broker: KafkaBroker) -> AsyncIterator[Morgue]:
    """One submission for each of ``EXPECTED``."""
    async with broker.producer() as producer:
        morgue = Morgue(settings, producer)
        for name in EXPECTED:
            await morgue.bury(name)
        for name in ("put back", "written", "died twice", "put back twice"):
            await morgue.desk.put_back(await morgue.letters(name))
        await morgue.desk.drop(await morgue.letters("given up"))
        await morgue.bury("died twice")
        await morgue.indexed("written")
        await morgue.indexed("put back twice")
        await morgue.desk.put_back(await morgue.letters("put back twice"))
        yield morgue


async def test_the_journal_tells_what_became_of_letters(morgue: Morgue) -> None:
    told = await replay.journalled(morgue.settings, CODEC)
    assert await morgue.fates(told) == EXPECTED
    assert len(told._found) < len(EXPECTED)  # nothing is held of what nobody has dealt with


async def test_the_ledger_says_the_same(morgue: Morgue, broker: KafkaBroker, database: str) -> None:
    where = Postgres(dsn=SecretStr(database))
    async with open_pool(where) as pool:
        await migrate(pool)
        assert not await is_followed(pool)
        stop, wanted = asyncio.Event(), [UUID(key.decode()) for key in morgue.mine.values()]
        kept = ledger.service(ledger.Settings(), where, broker, CODEC, CollectorRegistry())
        async with kept as service, asyncio.TaskGroup() as tasks:
            tasks.create_task(service.run(stop))
            async with asyncio.timeout(30):
                await morgue.until_expected(Ledgered(pool))
                await service.look()
            stop.set()
        assert await is_followed(pool)
        rows = await standings(pool, [*wanted, uuid4()])
        assert set(rows) == set(wanted)


async def test_key_and_bytes_come_back_over_a_real_broker(
    morgue: Morgue, settings: Settings
) -> None:
    (letter,) = await morgue.letters("put back")
    copies = [
        record
        async for batch in log.read(settings, INTAKE)
        for record in batch
        if record.headers.get("replayed-from") == letter.id.encode()
    ]
    (copy,) = copies
    assert (copy.key, copy.value) == (letter.record.key, letter.record.value)
    assert headers.read(copy).submission == letter.submission
