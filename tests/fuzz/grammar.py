"""Strategies: pages, heads, JSON-LD and wire texts, made of the words that our rules look for.

Everything is put together from short pieces, and some of it is repeated up to ``LONGEST``
characters: what costs more than its length shows only in what is long.
"""

from __future__ import annotations

import json

from hypothesis import strategies as st

from wireroom.clean.bylines import _META
from wireroom.clean.labels import table
from wireroom.clean.moments import _MODIFIED, _PUBLISHED

LONGEST = 200_000  # characters of an input that is a repeated piece
MOST_PIECES = 40

_LETTERS = "aeinrst AEINRST"
_SCRIPTS = "Ωмжיאبمرहা中文かなカ한글İıßſﬁ"
_SIGNS = ".!?…:;,-–—“”»«„'\"()[]{}<>&|/\\@#*•©™%€$°。！？、؟।【】「」"
_ODD = "\x00\x08\x0b\x1b\x7f\x85\xa0\xad\u0301\u200b\u200d\u200f\u202e\u2028\ufeff\ufffd\U0001f6a2"
_LONE = "\ud800\udbff\udc00\udfff"

chars = st.sampled_from(_LETTERS * 4 + _SCRIPTS + _SIGNS + _ODD + "0123456789\n\t" + _LONE)
scraps = st.text(chars, max_size=12)
sentences = st.sampled_from(
    [
        "The ferry between the two islands will run again from Monday, the harbour office said.",
        "Die Fähre fährt ab Montag wieder, teilte das Hafenamt am 5. März 2026 mit.",
        "渡轮周一恢复运行，港务局说。", "قالت هيئة الميناء إن العبارة ستعود يوم الاثنين.",
        "Паром снова пойдёт в понедельник, сообщил порт.", "“It was cold,” she said.It rained.",
        "In the harbourThe ships lie still", "A heading without a stop", "U.S. ships of S.p.A. ltd",
    ]
)  # fmt: skip
dates = st.sampled_from(
    [
        "2026-03-05T10:20:00+01:00", "2026-13-45", "20260305", "5 March 2026", "05.03.2026 10:20",
        "2026年3月5日 10時20分", "1772702400", "٥ مارس ٢٠٢٦", "02/03/2025", "9999-99-99T99:99+99:99",
        "Thu, 05 Mar 2026 10:20:00 +9999", "0001-01-01T00:00:00+14:00", "March", "2026-03-05 24:00",
    ]
)  # fmt: skip
names = st.sampled_from(
    [
        "Ann Lee", "By Ann Lee and Bo Dahl", "Von Jan Abel", "Reuters Staff", "王小明", "홍길동 기자",
        "Redaktion", "@annlee", "ann-lee", "https://a.example/ann", "Ann Lee, Islands correspondent",
        "<b>Ann</b> Lee", "&lt;i&gt;", "A" * 300, "Ann Lee; " * 40, "A long word " * 200,
    ]
)  # fmt: skip
urls = st.sampled_from(
    [
        "https://www.gazette.example/2026/03/05/ferry", "https://gazette.example/ferry?utm_source=a",
        "/amp/ferry", "", "nonsense", "http://[", "https://é.example/", "javascript:x", "//", "?", "#!x",
        "https://gazette.example:99999/a", "http://127.1/a", "https://other.example/ferry",
    ]
)  # fmt: skip
values = names | dates | urls | sentences | scraps

signs = st.sampled_from(_SIGNS + _ODD)
pieces = scraps | sentences | dates | names | signs


