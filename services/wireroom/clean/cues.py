"""Words by which readers know what is not the article: "Read also", "Sign up", "Copyright".

A cue is a hint for the classifier, and the reason that is given for what is left out; it never
decides. Words are compared by their first five letters, which is stemming enough for this.
"""

from __future__ import annotations

import re

LONGEST = 300  # characters of a block; longer ones are paragraphs
WINDOW = 90  # characters of it that are looked at: cues stand at the beginning
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


def _table(words: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, line in words.items():
        for word in line.split():
            found.setdefault(word[:STEM], KINDS.index(kind) + 1)
    return found


_BY_FIRST, _BY_ANY = _table(_FIRST), _table(_ANYWHERE)
_WORD = re.compile(r"[\w©][\w'’-]*")


def of(text: str) -> int:
    """Number of the first cue at the beginning of a text, from 1; 0 where it has none."""
    if len(text) > LONGEST:
        return 0
    words = _WORD.findall(text[:WINDOW].lower())
    if not words:
        return 0
    cue = _BY_FIRST.get(words[0][:STEM], 0)
    if cue:
        return cue
    for word in words:
        if cue := _BY_ANY.get(word[:STEM], 0):
            return cue
    return 0
