"""Pages that hurt parsers: 42 of them, each small enough to be sent by anybody.

Every one holds the same short article where its markup allows it.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator

SENTENCE = "The ferry between the two islands will run again from Monday, the harbour said today. "
ARTICLE = (
    f"<article><h1>The ferry</h1>{''.join(f'<p>{SENTENCE}{n}.</p>' for n in range(12))}</article>"
)


def cases() -> Iterator[tuple[str, bytes]]:
    """Names and pages; the pages are made one by one: some are five megabytes."""
    yield from _deep()
    yield from _wide()
    yield from _large()
    yield from _broken()
    yield from _letters()


def page(body: str, head: str = "") -> bytes:
    html = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return html.encode("utf-8", "surrogatepass")


def _deep() -> Iterator[tuple[str, bytes]]:
    for tag, count in (("div", 4_900), ("div", 100_000), ("b", 50_000), ("span", 20_000)):
        closed = f"<{tag}>" * count + ARTICLE + f"</{tag}>" * count
        yield f"{count} {tag} in each other", page(closed)
    yield "100000 font never closed", page("<font>" * 100_000 + ARTICLE)
    yield "1000 tables in each other", page("<table><tr><td>" * 1_000 + ARTICLE)
    yield "2000 lists in each other", page("<ul><li>x" * 2_000 + ARTICLE)
    yield "3000 frames in each other", page("<iframe>" * 3_000 + "</iframe>" * 3_000 + ARTICLE)
    yield "2000 forms in each other", page("<form><p>x" * 2_000 + ARTICLE)


def _wide() -> Iterator[tuple[str, bytes]]:
    yield "1000000 empty elements", page("<b></b>" * 700_000 + ARTICLE)
    yield "1000000 line breaks", page(ARTICLE + "<br>" * 1_000_000)
    yield "line breaks with a word between", page(ARTICLE + "a<br><br>" * 200_000)
    yield "200000 links", page(ARTICLE + "<a href=/x>y</a> " * 200_000)
    yield "100000 paragraphs", page("<p>One more line.</p>" * 100_000 + ARTICLE)
    cells = "<tr>" + "<td>12</td>" * 200 + "</tr>"
    yield "a table of 400000 cells", page(ARTICLE + f"<table>{cells * 1_900}</table>")
    yield "20000 list items", page(ARTICLE + "<ul>" + "<li>Item number.</li>" * 20_000 + "</ul>")
    yield (
        "10000 classes",
        page(
            "".join(f"<div class='c{n} x{n}-y'>Text number {n}.</div>" for n in range(10_000))
            + ARTICLE
        ),
    )
    yield "50000 custom elements", page("<x-y>z</x-y>" * 50_000 + ARTICLE)
    yield "50000 headings", page("<h2>Head</h2>" * 50_000 + ARTICLE)


def _large() -> Iterator[tuple[str, bytes]]:
    yield "a script of 4 MB", page(f"<script>{'x=1;' * 1_000_000}</script>" + ARTICLE)
    yield "an attribute of 4 MB", page(f"<p title='{'x' * 4_000_000}'>x</p>" + ARTICLE)
    yield "an attribute of 200 KB", page(f"<p class='{'ab ' * 66_000}'>x</p>" + ARTICLE)
    yield "15000 attributes", page("<p " + "a{n}=1 ".join(map(str, range(15_000))) + ">" + ARTICLE)
    yield "one word of 3 MB", page(f"<p>{'x' * 3_000_000}</p>" + ARTICLE)
    yield "one paragraph of 3 MB", page(f"<p>{SENTENCE * 35_000}</p>")
    picture = base64.b64encode(bytes(1_500_000)).decode()
    yield "a picture in the text", page(f"<img src='data:image/png;base64,{picture}'>" + ARTICLE)
    yield "a picture as text", page(f"<p>{picture}</p>" + ARTICLE)
    body = json.dumps({"@type": "NewsArticle", "articleBody": SENTENCE * 20_000})
    yield "JSON-LD of 2 MB", page(ARTICLE, f"<script type='application/ld+json'>{body}</script>")
    deep = "[" * 100_000 + "]" * 100_000
    yield "deep JSON-LD", page(ARTICLE, f"<script type='application/ld+json'>{deep}</script>")
    yield "a title of 2 MB", page(ARTICLE, f"<title>{SENTENCE * 20_000}</title>")
    yield (
        "a description of 200 KB",
        page(ARTICLE, f"<meta property='og:description' content='{'a - ' * 50_000}'>"),
    )


def _broken() -> Iterator[tuple[str, bytes]]:
    yield "a comment that never ends", page(ARTICLE + "<!-- " + "x " * 100_000)
    yield "a script that never ends", page(ARTICLE + "<script>" + "x<p>y" * 100_000)
    yield "a tag that never ends", page(ARTICLE + "<a href='" + "x" * 100_000)
    yield "only ends of tags", page("</p></div></b>" * 50_000 + ARTICLE)
    yield "two bodies and a frameset", page(f"<frameset><frame></frameset><body>{ARTICLE}<body>")
    yield "entities without end", page("<p>" + "&amp;&#x41;&bogus;&#99999999;" * 50_000 + ARTICLE)


def _letters() -> Iterator[tuple[str, bytes]]:
    yield "NULs", page(ARTICLE).replace(b"ferry", b"fer\x00ry")
    yield "lone surrogates", page(ARTICLE + "<p>\ud800 \udfff</p>")
    yield (
        "UTF-16 that says it is UTF-8",
        page(ARTICLE, "<meta charset=utf-8>").decode().encode("utf-16"),
    )
    yield "bytes that are nothing", b"<html><body>" + bytes(range(128, 256)) * 4_000
    yield "compressed", gzip.compress(page(ARTICLE))
