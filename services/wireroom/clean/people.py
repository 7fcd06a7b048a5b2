"""People out of bylines: not their desks, agencies, jobs and degrees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wireroom.clean.agencies import is_known
from wireroom.clean.authors import LONGEST_BYLINE, MOST_AUTHORS, split
from wireroom.clean.dates import MONTHS

CREDIT = re.compile(
    r"(?:(?:written|reported|story|text|words|edited) by|by|von|text|autor(?:in|en)?|verfasst von"
    r"|par|écrit par|rédigé par|auteurs?|por|escrito por|redactor|autora|di|scritto da|autore"
    r"|a cura di|door|geschreven door|av|af|skrevet av|przez|napisał[ao]?|автор|автори|авторы"
    r"|текст|yazan|yazar|haber|بقلم|كتب|كتبت|الكاتب|نویسنده|מאת|作者|文|撰文|记者|記者|本报记者"
    r"|責任編輯|责任编辑|责编|責編|執筆|取材|oleh|tác giả|kirjoittanut|írta)"
    r"(?:\s*[:：/／]\s*|\s+|$)",
    re.IGNORECASE,
)
"""How a line begins that says who wrote."""

_PREFIX = re.compile(
    r"^(?:(?:view|see|read|all|more|alle|alles|mehr|tous|todos|todas)\b.{0,24}?"
    r"\b(?:by|from|von|de|por)|(?:posted|published|updated|reviewed|created|submitted) by"
    r"|(?:erstellt|veröffentlicht|geschrieben|verfasst|eingestellt|gepostet|aufgezeichnet"
    r"|(?:ein |eine )?(?:beitrag|artikel|kommentar|gastbeitrag|essay|analyse|reportage|kolumne))"
    r" von|publié par|publicado por|pubblicato da|interview|author|autor|автор|by|von"
    r"|(?:words|text|story|bericht|reportage)(?=:))\s*:?\s+",
    re.IGNORECASE,
)
_FOR = re.compile(r"\s+(?:for (?:the |[A-Z])|(?:the )?associated press$|reuters$|said$).*", re.I)
_CJK_CREDIT = re.compile(
    r"^[（(\[【]?(?:本[报報]记者|记者|記者|作者|文|撰文|责编|責編|责任编辑|責任編輯|編集|執筆)\s*[:：/／]?\s*"
    r"|\s*(?:기자|특파원|記者|记者)$|[）)\]】]$"
)
_JOB = re.compile(
    r"\s+(?:(?:senior|staff|chief|deputy|associate|assistant|managing|contributing|lead|guest)\s+.*"
    r"|(?:(?:\w+\s+){0,2}(?:writer|reporter|editor|correspondent|columnist|contributor|journalist"
    r"|author|blogger|producer|photographer|editor-in-chief|director|manager|coordinator"
    r"|redakteur(?:in)?|korrespondent(?:in)?|reporterin|journaliste|rédactrice|rédacteur"
    r"|redactora?|corresponsal|periodista|giornalista|redattore|korespondent|dziennikarz)))$",
    re.IGNORECASE,
)
_NOBODY_WORDS = """
    staff desk newsroom team editors editorial redaktion rédaction redacción redacao redação
    redazione redactie redakcja redaktionen редакция редакція редактор التحرير تحرير agency
    agencies agencia agencias agence agences agenzia agentur agenturen agentschap ajansı
    агентство sponsored sponsor advertisement advertorial anzeige publicidad admin
    administrator webmaster comments comment kommentare comentarios commentaires contributor
    contributors guest anonymous newswire wire press presse news nachrichten notícias noticias
    actualités notizie новости новини haberler أخبار null undefined none unknown author autor
    auteur autore read minutes min image images getty istockphoto shutterstock instagram photo
    photos foto fotos twitter facebook follow kontakt contact uncategorized views share home
    editor reporter writer correspondent officer director head president manager coordinator
    chief specialist expert analyst gmbh inc ltd llc corp university institute magazine
    newspaper times tribune gazette herald chronicle telegraph weekly subscribe articles artikel
    journal beiträge posts updated published 编辑部 本报 記者 记者 編集部
    新华社 共同通信 時事通信 网 網 新聞 新闻 뉴스 연합뉴스
"""
_AGENCIES_WORDS = """
    reuters afp ap dpa apa sda ansa efe tass pti ani ians upi xinhua bloomberg lusa belga anp
    ntb tt ritzau cna kna epd sid dts pap mti ctk čtk aa dha iha anadolu yna kcna rfi dw bbc
    cnn
"""
_DEGREE = re.compile(r"(?:[A-Z]\.?){1,5}(?:-[A-Z]+)?(?: \d+)?|Ph\.?\s?D\.?|Jr\.?|Sr\.?|[MD]r\.?")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_PARTICLES_WORDS = """
    von van der den de da dos das di del della du la le el al bin ibn ben ter ten zu zum e y
