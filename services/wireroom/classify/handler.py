"""From a cleaned article to a classified one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from wireroom.classify.article import Classified
from wireroom.classify.topics import printed
from wireroom.events import ArticleClassified, ArticleCleaned, Keyphrase, Subject
from wireroom.runtime import Outcome

Run: TypeAlias = Callable[[str | None, str, str | None], Awaitable[Classified]]
"""``classify.article.classify``, wherever it runs."""

SENT_CHARS = 12_000
"""What is read of a text; no more of it travels to another process."""


def handler(
    run: Run, versions: Mapping[str, str]
) -> Callable[[ArticleCleaned], Awaitable[Outcome]]:
    """A handler that has ``run`` do the work and signs with ``versions``."""

    async def handle(event: ArticleCleaned) -> Outcome:
        article = event.article
        found = await run(article.title, article.text[:SENT_CHARS], article.language_hint)
        return [classified(event, found, versions)]

    return handle


def classified(
    event: ArticleCleaned, found: Classified, versions: Mapping[str, str]
) -> ArticleClassified:
    """The event that follows. Of the subjects only those worth naming are in it."""
    return ArticleClassified(
        article_id=event.article_id,
        submission=event.submission,
        article=event.article,
        language=found.language,
        language_confidence=found.language_confidence,
        language_source=found.language_source,
        subjects=tuple(
            Subject(uri=t.uri, name=t.name, confidence=t.confidence, evidence=t.evidence)
            for t in printed(found.subjects)
        ),
        subjects_missing=found.subjects_missing,
        keyphrases=tuple(Keyphrase(text=p.text, score=p.score) for p in found.keyphrases),
        signals=event.signals,
        validators=event.validators,
        versions={**event.versions, **versions},
    )
