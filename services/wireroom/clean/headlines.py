"""The tail of a syndicated text: lists of other articles, and the date of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from wireroom.clean.dates import MONTHS
from wireroom.clean.extracted import Headline
from wireroom.clean.lines import is_head
from wireroom.clean.spans import Span

LONGEST = 120  # characters of a headline without a bullet
LONGEST_LISTED = 220  # and of one with it
LONGEST_DATE = 45
LONGEST_LIST = 1_000  # lines at a text's end
REMEMBERED = 2_000  # headlines; a syndicator hangs the same list under all that it sends in an hour

_FIGURES = re.compile(
    r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})?\.?[\s,–-]*(?:\d{1,2}[:.]\d{2}(?::\d{2})?)?"
)
_BULLET = re.compile(r"[-–—•*·▪►]\s+|\d{1,2}[.)]\s+")
_STOP = re.compile(r"[.。।]['\"”’»)\]]*$")
_WORDS = re.compile(r"[^\W\d_]+")
_WEEKDAYS = """
    monday tuesday wednesday thursday friday saturday sunday mon tue
    tues wed thu thur thurs fri sat sun lundi mardi mercredi jeudi
    vendredi samedi dimanche montag dienstag mittwoch donnerstag freitag
    samstag sonnabend sonntag lunes martes miércoles jueves viernes
    sábado domingo segunda terça quarta quinta sexta feira lunedì
    martedì mercoledì giovedì venerdì sabato domenica maandag dinsdag
    woensdag donderdag vrijdag zaterdag zondag понедельник вторник среда
    четверг пятница суббота воскресенье понеділок вівторок середа четвер
    пятниця п ятниця субота неділя الاثنين الإثنين الثلاثاء الأربعاء
    الخميس الجمعة السبت الأحد pazartesi salı çarşamba perşembe cuma
    cumartesi pazar poniedziałek wtorek środa czwartek piątek sobota
    niedziela
"""
_BETWEEN = """
    de del of the at à le den der um uhr am pm a p m h utc gmt cet cest
    est edt bst pst pdt st nd rd th г года год в о року р el do il alle
    kl om saat 年 月 日 時 分 时 点 上午 下午 午前 午後 火 水 木 金 土 년 월 일 시 분 오전 오후 星期
    星期一 星期二 星期三 星期四 星期五 星期六 星期日 月曜日 火曜日 水曜日
    木曜日 金曜日 土曜日 日曜日 월요일 화요일 수요일
    목요일 금요일 토요일 일요일
"""
_DAYS = frozenset(_WEEKDAYS.split())
_DATE_WORDS = frozenset((*_WEEKDAYS.split(), *_BETWEEN.split(), *MONTHS))


def names_weekday(line: str) -> bool:
    """Whether one of the words is the name of a day of the week."""
    return not _DAYS.isdisjoint(_WORDS.findall(line.casefold()))


def is_page_date(line: str) -> bool:
    """Whether a line is a day or a time and nothing else, such as ``Thursday, April 24``."""
    if len(line) > LONGEST_DATE or not any(char.isdecimal() for char in line):
        return False
    words = _WORDS.findall(line.casefold())
    return all(word in _DATE_WORDS for word in words) and (
        bool(words) or _FIGURES.fullmatch(line) is not None
    )


def list_start(lines: Sequence[Span], is_label: Sequence[bool]) -> int:
    """Index of the head of the list that ends the text; ``len(lines)`` where there is none.

    ``is_label``: for each line, whether it is a label line or a day.
    A head counts only if nothing after it reads like a body, and something reads like a list.
    """
    start, listed = len(lines), 0
    for index in range(len(lines) - 1, max(0, len(lines) - LONGEST_LIST), -1):
        line = lines[index]
        if is_head(line.text):
            start = index if listed else start
        elif is_label[index]:
            continue
        elif _may_be_headline(line.text):
            listed += 1
        else:
            break
    return start


def headline(line: str) -> str:
    """A line of a list without its bullet or number."""
    return _BULLET.sub("", line, count=1).strip()


def with_languages(headlines: Sequence[str]) -> tuple[Headline, ...]:
    """Each headline once, with the language it is in."""
    return tuple(Headline(text, _language(text)) for text in dict.fromkeys(headlines))


@lru_cache(REMEMBERED)
def _language(text: str) -> str:
    from wireroom.language import identify  # loads a model: only for who needs it

    return identify(text).code


def forget() -> None:
    """Forget the headlines seen; for measurements of what one costs that was not."""
    _language.cache_clear()


def _may_be_headline(line: str) -> bool:
    listed = _BULLET.match(line)
    return len(line) < (LONGEST_LISTED if listed else LONGEST) and (
        _STOP.search(line) is None or bool(listed)
    )
