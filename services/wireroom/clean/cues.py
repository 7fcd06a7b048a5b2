"""Words by which readers know what is not the article: "Read also", "Sign up", "Copyright".

A cue is a hint for the classifier, and the reason that is given for what is left out; it never
decides. Words are compared by their first five letters, which is stemming enough for this.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 300  # characters of a block that can be a cue; longer ones are paragraphs
MOST_WORDS = 14  # of it that are looked at: cues stand at the beginning
LONGEST_READ = 900  # characters of a block that may speak of the paper itself
READ = 200  # characters of it that are read
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
    subscription subscriptions unlimited exclusive access account accounts sections supporters
    contribute contributing contributions contribution contributed newsrooms reporting coverage
    spenden unterstützen soutenez faites donar donación apoye apoya sostieni doneer steun stötta
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
_ANY = frozenset(_BY_ANY)
_SELF_WORDS, _OUR_WORDS = frozenset(_SELF.split()), frozenset(_OURS.split())
_SPOKEN = _SELF_WORDS | _OUR_WORDS
_AROUND = "\"'“”„‘’«»()[]{}!?*•·–—-→>|/#…"


def of(texts: Sequence[str]) -> list[tuple[int, int, int]]:
    """Number of the cue that each text begins with, from 1, or 0; words of ``_SELF``; of ``_OURS``.

    There are no line breaks in the texts.
    """
    read = "\n".join([text[:READ] if len(text) <= LONGEST_READ else "" for text in texts])
    # Faster than an expression that finds words, which would be most of this.
    even = read.lower().replace(",", " ").replace(".", " ").replace(":", " ").split("\n")
    return [
        _of_words(line.split(), has_cue=len(text) <= LONGEST)
        for line, text in zip(even, texts, strict=True)
    ]


def _of_words(words: list[str], *, has_cue: bool) -> tuple[int, int, int]:
    cue = _cue(words) if has_cue and words else 0
    spoken = _SPOKEN.intersection(words)
    if not spoken:
        return cue, 0, 0
    return cue, len(_SELF_WORDS & spoken), len(_OUR_WORDS & spoken)


def _cue(words: list[str]) -> int:
    stems = [word[:STEM] for word in words[:MOST_WORDS]]
    stems[0] = words[0].strip(_AROUND)[:STEM]
    if cue := _BY_FIRST.get(stems[0], 0):
        return cue
    if _ANY.isdisjoint(stems):
        return 0
    return next(_BY_ANY[stem] for stem in stems if stem in _ANY)
