"""What the words mean that clean gives for what is not in an article: rules, and causes."""

from __future__ import annotations

_MEANINGS = {
    # Rules that take spans out of a text.
    "trailer.source": "the line that names the source",
    "trailer.author": "the line that names the author, or has a place for one",
    "trailer.date": "the line that says when it was published",
    "trailer.updated": "the line that says when it was changed",
    "trailer.tags": "the line of keywords",
    "trailer.also": "a pointer to another article",
    "trailer.photo": "the credit of a picture",
    "trailer.rights": "who has the rights",
    "trailer.social": "an invitation to follow or share",
    "trailer.newsletter": "an invitation to subscribe",
    "trailer.appeared": "where it appeared first",
    "trailer.credit": "who worked on it",
    "page_date": "a day or an hour of the page, not of the article",
    "list.head": "what stands above a list of other articles",
    "list.headline": "a headline of another article",
    "agency.dateline": "place and agency before the first sentence",
    "agency.credit": "the agency's mark behind the last sentence",
    # Causes for which blocks of a page are left out.
    "title": "says the title again",
    "double": "says again what stands above",
    "data": "letters, but no words",
    "links": "links alone",
    "unlikely": "nothing about it says article",
    "related": "points to other articles",
    "subscribe": "asks to subscribe or log in",
    "share": "asks to share or follow",
    "credit": "credits a picture or an agency",
    "rights": "who has the rights",
    "consent": "asks for consent, or speaks of cookies",
    "byline": "who wrote it, and when",
    "advertising": "advertises",
    "ad": "advertises",
    "comments": "comments of readers",
    "comment": "comments of readers",
    "tags": "keywords",
    "contact": "about the author or the paper",
    "bio": "about the author",
    "more": "asks to read on elsewhere",
    "menu": "menus and what frames the page",
    "hidden": "not shown until somebody asks",
    "disclosure": "a note about the article",
    "caption": "belongs to a picture or a player",
    "meta": "facts about the article",
    "aside": "stands beside the article",
    "footer": "stands below the page",
    "header": "stands above the page",
    "nav": "a menu",
    "form": "something to fill in",
}


def meaning(word: str) -> str:
    """In a few words of English; empty for a word that is not known here."""
    return _MEANINGS.get(word, "")


def known() -> frozenset[str]:
    """Every word that has a meaning here."""
    return frozenset(_MEANINGS)
