"""What clean counts of each page and text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from wireroom.clean.extracted import Extracted, LeftOut
from wireroom.clean.handler import handle
from wireroom.clean.metrics import CleanMetrics
from wireroom.clean.reasons import NoArticle
from wireroom.clean.work import run
from wireroom.events import ArticleFetched, Hint, Submission

NOW = datetime(2026, 3, 5, tzinfo=UTC)
WHOLE = Extracted(
    text="A body.", title="A title", authors=("Ann",), published_at=NOW, provenance={"text": "dom"}
)


class Counted:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.metrics = CleanMetrics(self.registry)

    def __call__(self, name: str, kind: str | None = None) -> float:
        labels = {} if kind is None else {"kind": kind}
        return self.registry.get_sample_value(f"wireroom_clean_{name}", labels) or 0.0


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.mark.parametrize(
    ("source", "kind"),
    [("dom", "dom"), ("fallback", "fallback"), ("jsonld", "jsonld"), ("text", "syndicated")],
)
def test_articles_are_counted_by_where_the_body_came_from(
    counted: Counted, source: str, kind: str
) -> None:
    counted.metrics.seen(replace(WHOLE, provenance={"text": source}))
    assert counted("bodies_total", kind) == 1
    assert counted("kinds_total", "article") == counted("text_chars_count") == 1


def test_what_is_no_article_has_no_body_and_nothing_else(counted: Counted) -> None:
    counted.metrics.seen(NoArticle("paywall", "a page for subscribers"))
    assert counted("bodies_total", "none") == 1
    assert counted("text_chars_count") == 0


def test_what_a_page_lacks_is_counted_and_what_a_text_lacks_is_not(counted: Counted) -> None:
    counted.metrics.seen(WHOLE)
    bare = Extracted(text="", body_missing="paywall", provenance={"text": "dom"})
    counted.metrics.seen(bare)
    counted.metrics.seen(replace(bare, provenance={"text": "text"}))
    lacks = [counted("missing_total", name) for name in ("title", "authors", "date", "body")]
    assert lacks == [1, 1, 1, 1]


def test_blocks_left_out_are_counted_by_cause(counted: Counted) -> None:
    gone = (LeftOut("links", "a", 30, 0.0), LeftOut("menu", "b", 30, 0.1))
    counted.metrics.seen(replace(WHOLE, left_out=(*gone, gone[0]), kind="video"))
    assert (counted("left_out_total", "links"), counted("left_out_total", "menu")) == (2, 1)
    assert counted("kinds_total", "video") == 1


GERMAN = (
    "Die Fähre zwischen den beiden Inseln fährt ab Montag wieder, teilte das Hafenamt mit. " * 4
)


@pytest.mark.parametrize(
    ("said", "conflict"), [("de-DE", 0), ("en", 1), ("not a language", 0), (None, 0)]
)
def test_a_page_that_is_wrong_about_its_language_is_counted(
    counted: Counted, said: str | None, conflict: int
) -> None:
    lang = f' lang="{said}"' if said else ""
    page = f"<!doctype html><html{lang}><body><article><p>{GERMAN}</p></article></body></html>"
    found = run(None, page, "https://a.example/1", None)
    counted.metrics.seen(found)
    assert counted("language_conflicts_total") == conflict


@pytest.mark.parametrize(("probe", "seen"), [(False, 1), (True, 0)])
async def test_probes_are_not_counted(counted: Counted, probe: bool, seen: int) -> None:
    async def answer(html: bytes | None, text: str | None, url: str, kind: str | None) -> object:
        return WHOLE

    event = ArticleFetched(
        article_id=UUID(int=1),
        submission=Submission(url="https://a.example/1", probe=probe),
        hint=Hint(title="what a sender knows does not count"),
        fetched_at=NOW,
        html=b"packed",
    )
    await handle(event, run=answer, seen=counted.metrics.seen)
    assert counted("bodies_total", "dom") == seen
