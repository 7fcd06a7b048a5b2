"""Decoding what a stage takes, and whose fault it is when that can't be done.

Where foreign clients write, bytes that are no event are theirs. On every other topic the stage
before wrote them: a schema that is not known here is one that a newer version of ours has, and
if nothing at all can be read, it is we who are out of date. Then the fuse has to know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from wireroom.runtime.errors import Permanent, Transient
from wireroom.runtime.fuse import Fuse
from wireroom.runtime.parking import Dead, History
from wireroom.wire.codec import Codec, Undecodable
from wireroom.wire.event import Event
from wireroom.wire.transport import Record

E = TypeVar("E", bound=Event)

OUT_OF_DATE = frozenset(("unknown_schema", "schema_mismatch"))
"""What another version of the reader could decode."""


def attempt(codec: Codec, kind: type[E], record: Record) -> E | Undecodable:
    """The event, or why there is none."""
    try:
        return codec.decode(record.value, kind, record.headers)
    except Undecodable as error:
        return error


def is_held(error: Undecodable, kind: type[Event], fuse: Fuse) -> bool:
    """Whether the record is to stay in hand, because the fault may be ours."""
    ours = error.reason in OUT_OF_DATE and not kind.takes_json
    return ours and fuse.died(Transient(error.reason, str(error)), error.reason)


def buried(error: Undecodable) -> Dead:
    """What becomes of the record otherwise."""
    return Dead(Permanent(error.reason, str(error)), History())


async def opened(
    codec: Codec, kind: type[E], record: Record, fuse: Fuse, turn: Callable[[], Awaitable[None]]
) -> E | Dead:
    """Returns when the record can be read, or when that it can't be is not our fault.

    ``turn`` returns when it may be tried again.
    """
    while True:
        found = attempt(codec, kind, record)
        if not isinstance(found, Undecodable):
            return found
        if not is_held(found, kind, fuse):
            return buried(found)
        await turn()
