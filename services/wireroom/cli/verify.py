"""``verify``: articles with a known end through a pipeline that runs, and what became of them."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from wireroom.cli.composition import broker
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.events import ArticleSubmitted
from wireroom.ledger.states import ENDS
from wireroom.runtime.errors import Unavailable
from wireroom.storage import probes, proof
from wireroom.storage.pool import Pool, open_pool
from wireroom.verify.catalogue import Case, cases
from wireroom.verify.judgement import FAULTS, Found, Judgement, Seen
from wireroom.verify.prove import Kit, prove
from wireroom.wire import headers
from wireroom.wire.kafka import log
from wireroom.wire.settings import Settings as Kafka
from wireroom.wire.topics import dead
from wireroom.wire.transport import Producer

SHOWN = 20  # findings in full; more of them say nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """``rate``: submissions a second; ``patience``: seconds without any progress. ``poison``: also
    send what becomes a dead letter, which stays among those of everybody.
    """

    count: int = 2_000
    rate: float = 500.0
    patience: float = 60.0
    seed: int | None = None
    poison: bool = False


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def verify(asked: Asked, settings: Settings, *, as_json: bool) -> int:
    return report(asyncio.run(_verify(asked, settings)), as_json=as_json)


async def _verify(asked: Asked, settings: Settings) -> Judgement:
    async with proving(asked, settings) as (kit, made):
        return await prove(kit, made, rate=asked.rate, patience=asked.patience)


@asynccontextmanager
async def proving(asked: Asked, settings: Settings) -> AsyncIterator[tuple[Kit, list[Case]]]:
    """The way to a pipeline, and the cases; their rows are removed at the end."""
    run = f"verify-{secrets.token_hex(4)}"
    seed = secrets.randbelow(10**9) if asked.seed is None else asked.seed
    made = cases(run, asked.count, seed, poison=asked.poison)
    say(f"{run}: {asked.count} submissions, seed {seed}")
    async with open_pool(settings.postgres) as pool, broker(settings).producer() as producer:
        yield _kit(run, pool, producer, settings.kafka), made
        say(f"{await probes.remove(pool, run)} rows of this run removed")


def _kit(run: str, pool: Pool, producer: Producer, kafka: Kafka) -> Kit:
    async def send(case: Case) -> Awaitable[None]:
        return await producer.send(
            ArticleSubmitted.topic,
            key=case.key,
            value=case.value,
            headers=headers.first(case.submission_id),
        )

    async def unsettled(sent: Sequence[Case]) -> int:
        try:
            return await proof.open_cases(pool, [case.submission_id for case in sent])
        except Unavailable:  # killed, perhaps by us
            return len(sent)

    async def look(sent: Sequence[Case]) -> Found:
        ids = [case.submission_id for case in sent]
        return Found(
            seen={key: Seen(*told) for key, told in (await proof.states(pool, ids)).items()},
            ends=await proof.ends(pool, ids, ENDS),
            texts=_by_article(await proof.texts(pool, run)),
            letters=await _letters(kafka, sent),
        )

    return Kit(send=send, unsettled=unsettled, look=look, say=say)


async def _letters(kafka: Kafka, sent: Sequence[Case]) -> Mapping[UUID, list[bytes]]:
    """Read from the topics, not believed: the journal's line is written before the letter."""
    wanted = {str(c.submission_id).encode(): c for c in sent if c.expected.outcome == "dead"}
    found: dict[UUID, list[bytes]] = defaultdict(list)
    for stage in {c.expected.stage for c in wanted.values() if c.expected.stage}:
        async for batch in log.read(kafka, dead(stage)):
            for record in batch:
                if case := wanted.get(record.headers.get(headers.SUBMISSION_ID, b"")):
                    found[case.submission_id].append(record.value)
    return found


def _by_article(rows: Sequence[tuple[UUID, str]]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for article, text in rows:
        found[article].append(text)
    return found


def report(judgement: Judgement, *, as_json: bool) -> int:
    """Print it; the exit status: 1 when anything is not as it has to be."""
    counts = {fault: judgement.count(fault) for fault in FAULTS}
    if as_json:
        print_json(
            {
                "submissions": judgement.cases,
                **{fault.replace(" ", "_"): n for fault, n in counts.items()},
                "findings": [
                    {
                        "fault": finding.fault,
                        "shape": finding.case.shape,
                        "submission_id": str(finding.case.submission_id),
                        "detail": finding.detail,
                    }
                    for finding in judgement.findings
                ],
            }
        )
    else:
        for finding in judgement.findings[:SHOWN]:
            case = finding.case
            say(f"{finding.fault}: {case.shape}, submission {case.submission_id}: {finding.detail}")
        told = ", ".join(f"{n} {fault}" for fault, n in counts.items())
        sys.stdout.write(f"{judgement.cases} submissions: {told}\n")
    return 0 if judgement.clean else 1
