"""Web pages for the demo's articles: with all the furniture that a real news page has.

Every page carries menu, cookie notice, newsletter box, related links and footer, because telling
the article from these is the work that the demo shows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from wireroom.demo.content import Article, Block


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented newspaper: its name, its language, and the words around its articles."""

    key: str
    name: str
    language: str
    sections: tuple[str, ...]
    cookies: str
    accept: str
    newsletter: str
    subscribe: str
    related: str
    rights: str
    imprint: tuple[str, ...]
    briefs: tuple[str, ...]
    """Headlines that every page lists beside its article; they lead into an archive."""


@dataclass(frozen=True, slots=True)
class Teaser:
    """A link to another article: path on the same host, and title."""

    path: str
    title: str


def article_page(outlet: Outlet, base: str, article: Article, related: Sequence[Teaser]) -> str:
    """The page of an article as HTML.

    `base` is the origin of the host that serves it, without a slash at the end; canonical and
    og addresses are built from it.
    """
    url = f"{base}{article.path}"
    title = article.title or ""
    shown = f"{article.published:%Y-%m-%d %H:%M}"
    main = f"""\
<article>
<header>
<p class="section">{escape(article.section)}</p>
<h1>{escape(title)}</h1>
<p class="byline">{escape(article.author or outlet.name)} · \
<time datetime="{article.published.isoformat()}">{shown}</time></p>
</header>
<div class="article-body">
{_body(article.blocks)}
</div>
</article>
<aside class="related">
<h2>{escape(outlet.related)}</h2>
{_links([*related, *_briefs(outlet)])}
</aside>"""
    head = f"""\
<title>{escape(title)} | {escape(outlet.name)}</title>
<link rel="canonical" href="{escape(url)}">
<meta name="description" content="{escape(article.summary)}">
<meta property="og:type" content="article">
<meta property="og:title" content="{escape(title)}">
<meta property="og:description" content="{escape(article.summary)}">
<meta property="og:url" content="{escape(url)}">
<meta property="og:site_name" content="{escape(outlet.name)}">
<script type="application/ld+json">{_json_ld(outlet, url, article)}</script>"""
    return _document(outlet, head, main)


def home_page(outlet: Outlet, base: str, teasers: Sequence[Teaser]) -> str:
    """The front page: headlines and links, no article."""
    head = f"""\
<title>{escape(outlet.name)}</title>
<link rel="canonical" href="{escape(base)}/">
<meta property="og:type" content="website">
<meta property="og:url" content="{escape(base)}/">
<meta property="og:site_name" content="{escape(outlet.name)}">"""
    main = f"""\
<section class="front">
{_links([*teasers, *_briefs(outlet)])}
</section>
<section class="sections">
<ul>
{_menu(outlet)}
</ul>
</section>"""
    return _document(outlet, head, main)


def missing_page(outlet: Outlet) -> str:
    """What a reader sees where there is nothing any more."""
    return _document(outlet, f"<title>410 | {escape(outlet.name)}</title>", "<h1>410</h1>")


def _document(outlet: Outlet, head: str, main: str) -> str:
    footer = " · ".join(f'<a href="/imprint">{escape(word)}</a>' for word in outlet.imprint)
    return f"""\
<!DOCTYPE html>
<html lang="{outlet.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
{head}
</head>
<body>
<div class="cookie-banner" role="dialog"><p>{escape(outlet.cookies)}</p>\
<button>{escape(outlet.accept)}</button></div>
<header class="site-header"><a href="/">{escape(outlet.name)}</a>
<nav><ul>
{_menu(outlet)}
</ul></nav></header>
<main>
{main}
</main>
<aside class="newsletter"><p>{escape(outlet.newsletter)}</p>
<form action="/newsletter"><input type="email" name="email">\
<button>{escape(outlet.subscribe)}</button></form></aside>
<footer class="site-footer"><p>{escape(outlet.rights)}</p><p>{footer}</p></footer>
</body>
</html>
"""


def _menu(outlet: Outlet) -> str:
    return "\n".join(f'<li><a href="/">{escape(section)}</a></li>' for section in outlet.sections)


def _briefs(outlet: Outlet) -> list[Teaser]:
    return [Teaser(f"/archive/{n}", headline) for n, headline in enumerate(outlet.briefs, start=1)]


def _links(teasers: Sequence[Teaser]) -> str:
    items = "\n".join(
        f'<li><a href="{escape(teaser.path)}">{escape(teaser.title)}</a></li>' for teaser in teasers
    )
    return f"<ul>\n{items}\n</ul>"


def _body(blocks: Sequence[Block]) -> str:
    return "\n".join(
        f"<h2>{escape(block.text)}</h2>" if block.heading else f"<p>{escape(block.text)}</p>"
        for block in blocks
    )


def _json_ld(outlet: Outlet, url: str, article: Article) -> str:
    value = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "url": url,
        "headline": article.title,
        "description": article.summary,
        "articleSection": article.section,
        "inLanguage": article.language,
        "author": [{"@type": "Person", "name": article.author}],
        "datePublished": article.published.isoformat(),
        "dateModified": (article.modified or article.published).isoformat(),
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
    }
    # A "</" inside a script element would end it.
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
