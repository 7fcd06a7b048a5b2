"""L6: what no stage can read, what no topic takes, inputs that a handler cannot take, and a handler
that fails for everything.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid5

from aiokafka import AIOKafkaProducer
from tests.chaos.inject.order import Order
from tests.chaos.inject.troubles import is_planted
from tests.chaos.standing import READY, Standing, eventually
from tests.chaos.verdict import Verdict, say, told

from wireroom.cli.scrape import scrape
from wireroom.cli.verify import Asked, proving
from wireroom.runtime import deadletter
from wireroom.verify.catalogue import Expected
from wireroom.verify.judgement import Seen, judge
from wireroom.verify.prove import send_all, settled
from wireroom.wire import headers
from wireroom.wire.kafka import log
from wireroom.wire.topics import dead

ID = UUID("8d4b7c5e-2f13-4d0a-9c55-5a2d9f1f6b21")
INTO = {"clean": "articles.fetched", "classify": "articles.cleaned", "index": "articles.classified"}
EACH = 10  # garbage into each of them: 1 % of 1,000 articles
OVERSIZE = 2
BIG = 7 * 1024 * 1024  # past the intake's 6 MiB; as one character it is compressed to nothing
"""Kafka's limit is on compressed batches, so a foreign client gets it in."""


async def run(stood: Standing, seed: int) -> Verdict:
    bad = await _garbage(stood, seed)
    planted, worse = await _some_fail(stood, seed)
    bad += [*worse, *await _everything_fails(stood, seed)]
    sent = f"{EACH} unreadable records into each of {len(INTO)} topics and {OVERSIZE} of 7 MiB"
    then = f"then classify failed for {planted} of 1,000, and then for everything"
    return Verdict(f"{sent} beside 1,000 articles; {then}", bad)


async def _garbage(stood: Standing, seed: int) -> list[str]:
    marks = {stage: [uuid5(ID, f"{seed} {stage} {n}") for n in range(EACH)] for stage in INTO}
    big = [uuid5(ID, f"{seed} big {n}") for n in range(OVERSIZE)]
    asked = Asked(count=1_000, seed=seed, poison=True)
    async with proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        half = len(cases) // 2
        await send_all(kit, cases[:half], 200)
        await _foreign(stood, marks, big)
        await send_all(kit, cases[half:], 200)
        await settled(kit, cases, 30)
        judgement = judge(cases, await kit.look(cases))
        bad = [] if judgement.clean else [told(judgement)]
    for stage, ids in {**marks, "fetch": big}.items():
        bad += await _letters(stood, stage, ids)
    return bad


async def _foreign(stood: Standing, marks: Mapping[str, list[UUID]], big: list[UUID]) -> None:
    servers = stood.running.addresses.kafka
    client = AIOKafkaProducer(
        bootstrap_servers=servers, compression_type="gzip", max_request_size=2 * BIG
    )
    async with client as producer:
        for stage, ids in marks.items():
            for one in ids:
                sent = [*headers.first(one).items()]
                await producer.send_and_wait(INTO[stage], b"\x00nothing" + one.bytes, headers=sent)
        for one in big:
            text = b'{"text": "' + b"a" * BIG + b'"}'
            sent = [*headers.first(one).items()]
            await producer.send_and_wait("articles.intake", text, headers=sent)


async def _letters(stood: Standing, stage: str, ids: list[UUID]) -> list[str]:
    """Each has exactly one; what fits in no topic lies there without its body, and says so."""
    wanted = {str(one).encode() for one in ids}
    found: Counter[bytes] = Counter()
    reasons: Counter[str] = Counter()

    async def look() -> bool:
        found.clear()
        reasons.clear()
        async for batch in log.read(stood.running.settings.kafka, dead(stage)):
            for record in batch:
                one = record.headers.get(headers.SUBMISSION_ID, b"")
                if one in wanted:
                    found[one] += 1
                    reasons[deadletter.notes(record.headers)["reason"]] += 1
        return len(found) == len(wanted)

    try:
        await eventually(look, READY, f"the dead letters of {stage}")
    except TimeoutError as error:
        return [f"{error}: {len(found)} of {len(wanted)}"]
    say(f"  dead.{stage}: {dict(reasons)}")
    return [] if set(found.values()) == {1} else [f"{stage}: {sum(found.values())} letters"]


async def _some_fail(stood: Standing, seed: int) -> tuple[int, list[str]]:
    """Each has its dead letter, and the others do not notice."""
    asked = Asked(count=1_000, seed=seed + 2, poison=True)
    async with proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        planted = [c for c in cases if c.article_id and c.text and is_planted(c.article_id)]
        others = [case for case in cases if case not in planted]
        await stood.stop("classify")
        await stood.start("classify", order=Order(folder="/", breaks=("fails_for_some",)))
        await send_all(kit, cases, 200)
        await settled(kit, cases, 30)
        await stood.stop("classify")
        await stood.start("classify")
        ended = Expected("dead", stage="classify", reason="planted")
        found = await kit.look([*others, *(replace(case, expected=ended) for case in planted)])
    judgement = judge(others, found)
    bad = [] if judgement.clean else [told(judgement)]
    for case in planted:
        ends = found.seen.get(case.submission_id), len(found.letters[case.submission_id])
        if ends != (Seen("dead", "classify", "planted"), 1):
            bad.append(f"planted: {ends[0]}, {ends[1]} letters")
    return len(planted), bad if planted else ["nothing was planted"]


async def _everything_fails(stood: Standing, seed: int) -> list[str]:
    """The fuse holds them: paused with a reason, no dead letter, and later nothing is missing."""
    asked = Asked(count=300, seed=seed + 1, poison=False)
    bad = list[str]()
    async with proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        await stood.stop("classify")
        await send_all(kit, cases, 1_000)
        await stood.start("classify", order=Order(folder="/", breaks=("fails_for_everything",)))
        try:
            await eventually(lambda: _paused(stood), READY, "the pause of classify")
        except TimeoutError as error:
            bad.append(str(error))
        await asyncio.sleep(5)  # probes go on; none of them may be buried
        await stood.stop("classify")
        await stood.start("classify")
        await settled(kit, cases, 30)
        judgement = judge(cases, await kit.look(cases))
        return bad if judgement.clean else [*bad, told(judgement)]


async def _paused(stood: Standing) -> bool:
    target = f"127.0.0.1:{stood.running.addresses.metrics['classify']}"
    values = (await asyncio.to_thread(scrape, [target])).values
    return any(s.name == "wireroom_pipeline_paused" and value for s, value in values.items())
