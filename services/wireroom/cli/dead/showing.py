"""``dead show``: all that is known of one letter."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

from wireroom import replay
from wireroom.cli.composition import BURIERS, STAGES, codec
from wireroom.cli.dead.choosing import chosen, place, standings
from wireroom.cli.output import as_text, print_json
from wireroom.cli.settings import Settings
from wireroom.cli.trouble import Trouble
from wireroom.replay import Choice, Fate, Letter
from wireroom.runtime import deadletter
from wireroom.wire.codec import Undecodable

DUMPED = 2_000  # bytes of a record that is no event
LONGEST = 1_000  # characters of one field
LINES = 200  # of the journal


def show(letter_id: str, settings: Settings, *, as_json: bool) -> int:
    wanted = place(letter_id)
    found = asyncio.run(_known(Choice(places=frozenset((wanted,))), settings))
    if found is None:
        raise Trouble(f"{letter_id}: no such dead letter; `wireroom dead list` has examples")
    if as_json:
        print_json(found)
    else:
        sys.stdout.write("\n".join(_text(found)) + "\n")
    return 0


async def _known(choice: Choice, settings: Settings) -> dict[str, Any] | None:
    async with standings(settings) as known:
        async for found in chosen(settings, choice, known, settled=True):
            for letter, fate in found:
                return {**described(letter, fate), "journal": await _story(letter, settings)}
    return None


def described(letter: Letter, fate: Fate) -> dict[str, Any]:
    """What the letter says itself, fields cut where they are long."""
    record, notes = letter.record, letter.notes()
    shown: dict[str, Any] = {"id": letter.id, **notes, "died": letter.died}
    shown["state"], shown["became"] = fate.state, fate.became
    shown["key"] = record.key.decode(errors="backslashreplace") if record.key else None
    shown["submission"] = letter.submission.decode()
    shown["headers"] = {
        name: _printable(value) for name, value in deadletter.restored(record.headers).items()
    }
    shown["bytes"] = len(record.value)
    try:
        shown["event"] = cut(_event(letter))
    except Undecodable as error:
        shown["undecodable"] = str(error)
        shown["hex"] = record.value[:DUMPED].hex(" ")
    return shown


def _event(letter: Letter) -> object:
    """What came out of a retry tier may be any stage's."""
    record, stage = letter.record, letter.place.stage
    kinds = [BURIERS[stage]] if stage in STAGES else list(STAGES.values())
    for kind in kinds:
        try:
            event = codec().decode(record.value, kind, record.headers)
        except Undecodable as error:
            failure = error
        else:
            return event.model_dump(mode="python")
    raise failure


def cut(value: object) -> object:
    """Long text and all bytes by their length, at any depth."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {name: cut(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [cut(inner) for inner in value]
    return value


def _printable(value: bytes) -> str:
    text = value[:LONGEST].decode(errors="backslashreplace")
    if not text.isprintable():
        text = value[:LONGEST].hex(" ")
    return text if len(value) <= LONGEST else f"{text}… ({len(value)} bytes)"


async def _story(letter: Letter, settings: Settings) -> list[dict[str, Any]]:
    """Tries, trips and what came since, as far as the journal goes back."""
    submission = letter.submission.decode()
    keys = {submission, str(letter.article or submission)}
    found = [
        line
        for key in keys
        async for line in replay.lines(settings.kafka, codec(), key=key.encode())
        if str(line.submission_id) == submission
    ]
    found.sort(key=lambda line: line.at)
    return [
        line.model_dump(include={"at", "stage", "event", "reason", "attempt", "until"})
        for line in found[-LINES:]
    ]


def _text(found: dict[str, Any]) -> Iterator[str]:
    apart = ("traceback", "event", "hex", "journal", "headers")
    for name, value in found.items():
        if name not in apart and value not in (None, ""):
            yield f"{name:16} {value}"
    yield "\nheaders"
    yield from (f"  {name:14} {value}" for name, value in found["headers"].items())
    if "event" in found:
        yield "\nevent\n" + as_text(found["event"])
    else:
        yield "\nbytes" + (f", the first {DUMPED}" if found["bytes"] > DUMPED else "")
        yield from dump(bytes.fromhex(found["hex"]))
    if "traceback" in found:
        yield "\ntraceback\n" + found["traceback"]
    yield "\njournal" if found["journal"] else "\nthe journal knows nothing of it; it keeps 7 days"
    for line in found["journal"]:
        until = f" until {line['until']:%Y-%m-%d %H:%M:%S}" if line["until"] else ""
        said = f"{line['at']:%Y-%m-%d %H:%M:%S} {line['stage']:9} {line['event']:9}"
        yield f"  {said} try {line['attempt']} {line['reason'] or ''}{until}".rstrip()


def dump(data: bytes) -> Iterator[str]:
    """Sixteen bytes a line: place, hex, and what is printable ASCII."""
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        plain = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        yield f"  {at:06x}  {row.hex(' '):47}  {plain}"
