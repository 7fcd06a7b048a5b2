"""L7: every service is stopped in the ordinary way and started again while articles flow, and some
of the records were written by an earlier version. Nothing is lost, and nothing is done twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TypeVar
from uuid import UUID, uuid5

import fastavro
from tests.chaos.standing import READY, Standing, eventually
from tests.chaos.verdict import Verdict, told

from wireroom import urls
from wireroom.cli.chaos import SERVICES
from wireroom.cli.composition import STAGES, broker
from wireroom.cli.verify import Asked, proving
from wireroom.events import (
    Article,
    ArticleClassified,
    ArticleCleaned,
    ArticleFetched,
    Hint,
    Submission,
)
from wireroom.storage import proof
from wireroom.storage.pool import open_pool
from wireroom.verify.judgement import judge
from wireroom.verify.prove import send_all, settled
from wireroom.wire import headers
from wireroom.wire.event import Event
from wireroom.wire.headers import FINGERPRINT, SUBMISSION_ID
from wireroom.wire.kafka import log
from wireroom.wire.schemas import Schema, Schemas

ID = UUID("3b1f5a86-7c39-4b61-8a0e-6a3a1c5d9e10")
OLD = 20  # records of each older version

Made = TypeVar("Made", ArticleFetched, ArticleCleaned, ArticleClassified)


async def run(stood: Standing, seed: int) -> Verdict:
    asked = Asked(count=1_500, seed=seed, poison=True)
    async with proving(asked, stood.running.settings) as (kit, made):
        cases = [case for case in made if not case.second]
        sending = asyncio.create_task(send_all(kit, cases, 40))
        old = await _send_old(stood, seed)
        for name in SERVICES:
            await stood.stop(name)
            await stood.start(name)
            await stood.ready(name)
        await sending
        await settled(kit, cases, 30)
        judgement = judge(cases, await kit.look(cases))
        bad = [] if judgement.clean else [told(judgement)]
        ids = {str(case.submission_id).encode() for case in cases}
        bad += await _repeated(stood, ids)
    bad += await _read_old(stood, old, seed)
    did = f"{len(SERVICES)} services restarted under load, {len(old)} records of older schemas"
    return Verdict(did, bad)


async def _repeated(stood: Standing, ids: set[bytes]) -> list[str]:
    """How many records more than submissions there are, in every topic past the intake."""
    bad = []
    for kind in (kind for name, kind in STAGES.items() if name != "fetch"):
        seen: Counter[bytes] = Counter()
        async for batch in log.read(stood.running.settings.kafka, kind.topic):
            seen.update(r.headers[SUBMISSION_ID] for r in batch if SUBMISSION_ID in r.headers)
        times = {one: n for one, n in seen.items() if one in ids}
        if (more := sum(times.values()) - len(times)) > 0:
            bad.append(f"{kind.topic}: {more} of {len(times)} records came again")
    return bad


async def _send_old(stood: Standing, seed: int) -> dict[UUID, UUID]:
    """Submission → article, of texts that were handed on by an earlier version of each stage."""
    sent: dict[UUID, UUID] = {}
    async with broker(stood.running.settings).producer() as producer:
        for kind in (ArticleFetched, ArticleCleaned, ArticleClassified):
            for schema in _older(kind):
                for n in range(OLD):
                    event = _event(kind, f"{seed} {kind.__name__} {schema.version} {n}")
                    submission = uuid5(ID, str(event.article_id))
                    sent[submission] = event.article_id
                    more = {**headers.first(submission), FINGERPRINT: schema.fingerprint}
                    value = _written(schema, event)
                    await (
                        await producer.send(event.topic, key=event.key, value=value, headers=more)
                    )
    return sent


def _event(kind: type[Made], mark: str) -> Made:
    text = f"The harbour got the crane of {mark}.\n" * 12
    known: dict[str, object] = {
        "article_id": urls.text_article_id(text),
        "submission": Submission(probe=True),
    }
    if kind is ArticleFetched:
        return kind(**known, hint=Hint(), fetched_at=datetime.now(UTC), text=text)
    article = Article(text=text)
    if kind is ArticleCleaned:
        return kind(**known, article=article)
    return kind(
        **known, article=article, language="en", language_confidence=1.0, language_source="text"
    )


def _older(kind: type[Event]) -> Sequence[Schema]:
    schemas = Schemas()
    current = schemas.current(kind.__name__)
    return [s for s in schemas if s.subject == current.subject and s.version < current.version]


def _written(schema: Schema, event: Event) -> bytes:
    """As a writer of that version would: what it did not know is left out."""
    out = BytesIO()
    out.write(b"\x00" + schema.id.to_bytes(4, "big"))
    fastavro.schemaless_writer(out, schema.parsed, event.model_dump())
    return out.getvalue()


async def _read_old(stood: Standing, old: dict[UUID, UUID], seed: int) -> list[str]:
    """All have become rows."""
    async with open_pool(stood.running.settings.postgres) as pool:

        async def look() -> bool:
            found = await proof.states(pool, list(old))
            return sum(told.state == "indexed" for told in found.values()) == len(old)

        try:
            await eventually(look, READY, f"rows of {len(old)} older records (seed {seed})")
        except TimeoutError as error:
            found = Counter(map(str, (await proof.states(pool, list(old))).values()))
            return [f"{error}: {dict(found)}"]
    return []
