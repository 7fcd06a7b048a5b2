"""Language, topics and keyphrases of one article. Pure; about 2 ms for 500 words."""

from __future__ import annotations

from dataclasses import dataclass

from wireroom.classify import keyphrases, topics
from wireroom.classify.keyphrases import Phrase
from wireroom.classify.topics import Missing, Topic
from wireroom.language import Source, identify

LEAD_CHARS = 1000
"""More than enough beginning for the language, also where markup and addresses are blanked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What was found out about an article.

    ``subjects``: all with any evidence, best first; ``topics.printed`` cuts them.
    ``subjects_missing``: why there are none.
    """

    language: str
    language_confidence: float
    language_source: Source
    subjects: tuple[Topic, ...]
    subjects_missing: Missing | None
    keyphrases: tuple[Phrase, ...]


def classify(title: str | None, text: str, language_hint: str | None) -> Classified:
    """Read an article. ``language_hint``: what the page or the sender says, in any form."""
    language = identify(f"{title or ''}\n{text[:LEAD_CHARS]}", language_hint)
    found, missing = topics.find(language.code, title, text)
    return Classified(
        language=language.code,
        language_confidence=language.confidence,
        language_source=language.source,
        subjects=found,
        subjects_missing=missing,
        keyphrases=keyphrases.extract(title, text, language.code),
    )


def warm() -> None:
    """Load what the first article would wait for: the language model, stop words, a list."""
    classify("The minister resigns", "The government accepts the resignation of a minister.", None)
