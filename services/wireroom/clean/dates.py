"""Times as pages and agencies write them. Pure: nothing here asks what time it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

YEARS = range(1990, 2036)  # outside, a number is a page id or a mistake
LONGEST = 100  # characters; a longer value holds more than a time

_TIME = (
    r"(?P<hour>\d{1,2})\s*[:h.]\s*(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,]\d+)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<zone>Z\b|[A-Z]{3,4}\b|(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2})?"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[-/.年년]\s*(?P<month>\d{1,2})\s*[-/.月월]\s*(?P<day>\d{1,2})"
)
_COMPACT = re.compile(r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T?(?P<clock>\d{4,6}))?")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4})(?!\d)")
_CLOCK = re.compile(r"(?<!\d)" + _TIME, re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_RFC_2822 = re.compile(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} ")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")

_MONTHS = """
    jan january janvier januar jänner enero janeiro gennaio januari января січня يناير ocak \
        stycznia gen ene janv янв
    feb february février februar febrero fevereiro febbraio februari февраля лютого فبراير şubat \
        lutego févr fev фев
    mar march mars märz marzo março maart марта березня مارس mart marca mär мар
    apr april avril abril aprile апреля квітня أبريل nisan kwietnia avr abr апр ابريل
    may mai mayo maio maggio mei мая травня مايو mayıs maja mag май
    jun june juin juni junio junho giugno июня червня يونيو haziran czerwca giu июн
    jul july juillet juli julio julho luglio июля липня يوليو temmuz lipca juil lug июл
    aug august août agosto augustus августа серпня أغسطس ağustos sierpnia ago авг
    sep september septembre septiembre setembro settembre сентября вересня سبتمبر eylül września \
        sept set сен
    oct october octobre oktober octubre outubro ottobre октября жовтня أكتوبر ekim października \
        okt out ott окт
    nov november novembre noviembre novembro ноября листопада نوفمبر kasım listopada ноя
    dec december décembre dezember diciembre dezembro dicembre декабря грудня ديسمبر aralık \
        grudnia déc dez dic дек
"""
MONTHS = {
    word: number
    for number, line in enumerate(_MONTHS.strip().splitlines(), start=1)
    for word in line.split()
}
"""Names of months and their short forms, as far as they do not contradict each other."""

# Hours from UTC; only abbreviations with one meaning in the news.
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EST": -5}
_ZONES |= {"EDT": -4, "PST": -8, "PDT": -7, "MSK": 3, "JST": 9, "KST": 9, "EET": 2, "EEST": 3}


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time (UTC), and what its writer said of the zone: minutes, or nothing."""

    at: datetime
    offset: int | None

    @property
    def zone_assumed(self) -> bool:
        return self.offset is None


def read(value: str) -> Moment | None:
    """The first time in ``value``, or None. Without a zone it is taken as UTC.

    Knows ISO 8601, RFC 2822, seconds since 1970, year-first and day-first figures, and names
    of months in thirteen languages. 02/03/2025 is February or March: nobody can tell, so None.
    """
    value = value.strip()
    if not value or len(value) > LONGEST:
        return None
    for reader in _READERS:
        moment = reader(value)
        if moment is not None:
            return moment if moment.at.year in YEARS else None
    return None


def _iso(value: str) -> Moment | None:
    try:
        return _moment(datetime.fromisoformat(value)) if value[:4].isdigit() else None
    except ValueError:
        return None


def _epoch(value: str) -> Moment | None:
    if not _EPOCH.fullmatch(value):
        return None
    return Moment(datetime.fromtimestamp(int(value[:10]), UTC), 0)


def _rfc_2822(value: str) -> Moment | None:
    if not _RFC_2822.match(value):
        return None
    try:
        return _moment(parsedate_to_datetime(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _figures(value: str) -> Moment | None:
    if found := _YEAR_FIRST.search(value):
        day = (int(found["year"]), int(found["month"]), int(found["day"]))
        return _with_clock(day, value[found.end() :])
    if found := _COMPACT.match(value):
        clock = found["clock"]
        told = f"{clock[:2]}:{clock[2:4]}" if clock else ""
        return _with_clock((int(found["year"]), int(found["month"]), int(found["day"])), told)
    if found := _YEAR_LAST.search(value):
        first, divider, second = int(found[1]), found[2], int(found[3])
        if divider == "/" and first <= 12 and second <= 12 and first != second:
            return None
        month, day_of_month = (second, first) if second <= 12 else (first, second)
        rest = value[: found.start()] + " " + value[found.end() :]
        return _with_clock((int(found[4]), month, day_of_month), rest)
    return None


def _named(value: str) -> Moment | None:
    words = [word.lower() for word in _WORDS.findall(value)]
    for place, word in enumerate(words):
        month = MONTHS.get(word)
        if month is None:
            continue
        near = [w for w in words[max(0, place - 2) : place + 4] if w.isdecimal()]
        years = [int(w) for w in near if len(w) == 4]
        days = [int(w) for w in near if len(w) <= 2]
        if years and days:
            return _with_clock((years[0], month, days[0]), value)
    return None


_READERS: tuple[Callable[[str], Moment | None], ...] = (_iso, _epoch, _rfc_2822, _figures, _named)


def _with_clock(day: tuple[int, int, int], rest: str) -> Moment | None:
    hour = minute = second = 0
    zone: timezone | None = None
    if found := _CLOCK.search(rest):
        hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
        if found["half"]:
            hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
        zone = _zone(found["zone"])
    try:
        return _moment(datetime(*day, hour, minute, second, tzinfo=zone))
    except ValueError:
        return None


def _zone(told: str | None) -> timezone | None:
    if not told:
        return None
    if told.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[told.upper()]))
    figures = re.search(r"([+-])(\d{2}):?(\d{2})", told)
    if figures is None:
        return None
    minutes = int(figures[2]) * 60 + int(figures[3])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if figures[1] == "-" else minutes))


def _moment(time: datetime) -> Moment | None:
    offset = time.utcoffset()
    try:
        at = time.replace(tzinfo=UTC) if offset is None else time.astimezone(UTC)
    except OverflowError:
        return None
    return Moment(at, None if offset is None else round(offset.total_seconds() / 60))
