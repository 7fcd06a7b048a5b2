"""Dead letters: read them, know what became of them, put them back or give them up.

A replayed record keeps its submission, so the account moves it from dead to whatever
becomes of it now. Ids are derived: replaying twice gives the same article, unchanged.
Nothing is ever deleted from Kafka: what is given up gets a line in the journal.
"""

from __future__ import annotations

from wireroom.replay.back import Desk, Refused, way
from wireroom.replay.choice import Choice
from wireroom.replay.groups import Group, Groups
from wireroom.replay.letters import Letter, Place, place_of, read
from wireroom.replay.standing import BY_HAND, Fate, Standing, Standings, fate_of
from wireroom.replay.told import Ledgered, Told, journalled, lines

__all__ = [
    "BY_HAND",
    "Choice",
    "Desk",
    "Fate",
    "Group",
    "Groups",
    "Ledgered",
    "Letter",
    "Place",
    "Refused",
    "Standing",
    "Standings",
    "Told",
    "fate_of",
    "journalled",
    "lines",
    "place_of",
    "read",
    "way",
]