"""
_ARTICLES = frozenset(("the", "der", "die", "das", "el"))
_NOBODY = frozenset(_NOBODY_WORDS.split())
_AGENCIES = frozenset(_AGENCIES_WORDS.split())
_PARTICLES = frozenset(_PARTICLES_WORDS.split())
LONGEST_SHORT = 6  # characters of the short name of a broadcaster
MOST_WORDS = 6  # of a name; longer ones are sentences or institutions


@dataclass(frozen=True, slots=True)
class Sites:
    """What a publication is called: names as they are compared, and its hosts."""

    keys: frozenset[str] = frozenset()
    hosts: tuple[str, ...] = ()


def sites_of(names: Iterable[str]) -> Sites:
    """``names``: of the publication, as written."""
    names = [name for name in names if name]
    return Sites(frozenset(map(_key, names)), tuple(name for name in names if "." in name))


def people(
    bylines: Iterable[str], sites: Sites = Sites(), *, is_sure: bool = False
) -> tuple[str, ...]:
    """Names of people in ``bylines``: no desks, agencies, jobs, degrees, counts or sites.

    ``is_sure``: the source says that it is a name, so one word may be one; else it has to look
    like the name of a person.
    """
    found: dict[str, str] = {}
    for byline in bylines:
        if _names_host(byline, sites.hosts) or _is_whole_site(byline, sites.keys):
            continue  # "example.org, Frankfurt, Germany", "The Telegram & Gazette"
        for name in split(_without_credit(byline)):
            person = _person(name, is_sure=is_sure)
            if person and not _is_site(person, sites.keys):
                found.setdefault(person.casefold(), person)
    return _without_logins(tuple(found.values()))[:MOST_AUTHORS]


def _without_logins(names: tuple[str, ...]) -> tuple[str, ...]:
    """Beside whole names, one word in small letters is a login or somebody the story is about."""
    if not any(" " in name for name in names):
        return names
    return tuple(name for name in names if not (name.islower() and " " not in name))


def _names_host(byline: str, hosts: Sequence[str]) -> bool:
    first = re.split("[,;]", byline[:LONGEST_BYLINE], maxsplit=1)[0].lower()
    return any(host in first for host in hosts)


def agencies(names: Iterable[str]) -> tuple[str, ...]:
    """Those that are agencies by name, not just "Agencies"."""
    bare = (name.strip() for name in names)
    known = (name for name in bare if is_known(name) and name.casefold() not in _NOBODY)
    return tuple(dict.fromkeys(known))[:MOST_AUTHORS]


def _is_whole_site(byline: str, keys: frozenset[str]) -> bool:
    """Whether all of it is the publication: its name may have a comma or an "and" in it."""
    key = _key(_without_credit(byline))
    return key in keys or key.removeprefix("the") in keys


def _without_credit(byline: str) -> str:
    text = _PREFIX.sub("", byline[:LONGEST_BYLINE].strip())
    credit = CREDIT.match(text)
    return text[credit.end() :] if credit else text


def _person(name: str, *, is_sure: bool) -> str | None:
    plain = _FOR.sub("", _CJK_CREDIT.sub("", name))
    name = _JOB.sub("", plain).strip(" .-–—:\"'()|*")
    if not is_sure:
        name = _without_date(name)
    words = _WORD.findall(name)
    if name != plain and len(words) < 2 and len(plain.split()) > 1:
        return None  # "Guardian staff reporter"
    if not words or len(words) > MOST_WORDS or _DEGREE.fullmatch(name):
        return None
    low = [word.casefold() for word in words]
    if ":" in name or "[at]" in name or name.split()[0].casefold() in _ARTICLES:
        return None  # "The Citizen", and what is left of "The Associated Press"
    if any(word in _NOBODY for word in low) or all(word in _AGENCIES for word in low):
        return None
    if is_sure:
        return name if len(name) >= 2 else None
    return name if not any(map(str.isdigit, name)) and _looks_like_one(name, words) else None


def _without_date(name: str) -> str:
    """``Ann Lee`` of ``Ann Lee March 5`` and of ``Ann Lee 5 March``."""
    words = name.split()
    while words and (words[-1].isdecimal() or words[-1].casefold().strip(".") in MONTHS):
        words.pop()
    return " ".join(words).strip(" .-–—·•|") if any(map(str.isdecimal, name)) else name


def _looks_like_one(name: str, words: Sequence[str]) -> bool:
    """Two to six words that begin with capitals, particles aside; scripts without case: short."""
    if any(char.islower() or char.isupper() for char in name):
        small = [word for word in words if word[0].islower() and word not in _PARTICLES]
        return len(words) >= 2 and not small
    return 2 <= len(name) <= 40


def _is_site(name: str, sites: frozenset[str]) -> bool:
    """The publication itself, or a part of it that begins with its short name in capitals."""
    key, first = _key(name), name.split()[0]
    is_part = first.isupper() and 2 < len(first) <= LONGEST_SHORT and _key(first) in sites
    return key in sites or key.removeprefix("the") in sites or is_part


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