@st.composite
def long(draw: st.DrawFn, parts: st.SearchStrategy[str]) -> str:
    """A few pieces in a row, now and then one of them very often."""
    found = draw(st.lists(parts, max_size=MOST_PIECES))
    if found and draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(found) - 1))
        times = draw(st.sampled_from([10, 100, 1_000, 10_000, 100_000]))
        once = found[place] or " "
        found[place] = once * max(1, min(times, LONGEST // len(once)))
    return draw(st.sampled_from(["", " ", "\n"])).join(found)


# --- pages

_TAGS_WORDS = """
    p div span h1 h2 a b article main section aside footer nav header figure figcaption ul li table
    tr td time blockquote pre br hr script style svg template iframe form body html head
"""
_TAGS = st.sampled_from(_TAGS_WORDS.split())
_NAMES_WORDS = """
    class id itemprop rel property datetime href content name lang style hidden pubdate
"""
_NAMES = st.sampled_from(_NAMES_WORDS.split())
_MARKS_WORDS = """
    author byline date published updated datePublished related comment headline articleBody hidden
    newsletter display:none meta-author vcard fn name cookie-consent share
"""
_MARKS = st.sampled_from(_MARKS_WORDS.split())
_RAW = st.sampled_from(
    [
        "<!--", "-->", "]]>", "<![CDATA[", "<!doctype html>", "<", ">", "</", "&amp;", "&#x110000;",
        "&#0;", "<script>", "</script>", "<style>", "<p", "\"'", "<svg><title>", "</div>" * 5,
        '<meta charset="unicode_escape">', "<meta charset=utf-16>", "<plaintext>", "<title>",
    ]
)  # fmt: skip
_META_NAMES = st.sampled_from(
    [
        *_META, *_PUBLISHED, *_MODIFIED, "og:title", "twitter:title", "og:site_name", "og:url",
        "og:image", "og:locale", "og:type", "keywords", "article:tag", "robots", "twitter:label1",
        "twitter:data1", "dc.rights", "article:section", "content-language", "og:description",
    ]
)  # fmt: skip


def _quoted(value: str) -> str:
    return value.replace('"', "&quot;")


attributes = st.builds(
    lambda name, value: f'{name}="{_quoted(value)}"', _NAMES, _MARKS | dates | urls | scraps
)
opened = st.builds(
    lambda tag, given: f"<{' '.join([tag, *given])}>", _TAGS, st.lists(attributes, max_size=3)
)
closed = st.builds(lambda tag: f"</{tag}>", _TAGS)
elements = st.builds(lambda start, text, tag: f"{start}{text}</{tag}>", opened, pieces, _TAGS)
metas = st.builds(
    lambda key, name, value: f'<meta {key}="{name}" content="{_quoted(value)}">',
    st.sampled_from(["name", "property", "itemprop"]), _META_NAMES, values,
)  # fmt: skip
links = st.builds(
    lambda rel, url: f'<link rel="{rel}" href="{_quoted(url)}">',
    st.sampled_from(["canonical", "amphtml", "license", "canonical amphtml"]), urls,
)  # fmt: skip
bases = st.builds(lambda url: f'<base href="{url}">', urls)
titles = st.builds(
    lambda tag, a, b: f"<{tag}>{a} | {b}</{tag}>", st.sampled_from(["title", "h1"]), pieces, pieces
)

# --- JSON-LD

_KEYS_WORDS = """
    @type @id @graph author creator name headline datePublished dateModified dateCreated publisher image
    keywords articleSection isAccessibleForFree license inLanguage articleBody @value url mainEntityOfPage
"""
keys = st.sampled_from(_KEYS_WORDS.split())
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | values
    | st.sampled_from(["NewsArticle", "Person", "Organization", "WebSite", "#a", "LiveBlogPosting", "2026-03-05"])
)  # fmt: skip
shapes = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=30,
)


def _script(shape: object, before: str, after: str, cut: int) -> str:
    told = json.dumps(shape).replace("</", "<\\/")
    return f'<script type="application/ld+json">{before}{told[: cut or None]}{after}</script>'


json_lds = st.builds(
    _script,
    shapes
    | st.builds(
        lambda node: {**node, "@type": "NewsArticle"}, st.dictionaries(keys, shapes, max_size=6)
    ),
    st.sampled_from(["", "", "", "<!--", "//<![CDATA[", "["]),
    st.sampled_from(["", "", "", "-->", "//]]>", ";"]),
    st.sampled_from([0, 0, 0, -1, -5]),
)

floods = st.builds(
    lambda tag, times: f"<{tag}{''.join(f' a{number}' for number in range(times))}>",
    _TAGS, st.sampled_from([1, 100, 20_000]),
)  # fmt: skip
markup = (
    elements | opened | closed | pieces | _RAW | metas | links | bases | titles | json_lds | floods
)
pages = long(markup)


def _in_bytes(page: str, charset: str) -> bytes:
    return page.encode(charset, "replace" if charset != "utf-8" else "surrogatepass")


bodies = st.builds(
    _in_bytes,
    pages,
    st.sampled_from(["utf-8"] * 5 + ["utf-16", "cp1251", "shift_jis", "latin-1", "gb18030"]),
) | st.binary(max_size=200)
declared = st.sampled_from(
    [
        None,
        None,
        "utf-8",
        "windows-1251",
        "unicode_escape",
        "utf-7",
        "hex",
        "idna",
        "",
        "\x00",
        "koi8-r",
    ]
)

# --- wire texts

_LABELS = st.sampled_from([*sorted(table().before_colon), *sorted(table().heads)])
_HEADS = st.sampled_from(sorted({head for heads in table().starts.values() for head in heads}))
lines = st.builds(
    lambda label, colon, value: f"{label}{colon}{value}",
    _LABELS | _HEADS | st.builds(str.title, _LABELS),
    st.sampled_from([": ", ":", " : ", "：", " "]),
    values,
)
bracketed = st.builds("({})".format, st.text(st.sampled_from("ab. "), min_size=1, max_size=50))
agencies = bracketed | st.sampled_from(
    ["PARIS (AFP) – ", "(Reuters)", "- dpa", "【新华社】", "(((AP) –", "/PRNewswire/ --"]
)
bullets = st.builds(lambda sign, text: f"{sign} {text}\n", st.sampled_from("-•*▪"), pieces)
texts = long(lines | agencies | bullets | pieces | st.sampled_from(["\n", "\r\n", "\n\n", "\x85"]))
