"""An account of how an article came out of its content: what it was before, and what is in it now.

The same steps as ``work.run`` takes, but nothing is thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wireroom.clean import absent, fragment, page, syndicated
from wireroom.clean.extracted import Extracted
from wireroom.clean.reasons import NoArticle

Form: TypeAlias = Literal["page", "text", "fragment"]
FEWEST_LETTERS = 20  # of a text handed in; whoever sends it says that it is an article


@dataclass(frozen=True, slots=True)
class Account:
    """``before``: the text in which offsets of ``removed`` count: of a page, its body.

    ``none``: why there is no article, although ``extracted`` is what was found.
    """

    form: Form
    extracted: Extracted
    before: str
    none: NoArticle | None


def of_page(html: bytes, url: str, declared: str | None = None) -> Account:
    """Of a page; ``declared``: its charset. Raises ``Refused`` for what the gate keeps out."""
    found = page.read(html, url, declared)
    none = absent.why(found.extracted, url, is_story=found.is_story)
    return Account("page", found.extracted, found.before, none)


def of_text(text: str, url: str) -> Account:
    """Of a text as it was handed in: plain, a fragment of markup, or a whole page."""
    if fragment.is_page(text):
        found = page.read(text.encode("utf-8", "replace"), url)
        return _told("page", found.extracted, found.before)
    if fragment.is_markup(text):
        plain = fragment.plain(text)
        return _told("fragment", syndicated.parse(plain), plain)
    return _told("text", syndicated.parse(text), text)


def _told(form: Form, extracted: Extracted, before: str) -> Account:
    is_one = sum(map(str.isalpha, extracted.text)) >= FEWEST_LETTERS
    return Account(form, extracted, before, None if is_one else absent.too_short(extracted))


def breaks(account: Account) -> Iterator[int]:
    """Offsets in ``before`` at which paragraphs begin that stood in one line with the last."""
    end = 0
    for line in account.extracted.text.split("\n"):
        start = account.before.find(line, end)
        if start < 0:
            return
        gap = account.before[end:start]
        if end and "\n" not in gap and not gap.strip():
            yield start
        end = start + len(line)
