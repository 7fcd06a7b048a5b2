from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from wireroom.clean.extracted import Extracted, Headline, LeftOut, Part, Removed
from wireroom.clean.handler import Run, handle
from wireroom.clean.reasons import NoArticle, Refused
from wireroom.events import ArticleCleaned, ArticleFetched, Hint, Submission
from wireroom.runtime import Drop, Outcome, Permanent

NOW = datetime(2025, 2, 8, 10, 20, tzinfo=UTC)
URL = "https://a.example/1"


def event(**changes: object) -> ArticleFetched:
    fields: dict[str, object] = {
        "article_id": UUID(int=1),
        "submission": Submission(url=URL),
        "hint": Hint(),
        "fetched_at": NOW,
        "html": b"packed",
        "versions": {"fetch": "1"},
    }
    return ArticleFetched.model_validate({**fields, **changes})


def answering(answer: object) -> Run:
    async def run(html: bytes | None, text: str | None, url: str, kind: str | None) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return run


def cleaned(outcome: Outcome) -> ArticleCleaned:
    assert not isinstance(outcome, Drop)
    (only,) = outcome
    assert isinstance(only, ArticleCleaned)
    return only


async def test_an_article_travels_on_with_all_that_is_known() -> None:
    found = Extracted(
        text="A body.",
        title="A title",
        headlines=(Headline("Another", "en"),),
        removed=(Removed("page_date", 3, 4),),
        provenance={"title": "h1"},
    )
    result = cleaned(await handle(event(), run=answering(found)))
    assert result.article_id == UUID(int=1)
    assert result.article.title == "A title"
    assert result.article.headlines[0].text == "Another"
    assert result.article.removed[0].at == 3
    assert set(result.versions) == {"fetch", "clean", "clean.model"}


async def test_hints_fill_only_what_is_missing() -> None:
    hint = Hint(title="Hinted", authors=("Ann",), published_at=NOW, language="en", source="Post")
    found = Extracted(text="A body.", title="Own", source="a.example", provenance={"source": "url"})
    article = cleaned(await handle(event(hint=hint), run=answering(found))).article
    assert article.title == "Own"
    assert article.authors == ("Ann",)
    assert article.published_at == NOW
    assert article.source == "Post"
    assert article.provenance["authors"] == article.provenance["source"] == "hint"
    assert "title" not in article.provenance


@pytest.mark.parametrize(
    ("ahead", "believed"), [(timedelta(hours=24), True), (timedelta(hours=25), False)]
)
async def test_a_time_more_than_a_day_ahead_is_not_believed(
    ahead: timedelta, believed: bool
) -> None:
    found = Extracted(
        text="A body.", published_at=NOW + ahead, provenance={"published_at": "trailer"}
    )
    article = cleaned(await handle(event(), run=answering(found))).article
    assert (article.published_at == NOW + ahead) is believed
    assert ("published_at" in article.provenance) is believed


async def test_every_address_met_on_the_way_is_kept_once() -> None:
    found = Extracted(text="A body.", canonical_url="https://a.example/c", aliases=("amp", URL))
    fetched = event(final_url="https://a.example/2", aliases=("hop", "https://a.example/c"))
    article = cleaned(await handle(fetched, run=answering(found))).article
    assert article.aliases == ("hop", "https://a.example/2", "amp")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (NoArticle("paywall", "a page for subscribers"), "paywall"),
        (Refused("not_html", "a page for subscribers"), "not_html"),
        (Refused("empty_page", "a page for subscribers"), "empty_page"),
    ],
)
async def test_what_is_no_article_ends_here_and_says_why(answer: object, reason: str) -> None:
    dropped = await handle(event(), run=answering(answer))
    assert dropped == Drop(reason, "a page for subscribers")


async def test_what_the_lines_are_and_what_was_left_out_travels_on() -> None:
    found = Extracted(
        text="One\nTwo\nThree\nFour",
        blocks=(
            *(Part("paragraph", "One"), Part("paragraph", "Two")),
            *(Part("heading", "Three", 2), Part("paragraph", "Four")),
        ),
        left_out=(LeftOut("links", "Home World", 300, 0.25),),
        left_out_more=7,
        body_missing="paywall",
    )
    article = cleaned(await handle(event(), run=answering(found))).article
    assert [(b.kind, b.level, b.lines) for b in article.blocks] == [
        ("paragraph", 0, 2),
        ("heading", 2, 1),
        ("paragraph", 0, 1),
    ]
    assert sum(block.lines for block in article.blocks) == len(article.text.split("\n"))
    assert article.left_out[0].model_dump() == {
        "cause": "links", "start": "Home World", "length": 300, "score": 0.25,
    }  # fmt: skip
    assert (article.left_out_more, article.body_missing) == (7, "paywall")


async def test_a_dangerous_page_is_a_dead_letter() -> None:
    with pytest.raises(Permanent, match="too_deep"):
        await handle(event(), run=answering(Refused("too_deep")))
