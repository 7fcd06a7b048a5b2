"""``dead``: what could not be handled: list it, look at it, put it back."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wireroom.cli.composition import BURIERS, broker, codec, replay_journal
from wireroom.cli.output import print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.replay import Cut, Letter, letters, put_back
from wireroom.wire.codec import Undecodable

SHOWN = 2_000  # bytes of a record that is no event, as hex


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters are meant; what is None or empty does not matter."""

    stage: str | None = None
    reason: str | None = None
    ids: Sequence[str] = ()

    def fits(self, letter: Letter) -> bool:
        return (not self.reason or letter.notes.get("reason") == self.reason) and (
            not self.ids or letter.id in self.ids
        )

    def stages(self) -> list[str]:
        named = {i.split("/")[0] for i in self.ids} or ({self.stage} if self.stage else set())
        if unknown := named - BURIERS.keys():
            raise Trouble(f"{', '.join(map(str, unknown))}: stages are {', '.join(BURIERS)}")
        return [stage for stage in BURIERS if not named or stage in named]


def listing(choice: Choice, settings: Settings, *, as_json: bool) -> int:
    found = asyncio.run(_chosen(choice, settings))
    groups: dict[tuple[str, str, str], list[Letter]] = defaultdict(list)
    for letter in found:
        notes = letter.notes
        groups[notes.get("stage", ""), notes.get("reason", ""), notes.get("hash", "")].append(
            letter
        )
    rows = [
        {
            "stage": stage,
            "reason": reason,
            "hash": mark,
            "count": len(those),
            "first": min(x.notes.get("at", "") for x in those),
            "last": max(x.notes.get("at", "") for x in those),
            "example": those[-1].id,
            "detail": those[-1].notes.get("detail", ""),
        }
        for (stage, reason, mark), those in sorted(groups.items())
    ]
    if as_json:
        print_json(rows)
        return 0
    table = Table("stage", "reason", "count", "last", "example", "detail", box=None)
    for row in rows:
        table.add_row(
            str(row["stage"]), str(row["reason"]), str(row["count"]), str(row["last"])[:19],
            str(row["example"]), Text(str(row["detail"])[:80]),
        )  # fmt: skip
    Console().print(table if rows else "no dead letters")
    return 0


def show(letter_id: str, settings: Settings) -> int:
    found = asyncio.run(_chosen(Choice(ids=[letter_id]), settings))
    if not found:
        raise Trouble(f"{letter_id}: no such dead letter; `wireroom dead list` has examples")
    letter = found[0]
    record = letter.record
    kind = BURIERS[letter.id.split("/")[0]]
    shown: dict[str, object] = {"id": letter.id, **letter.notes}
    shown["key"] = record.key.decode(errors="replace") if record.key else None
    try:
        event = codec().decode(record.value, kind, record.headers)
        shown["event"] = event.model_dump(mode="json", exclude={"html"})
    except Undecodable as error:
        shown["undecodable"] = str(error)
        shown["bytes"] = len(record.value)
        shown["hex"] = record.value[:SHOWN].hex(" ")
    print_json(shown)
    return 0


def replay(choice: Choice, settings: Settings, *, dry_run: bool) -> int:
    if not (choice.stage or choice.reason or choice.ids):
        raise Trouble("say which: a stage, --reason, or ids as `wireroom dead list` shows them")
    count = asyncio.run(_replay(choice, settings, dry_run))
    Console().print(f"{'would be ' if dry_run else ''}replayed: {count}")
    return 0 if count else 1


async def _replay(choice: Choice, settings: Settings, dry_run: bool) -> int:
    chosen = await _chosen(choice, settings)
    if dry_run:
        return len(chosen)
    count = 0
    async with broker(settings).producer() as producer:
        for letter in chosen:
            journal = replay_journal(letter.id.split("/")[0])
            try:
                await put_back(producer, codec(), journal, letter)
                count += 1
            except Cut as error:
                sys.stderr.write(f"wireroom: {error}\n")
    return count


async def _chosen(choice: Choice, settings: Settings) -> list[Letter]:
    async def of(stage: str) -> list[Letter]:
        return [x async for x in letters(settings.kafka, stage) if choice.fits(x)]

    found = await asyncio.gather(*(of(stage) for stage in choice.stages()))
    return [letter for those in found for letter in those]
