"""Invented articles: pages of 200 KB with the markup of news sites, and syndicated texts.

The weight is where it is on real pages: scripts, styles, inline data and lists of links; the
article itself is a few thousand characters. Three templates, no two pages alike.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html import escape

LANGUAGES = {
    "en": (
        "The council of {place} voted on {day} to rebuild the {thing}, after {n} months in which "
        "residents had been without it.",
        "“We have waited for this for {n} years,” said {name}, who runs a shop near the {thing}.",
        "The work is to begin in spring and to cost {n} million, of which the government pays half.",
        "Engineers had warned in a report that the {thing} of {place} would not last another "
        "winter, and that a cheaper repair would only put off the decision.",
        "Two members of the opposition voted against the plan and asked for a court to decide.",
        "Police said that {n} people had taken part in a protest in {place}; nobody was injured.",
    ),
    "fr": (
        "Le conseil municipal de {place} a voté {day} la reconstruction de {thing}, après {n} mois "
        "pendant lesquels les habitants en ont été privés.",
        "« Nous attendons cela depuis {n} ans », a déclaré {name}, qui tient un commerce voisin.",
        "Les travaux commenceront au printemps et coûteront {n} millions, dont l'État paie la moitié.",
        "Des ingénieurs avaient averti dans un rapport que {thing} de {place} ne passerait pas un "
        "autre hiver, et qu'une réparation moins chère ne ferait que retarder la décision.",
        "Deux élus de l'opposition ont voté contre le projet et veulent saisir le tribunal.",
    ),
    "de": (
        "Der Rat von {place} hat {day} beschlossen, {thing} neu zu bauen, nachdem die Bewohner "
        "{n} Monate lang darauf verzichten mussten.",
        "„Darauf warten wir seit {n} Jahren“, sagte {name}, der in der Nähe ein Geschäft führt.",
        "Die Arbeiten sollen im Frühjahr beginnen und {n} Millionen kosten; die Hälfte zahlt der "
        "Staat.",
        "Fachleute hatten in einem Gutachten gewarnt, dass {thing} in {place} keinen weiteren "
        "Winter übersteht und eine billigere Reparatur die Entscheidung nur verschiebt.",
        "Zwei Abgeordnete der Opposition stimmten dagegen und wollen vor Gericht ziehen.",
    ),
}
PLACES = ("Northmouth", "Valdore", "Kelderau", "Harrowmere", "Montesal", "Sankt Ilgen", "Brevaux")
THINGS = ("ferry pier", "viaduc", "Schleuse", "school", "hôpital", "Brücke", "market hall")
NAMES = ("Ada Lindqvist", "Paul Mercier", "Jonas Keller", "Ines Ferrol", "Tom Ashby")
DAYS = ("Monday", "mardi", "am Mittwoch", "Thursday", "vendredi")


class Article:
    """One invented article; the same ``number`` gives the same one."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.random = random.Random(number)
        self.language = self.random.choice(list(LANGUAGES))
        self.title = self.sentence()
        self.author = self.random.choice(NAMES)
        count = self.random.randint(6, 16)
        self.paragraphs = [
            " ".join(self.sentence() for _ in range(self.random.randint(2, 5)))
            for _ in range(count)
        ]
        self.published = f"2026-03-{number % 28 + 1:02}T{number % 24:02}:15:00+01:00"
        self.url = f"https://www.paper-{number % 9}.example/news/2026/03/story-{number}.html"

    def sentence(self) -> str:
        pick = self.random.choice
        return pick(LANGUAGES[self.language]).format(
            place=pick(PLACES),
            thing=pick(THINGS),
            name=pick(NAMES),
            day=pick(DAYS),
            n=self.random.randint(2, 9_000),
        )


def page(number: int) -> bytes:
    """A page of 80 to 320 KB, 200 KB in the mean."""
    article = Article(number)
    size = article.random.randint(80_000, 320_000)
    return TEMPLATES[number % len(TEMPLATES)](article, size).encode()


def syndicated(number: int) -> str:
    """The article as a syndication service sends it: glued paragraphs, trailer, trends."""
    article = Article(number)
    trends = "\n".join(f"- {article.sentence()[:90]}" for _ in range(8))
    return (
        f"{''.join(article.paragraphs)}\nSource link : {article.url}\nAuthor : {article.author}\n"
        f"Publish date : {article.published[:10]} 09:15:00\n"
        f"Copyright for syndicated content belongs to the linked Source.\nTrending\n{trends}\n"
        "Monday, March 2\n"
    )


