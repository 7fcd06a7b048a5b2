"""The day of a page that does not tell it: as its readers find it, else as htmldate does."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from htmldate import find_date

from wireroom.clean import dates, headlines, signs, titles
from wireroom.clean.blocks import Blocks
from wireroom.clean.dates import Moment

_FIGURE = re.compile(r"\d")


def shown(page: Blocks, title: str | None) -> Moment | None:
    """The day in the line that stands nearest to the title.

    Of 85 pages with a known day that tell none it is right for 45 and wrong for 8; htmldate for 36
    and 18. Comments have days of their own, and a weekday above the title is the site's calendar.
    """
    at, nearest, found = _title(page, title), len(page.found), None
    for place, block in enumerate(page.found):
        text, distance = block.text, abs(place - at)
        if len(text) > dates.LONGEST or distance >= nearest or _FIGURE.search(text) is None:
            continue
        if block.element.signs & signs.COMMENT or (place < at and headlines.names_weekday(text)):
            continue
        if (moment := dates.read(text)) is not None:
            nearest, found = distance, moment
    return found


def guessed(html: bytes, url: str) -> Moment | None:
    """A day that only htmldate finds. Its default would prefer the day of the last change.

    ``html`` is bytes because a string that begins with ``http`` would be fetched.
    """
    found = find_date(
        html,
        original_date=True,
        extensive_search=False,
        url=url or None,
        min_date=datetime(dates.YEARS.start, 1, 1),
        max_date=datetime(dates.YEARS.stop - 1, 12, 31),  # not today: same page, same answer
    )
    return Moment(datetime.fromisoformat(found).replace(tzinfo=UTC), None) if found else None


def _title(page: Blocks, title: str | None) -> int:
    """The block that is the title, else the first heading, else the beginning."""
    bare, heading = titles.bare(title or ""), None
    for place, block in enumerate(page.found):
        if block.element.tag == "h1" and heading is None:
            heading = place
        if bare and len(block.text) <= titles.LONGEST_H1 and titles.bare(block.text) == bare:
            return place
    return heading or 0
