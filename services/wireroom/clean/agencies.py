"""What agencies put around a text: datelines (``PARIS (AFP) –``) and credits (``(dpa)``)."""

from __future__ import annotations

import re

from wireroom.clean.dates import MONTHS
from wireroom.clean.labels import fold, table

LONGEST_DATELINE = 70  # characters
LONGEST_NAME, LONGEST_WORD = 40, 24  # characters of an agency's name, and of a word of it

_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^()\n]{1,44}?)\s?[(（](?P<agency>[^()（）\n]{2,30})[)）]\s*[-–—:]+\s+"
)
_CHINESE = re.compile(
    r"[(（【]?(?P<agency>[\u4e00-\u9fff]{2,12})[\u4e00-\u9fff·]{1,12}"
    r"\d{1,2}月\d{1,2}日[电電讯訊][)）】]?\s*"
)
_BRACKETED = re.compile(r"[【\[(（](?P<agency>[^【】\[\]()（）\n]{2,24})[】\])）]\s*(?=\S)")
_CREDIT = re.compile(
    r"(?:[-–—]\s*)?[(（\[]\s*(?P<agency>[^()（）\[\]\n]{2,40})\s*[)）\]]\.?"
    r"|[-–—]\s*(?P<dashed>[\w .]{2,30})"
)
_SHORT = re.compile(r"[a-z]{2,6}(?:/[a-z]{1,6}){1,4}", re.I)
_CAPITALS = re.compile(r"[A-ZÀ-ÞА-ЯЁІЇЄҐ]{2,8}")
_LAST = re.compile(r"\s*[(（](?P<agency>[^()（）\n]{2,30})[)）]$")


def dateline_end(line: str) -> int:
    """How much of ``line`` is a dateline that names an agency; 0 where there is none."""
    beginning = line[: LONGEST_DATELINE + 10]
    found = _DATELINE.match(beginning)
    if found and _is_place(found["place"]) and _may_be_agency(found["agency"], found["place"]):
        return found.end()
    found = _CHINESE.match(beginning)
    if found and _is_agency(found["agency"]):
        return found.end()
    found = _BRACKETED.match(beginning)
    if found and ("=" in found["agency"] or found.group()[0] == "【") and _names_one(found):
        return found.end()
    return 0


def is_credit(line: str) -> bool:
    """Whether a line only says which agency the text is from."""
    found = _CREDIT.fullmatch(line)
    if found is None:
        return _SHORT.fullmatch(line) is not None
    if found["dashed"]:
        return is_known(found["dashed"]) or _is_compound(found["dashed"])
    name = found["agency"].strip()
    return _is_agency(name) or _CAPITALS.fullmatch(name) is not None or _is_compound(name)


def credit_start(line: str) -> int:
    """Where a known agency in brackets ends the line; its length where none does."""
    found = _LAST.search(line, max(0, len(line) - 40))
    return found.start() if found and is_known(found["agency"]) else len(line)


def _names_one(found: re.Match[str]) -> bool:
    return any(_is_agency(part) for part in re.split("[=/＝]", found["agency"]))


def _is_place(place: str) -> bool:
    """Capitals, a comma and a day; no sentence and no name with a title before it."""
    words = re.findall(r"[^\W\d_]+", place)
    small = [w for w in words if w[0].islower() and len(w) > 3 and w.lower() not in MONTHS]
    return len(words) <= 6 and not small and not re.search(r"[!?;:\"“”«»]", place)


def _may_be_agency(name: str, place: str) -> bool:
    """Known or called an agency; or in small letters (``dpa``), or after a place in capitals."""
    letters = [char for char in place.partition(",")[0] if char.isalpha()]
    shouted = bool(letters) and all(char.isupper() for char in letters)
    return _is_agency(name) or shouted or bool(re.fullmatch("[a-z]{2,5}", name))


def is_known(name: str) -> bool:
    """Whether it is the name of an agency, as ``labels.toml`` has them."""
    return fold(name).strip(" .") in table().agencies


def _is_agency(name: str) -> bool:
    return is_known(name) or any(w in table().agencies for w in _parts(name)) or _is_compound(name)


def _is_compound(name: str) -> bool:
    """``Coastwire``, ``海岸通信``, ``Берегинформ``: the end of the word is an agency's."""
    bare = fold(name).strip(" .")
    if len(bare) > LONGEST_NAME:
        return False
    long_enough = [end for end in table().agencies if len(end) > 3 or not end.isascii()]
    words = [word for word in bare.split() if len(word) <= LONGEST_WORD]
    return any(
        word.endswith(end) or (not end.isascii() and end in word)
        for word in words
        for end in long_enough
    )


def _parts(name: str) -> list[str]:
    return re.findall(r"\w+", fold(name))
