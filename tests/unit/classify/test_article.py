"""One article through all of it, and the event that follows."""

from __future__ import annotations

from time import process_time
from uuid import UUID

import pytest

from wireroom.classify import Settings
from wireroom.classify.article import Classified, classify, warm
from wireroom.classify.handler import SENT_CHARS, handler
from wireroom.events import Article, ArticleClassified, ArticleCleaned, Submission

TITLE = "Late goal sends City into the final"
TEXT = "The striker scored in extra time. The coach praised his team after the match."


def cleaned(text: str = TEXT, title: str | None = TITLE, hint: str | None = None) -> ArticleCleaned:
    return ArticleCleaned(
        article_id=UUID(int=7),
        submission=Submission(url="https://example.org/final", probe=True),
        article=Article(title=title, text=text, language_hint=hint),
        versions={"fetch": "1", "clean": "2"},
    )


async def here(title: str | None, text: str, language_hint: str | None) -> Classified:
    return classify(title, text, language_hint)


async def result(event: ArticleCleaned) -> ArticleClassified:
    outcome = await handler(here, {"classify": "3", "lexicon": "abc"})(event)
    assert isinstance(outcome, list)
    [only] = outcome
    assert isinstance(only, ArticleClassified)
    return only


async def test_the_event_carries_what_came_in_and_what_was_found() -> None:
    event = cleaned()
    out = await result(event)
    assert (out.article_id, out.submission, out.article) == (
        event.article_id, event.submission, event.article,
    )  # fmt: skip
    assert (out.language, out.language_source) == ("en", "text")
    assert out.subjects[0].uri == "medtop:15000000"
    assert out.subjects_missing is None
    assert out.keyphrases
    assert out.versions == {"fetch": "1", "clean": "2", "classify": "3", "lexicon": "abc"}


async def test_the_event_names_three_subjects_at_most_where_classify_knows_more() -> None:
    text = f"{TEXT} The minister, the bank, the hospital, the police, the school and the army came."
    assert len(classify(TITLE, text, None).subjects) > 3
    assert len((await result(cleaned(text))).subjects) <= 3


async def test_junk_has_neither_language_nor_subjects_and_says_so() -> None:
    out = await result(cleaned("12345 67890", None, "en"))
    assert (out.language, out.language_confidence) == ("und", 0.0)
    assert (out.subjects, out.subjects_missing) == ((), "unsupported_language")


async def test_an_article_without_title_is_classified() -> None:
    assert (await result(cleaned(title=None))).subjects[0].uri == "medtop:15000000"


async def test_a_long_text_travels_only_as_far_as_it_is_read() -> None:
    seen: list[int] = []

    async def run(title: str | None, text: str, language_hint: str | None) -> Classified:
        seen.append(len(text))
        return classify(title, text, language_hint)

    event = cleaned(TEXT * 1000)
    outcome = await handler(run, {})(event)
    assert seen == [SENT_CHARS]
    assert isinstance(outcome, list)
    assert outcome[0].article == event.article


def test_a_title_that_is_a_decoy_does_not_beat_the_text() -> None:
    text = (
        "The hospital treated forty patients. Doctors said the virus spreads fast and a vaccine "
        "is needed; nurses worked through the night, and the health ministry sent medicine."
    )
    assert classify("A goal for all", text, None).subjects[0].uri == "medtop:07000000"


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "x@" * 25_000, "<" * 50_000, "l'" * 25_000, "İ" * 9_000, "goal" * 9_000]
)
def test_endless_words_take_no_time_and_are_neither_phrase_nor_evidence(text: str) -> None:
    warm()
    before = process_time()
    found = classify(None, text, "en")
    assert process_time() - before < 0.2
    assert found.keyphrases == ()
    assert all(len(word) <= 80 for topic in found.subjects for word in topic.evidence)


def test_settings_refuse_a_try_that_leaves_no_time_for_a_second() -> None:
    assert Settings().processes == 1
    with pytest.raises(ValueError, match="wall_seconds"):
        Settings(wall_seconds=6)
