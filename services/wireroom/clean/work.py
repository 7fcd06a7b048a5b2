"""What runs in the worker processes: content in, article out. Only they import this module."""

from __future__ import annotations

import sys
from dataclasses import replace

from wireroom import urls
from wireroom.clean import account, gate, page
from wireroom.clean.extracted import Extracted
from wireroom.clean.reasons import NoArticle, Refused
from wireroom.language import UNDETERMINED, identify, language_of
from wireroom.web.headers import charset

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEARD = 300  # characters from which the language is heard: half of what classify takes
CLEARLY = 0.9  # probability; below it nobody says that a page is wrong about itself

_WARM_PAGE = b"""<!doctype html><html lang="en"><head><title>A page to warm up with</title>
<link rel="canonical" href="https://example.org/2020/01/02/warm"></head>
<body><article><h1>A page to warm up with</h1><p>The first page costs more than the others,
because parsers and models are loaded then.</p></article></body></html>"""
_WARM_TEXT = """The first text costs more than the others, because its rules are loaded then.

Source link : https://example.com/2020/01/02/warm
Author :
Publish date : 2020-01-02 10:00:00
Copyright for syndicated content belongs to the linked Source.
"""


def run(
    html: bytes | None, text: str | None, url: str, content_type: str | None
) -> Extracted | NoArticle:
    """The article in ``text``, else in ``html`` (compressed with zstd).

    Raises ``Refused`` for what the gate keeps out.
    """
    if text is not None:
        found = _of_text(text, url)
    else:
        found = page.article(unpacked(html or b""), url, charset(content_type or ""))
    return found if isinstance(found, NoArticle) else _compared(found)


def warm() -> None:
    """Load what is loaded on first use, so that no article pays for it."""
    page.extract(_WARM_PAGE, "https://example.com/2020/01/02/warm")
    account.of_text(_WARM_TEXT, "")
    identify("The model is loaded with the first text that it sees.")


def unpacked(html: bytes) -> bytes:
    """The page; of a bomb only as much as the gate needs to refuse it. Raises ``Refused``."""
    try:
        return zstd.ZstdDecompressor().decompress(html, gate.LARGEST_PAGE + 1)
    except zstd.ZstdError as error:
        raise Refused("html_not_zstd", str(error)) from error


def _of_text(text: str, url: str) -> Extracted | NoArticle:
    found = account.of_text(text, url)
    if found.none is not None:
        return found.none
    extracted = found.extracted
    if found.form == "fragment":  # offsets into the text between the tags would point nowhere
        extracted = replace(extracted, removed=())
    return extracted if extracted.source else _with_host(extracted, url)


def _compared(extracted: Extracted) -> Extracted:
    """The article, with whether its page is right about its language."""
    said = language_of(extracted.language_hint)
    if said is None:
        return extracted
    heard = identify(extracted.text[:HEARD])
    is_other = heard.code not in (said, UNDETERMINED) and heard.confidence >= CLEARLY
    return replace(extracted, language_conflict=is_other)


def _with_host(extracted: Extracted, url: str) -> Extracted:
    try:
        source = urls.host(url).removeprefix("www.")
    except ValueError:
        return extracted
    return replace(extracted, source=source, provenance={**extracted.provenance, "source": "url"})
