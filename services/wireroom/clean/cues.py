"""Words by which readers know what is not the article: "Read also", "Sign up", "Copyright".

A cue is a hint for the classifier, and the reason that is given for what is left out; it never
decides. Words are compared by their first five letters, which is stemming enough for this.
"""

from __future__ import annotations

import re

LONGEST = 300  # characters of a block that can be a cue; longer ones are paragraphs
WINDOW = 90  # characters of it that are looked at: cues stand at the beginning
LONGEST_READ = 900  # characters of a block that may speak of the paper itself
READ = 300  # characters of it that are read
STEM = 5

KINDS = (
    *("related", "subscribe", "share", "credit", "rights", "consent", "byline", "advertising"),
    *("comments", "tags", "contact", "more"),
)
"""Number of a cue - 1 to what it is a cue of."""

_FIRST = {
    "related": (
        "related recommended trending latest previous next watch mehr lesen auch meistgelesen lire"
        " aussi leggi anche leia lees zobacz czytaj читайте также смотрите editor's editors"
        " don't sponsored popular top most see also 関連 相关 相關 관련 اقرأ læs les lue läs"
    ),
    "subscribe": "support join get download enter already become give try don't want never",
    "share": (
        "share follow tweet like email e-mail print facebook twitter whatsapp telegram linkedin"
        " copy save bookmark teilen folgen drucken partager compartir síguenos sigue condividi"
        " segui delen volg dela поделиться"
    ),
    "byline": (
        "by von par por di da published updated posted last written reported author edited"
        " reviewed veröffentlicht aktualisiert stand publié publicado actualizado pubblicato"
        " aggiornato опубликовано автор"
    ),
    "comments": (
        "comment comments replies reply leave kommentar kommentare commentaires comentarios"
        " commenti reacties комментарии discussion"
    ),
    "tags": "tag tags topic topics category categories filed keywords themen schlagwörter temas",
    "contact": "about contact editor's note he she correction corrections",
    "more": "read view show load click continue learn find discover see more weiterlesen",
}
_ANYWHERE = {
    "subscribe": (
        "subscribe subscription newsletter newsletters login register donate donation abonnieren"
        " abonnement abonnez anmelden registrieren s'inscrire suscríbete suscribirse iscriviti"
        " assine prenumerera подпишитесь inbox sign-up"
    ),
    "credit": (
        "photo photos photograph photographer image images picture credit getty reuters"
        " shutterstock afp foto fotos bild quelle fuente crédit imago dpa epa ap"
    ),
    "rights": "copyright © rights rechte réservés derechos diritti direitos republish reprint",
    "consent": "cookie cookies privacy gdpr datenschutz consent javascript browser",
    "advertising": (
        "advertisement advertising advert sponsored anzeige werbung publicité publicidad"
        " pubblicità reklama реклама affiliate commission disclosure disclaimer promoted"
    ),
}


# Words of a paper that speaks of itself and of its readers, rather than of the news.
_SELF = """
    subscribe subscriber newsletter newsletters inbox sign signup register membership member members
    donate donation support journalism journalists newsroom readers reader editorial commission
    affiliate purchase retailers click link links email follow download app podcast episode
    cookies privacy comments commenting moderated corrections reporter correspondent editor author
    contributor columnist writes written copyright rights reserved permission published originally
    advertisement sponsored partner partners offers offer deals terms conditions policy disclaimer
    disclosure views opinions expressed website site page article story headquartered founded
    registered visit learn contact information abonnieren abonnement abonnenten anmelden redaktion
    leser werbung angebote datenschutz mitglied abonnez abonnés inscrivez rédaction lecteurs
    publicité confidentialité suscríbase suscríbete boletín redacción lectores publicidad
    iscriviti redazione lettori abbonati assine leitores redação notícias подпишитесь редакция
    читайте реклама канал telegram whatsapp facebook twitter instagram youtube linkedin
"""
_OURS = """
    we our us ours you your yours wir unser unsere unserem unseren unserer ihr ihre ihnen nous notre
    nos vous votre vos nosotros nuestro nuestra nuestros nuestras noi nostro nostra nostri nostre
    vostro voi nós nosso nossa nossos nossas você seu wij ons onze jouw uw vi vår våra vårt vores
    vår vårt din dine мы наш наша наши нас вы вас ваш my nasz nasza nasze nas biz bizim bizi sizin
"""


def _table(words: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, line in words.items():
        for word in line.split():
            found.setdefault(word[:STEM], KINDS.index(kind) + 1)
    return found


_BY_FIRST, _BY_ANY = _table(_FIRST), _table(_ANYWHERE)
_SELF_STEMS = frozenset(word[:STEM] for word in _SELF.split())
_OUR_WORDS = frozenset(_OURS.split())
_WORD = re.compile(r"[\w©][\w'’-]*")
_NONE = (0, 0, 0)


def of(text: str) -> tuple[int, int, int]:
    """Number of the cue that a text begins with, from 1, or 0; words of ``_SELF``; of ``_OURS``."""
    if len(text) > LONGEST_READ:
        return _NONE
    words = _WORD.findall(text[:READ].lower())
    if not words:
        return _NONE
    stems = [word[:STEM] for word in words]
    own = len(_SELF_STEMS.intersection(stems))
    return (_cue(text, stems), own, len(_OUR_WORDS.intersection(words)))


def _cue(text: str, stems: list[str]) -> int:
    if len(text) > LONGEST:
        return 0
    if cue := _BY_FIRST.get(stems[0], 0):
        return cue
    size = 0
    for stem in stems:
        if cue := _BY_ANY.get(stem, 0):
            return cue
        size += STEM
        if size > WINDOW:
            break
    return 0