def _newsroom(article: Article, size: int) -> str:
    """JSON-LD, a bundle of inline state, related articles amid the text."""
    body = _paragraphs(article, '<p class="c-body__text" data-node="{n}">{text}</p>', _aside)
    head = f'<script type="application/ld+json">{_jsonld(article)}</script>'
    main = (
        f'<article class="c-story" itemscope><header><h1>{escape(article.title)}</h1>'
        f'<p class="byline">By <a rel="author" href="/a/1">{article.author}</a></p></header>'
        f'<div class="c-body">{body}</div></article>'
    )
    return _filled(article, head, main, size)


def _blog(article: Article, size: int) -> str:
    """Meta tags only, deep nesting of divs, comments below."""
    body = _paragraphs(article, "<div><div><p>{text}</p></div></div>", lambda _: "")
    comments = "".join(
        f'<li class="comment"><b>{article.random.choice(NAMES)}</b><p>{article.sentence()}</p></li>'
        for _ in range(30)
    )
    head = (
        f'<meta property="og:title" content="{escape(article.title)}">'
        f'<meta property="article:published_time" content="{article.published}">'
        f'<meta name="author" content="{article.author}">'
        '<meta property="og:site_name" content="The Paper">'
        f'<link rel="canonical" href="{article.url}">'
    )
    main = (
        f'<div id="content"><div class="post"><h1>{escape(article.title)}</h1>'
        f'<div class="entry-content">{body}</div></div><ol id="comments">{comments}</ol></div>'
    )
    return _filled(article, head, main, size)


def _portal(article: Article, size: int) -> str:
    """No main element, tables of teasers, figures and embeds between the paragraphs."""
    body = _paragraphs(article, '<p class="p{n}">{text}</p>', _figure)
    head = (
        f'<meta name="description" content="{escape(article.paragraphs[0][:150])}">'
        f'<meta name="date" content="{article.published}">'
    )
    main = (
        f'<div class="wrap"><div class="left">{_links(article, 60)}</div><div class="mid">'
        f'<h2 class="headline">{escape(article.title)}</h2><span class="time">'
        f"{article.published[:10]}</span>{body}</div></div>"
    )
    return _filled(article, head, main, size)


TEMPLATES: tuple[Callable[[Article, int], str], ...] = (_newsroom, _blog, _portal)


def _paragraphs(article: Article, form: str, between: Callable[[Article], str]) -> str:
    return "\n".join(
        form.format(n=n, text=escape(text, quote=False)) + (between(article) if n % 4 == 3 else "")
        for n, text in enumerate(article.paragraphs)
    )


def _aside(article: Article) -> str:
    return f'<aside class="related"><h3>Read also</h3>{_links(article, 3)}</aside>'


def _figure(article: Article) -> str:
    sizes = ", ".join(f"/i/{article.number}-{w}.jpg {w}w" for w in range(200, 2_000, 200))
    return f'<figure><img srcset="{sizes}" alt=""><figcaption>The scene</figcaption></figure>'


def _links(article: Article, count: int) -> str:
    items = "".join(
        f'<li class="item i-{n}"><a href="/news/{article.random.randint(1, 10**6)}" '
        f'data-track="click:{n}"><span class="kicker">News</span> {article.sentence()[:70]}</a></li>'
        for n in range(count)
    )
    return f"<ul>{items}</ul>"


def _jsonld(article: Article) -> str:
    return json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": article.published,
            "author": [{"@type": "Person", "name": article.author}],
            "publisher": {"@type": "Organization", "name": "The Paper"},
            "mainEntityOfPage": article.url,
        }
    )


def _filled(article: Article, head: str, main: str, size: int) -> str:
    """The page around ``main``: a third of the filling is links, the rest scripts and styles."""
    navigation = f'<header><nav class="menu">{_links(article, 40)}</nav></header>'
    footer = f"<footer>{_links(article, 60)}<p>Cookies help us. Imprint. Contact.</p></footer>"
    parts = [head, navigation, main]
    missing = size - sum(map(len, parts)) - len(footer)
    while missing > 0:
        block = _script(article) if article.random.random() < 0.85 else _teasers(article)
        parts.append(block)
        missing -= len(block)
    return (
        f'<!doctype html><html lang="{article.language}"><head><meta charset="utf-8">'
        f"<title>{escape(article.title)} | The Paper</title>{head}</head>"
        f"<body>{''.join(parts[1:])}{footer}</body></html>"
    )


def _teasers(article: Article) -> str:
    return f'<section class="teasers"><h3>More</h3>{_links(article, 12)}</section>'


def _script(article: Article) -> str:
    state = {f"k{n}": article.random.random() for n in range(200)}
    return (
        f"<style>.c-{article.random.randint(1, 999)}{{margin:0 auto;padding:4px}}</style>"
        f"<script>window.__state=Object.assign(window.__state||{{}},{json.dumps(state)});</script>"
    )
