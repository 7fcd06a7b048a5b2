"""What the names in a page's markup say of a block: comment, teaser, caption, body …

Publishers name their elements for themselves, in English more often than not, whatever the
language of the page. A name alone proves nothing; the classifier weighs it with all the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_NAMED = frozenset(
    (
        *("id", "class", "itemprop", "role", "aria-label", "data-testid", "data-component"),
        *("data-type", "data-module", "data-qa", "data-name", "data-role", "data-block"),
    )
)
LONGEST = 300  # characters of names that are looked at; utility classes can go on for ever

# One sign a line; ``*`` stands for any end of a word. A word may be a sign of several things.
_WORDS = {
    "comment": "comment* disqus respond replies reply livefyre coral discussion* kommentar*",
    "related": (
        "relat* recommend* more also trending popular most* latest outbrain taboola teaser*"
        " promo* upnext recirc* carousel suggest* topic* card* readmore next prev* similar zergnet"
        " listicle river feed headlines"
    ),
    "share": (
        "share* sharing social* facebook twitter whatsapp print* follow* toolbar addthis"
        " addtoany sharedaddy telegram pinterest linkedin"
    ),
    "meta": (
        "byline* author* date* time* meta* credit* source* published kicker breadcrumb* categor*"
        " copyright rights dateline timestamp updated reading readtime"
    ),
    "caption": (
        "caption* figure image* img photo* gallery media video* player legend bildunter* picture"
        " slideshow slide* audio"
    ),
    "menu": (
        "menu* nav* footer* header* masthead sidebar* rail widget* aside tabs pager skip pagination"
        " toc navigation complementary contentinfo banner"
    ),
    "subscribe": (
        "newsletter* subscri* signup paywall* login register abo donat* member* premium cta offer*"
        " piano regwall fundrais* support"
    ),
    "ad": (
        "ad ads adv dfp gpt mpu sponsor* advert* banner* anzeige* werbung adslot adunit"
        " admanager outstream googletag"
    ),
    "hidden": (
        "hidden hide invisible sr screen visually modal* popup* overlay* cookie* consent* gdpr"
        " tooltip dialog lightbox dropdown sronly"
    ),
    "tags": "tag tags tagged taglist keyword* hashtag*",
    "title": "title* headline* heading* titre titel hed hl",
    "lead": (
        "lead lede intro* summary standfirst dek subtitle* chapo excerpt* description* deck"
        " subhead* abstract teasertext vorspann sommario bajada entradilla"
    ),
    "body": (
        "body content text copy main prose rich paragraph* texto cuerpo corps inhalt"
        " articlebody entrycontent postcontent fulltext richtext articletext bodytext storybody"
        " storytext testo corpo wysiwyg"
    ),
    "article": (
        "article* story* post entry artikel* articolo noticia* news hentry single nota blogpost"
        " reportage"
    ),
    "box": (
        "box* callout quote* inset embed* tweet module* component* pullquote factbox infobox"
        " sidebox highlight*"
    ),
    "bio": "bio about author* profile* contributor* editor* biography autor writer",
    "disclosure": "disclos* disclaimer* affiliate* correction* footnote* notice note* endnote*",
    "list": "list* ranking* item* grid row table* index archive",
}
NAMES = tuple(_WORDS)
"""Signs from words."""
IN_TAGS = (
    *("article", "main", "aside", "footer", "header", "form", "figure", "table"),
    *("blockquote", "ul", "ol", "nav", "section", "details"),
)
"""Signs from tags."""
ALL = (*NAMES, *(f"<{tag}>" for tag in IN_TAGS), "item")
"""Every sign by name; the sign at place n is bit n. ``item``: schema.org's articleBody."""
_BODY_ITEM = 1 << ALL.index("item")
_HIDDEN = 1 << NAMES.index("hidden")
ARTICLE, SUBSCRIBE, COMMENT = (
    1 << ALL.index(name) for name in ("<article>", "subscribe", "comment")
)
_TAG_BITS = {tag: 1 << (len(NAMES) + place) for place, tag in enumerate(IN_TAGS)}

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _exact() -> dict[str, int]:
    found: dict[str, int] = {}
    for place, line in enumerate(_WORDS.values()):
        for word in line.split():
            found[word.rstrip("*")] = found.get(word.rstrip("*"), 0) | 1 << place
    return found


_EXACT = _exact()


def _beginnings() -> dict[str, int]:
    found: dict[str, int] = {}
    for place, line in enumerate(_WORDS.values()):
        for word in line.split():
            if word.endswith("*"):
                found[word[:-1]] = found.get(word[:-1], 0) | 1 << place
    return found


_BEGINNINGS = _beginnings()
_LONGEST_BEGINNING = max(map(len, _BEGINNINGS))


def of_element(tag: str, attributes: Mapping[str, str | None]) -> int:
    """Bits of the signs that an element carries itself."""
    found = _TAG_BITS.get(tag, 0)
    for name, value in attributes.items():
        if name in _NAMED and value:
            found |= of_name(value[:LONGEST])
            if value == "articleBody":
                found |= _BODY_ITEM
        elif name == "hidden" or (name == "aria-hidden" and value == "true"):
            found |= _HIDDEN
    return found


@lru_cache(16_384)
def of_name(value: str) -> int:
    """Bits of the words in the value of a class or an id."""
    signs = 0
    for word in _WORD.findall(value):
        signs |= _of_word(word.lower())
    return signs


@lru_cache(16_384)
def _of_word(word: str) -> int:
    signs = _EXACT.get(word, 0)
    for size in range(2, min(len(word), _LONGEST_BEGINNING) + 1):
        signs |= _BEGINNINGS.get(word[:size], 0)
    return signs
