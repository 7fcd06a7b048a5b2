from __future__ import annotations

import pytest

from wireroom.fetch.home import went_home

PAPER = "https://paper.test"
STORY = f"{PAPER}/politics/europe/2026/03/harbour-opens-again-today"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (STORY, f"{PAPER}/"),
        (STORY, "https://www.paper.test"),
        (STORY, "https://other.test/"),
        (STORY, f"{PAPER}/en"),
        (STORY, f"{PAPER}/de-AT/"),
        (STORY, f"{PAPER}/index.html"),
        (STORY, f"{PAPER}/en/home"),
        (STORY, f"{PAPER}/politics"),
        (STORY, f"{PAPER}/politics/"),
        (STORY, "https://www.paper.test/politics/europe/"),
        (f"{PAPER}/sport/4711.html", f"{PAPER}/sport/"),
        (f"{PAPER}/local_news/the-mayor-goes-home", f"{PAPER}/local_news"),
        ("https://short.test/x1", f"{PAPER}/"),
    ],
)
def test_a_front_page_in_place_of_a_story_is_seen(start: str, end: str) -> None:
    assert went_home(start, (start,), end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (STORY, f"{PAPER}/?p=5"),  # a story by its number
        (STORY, f"{PAPER}/politics?id=5"),
        (STORY, f"{PAPER}/sport/"),  # no folder above it
        (STORY, f"{PAPER}/politics/europe/2026"),  # deeper than sections are
        (STORY, "https://other.test/politics"),  # another site's
        (PAPER, "https://www.paper.test/"),  # the front page was asked for
        (f"{PAPER}/en/", f"{PAPER}/"),
        (f"{PAPER}/harbour/amp", f"{PAPER}/harbour"),
        (f"{PAPER}/harbour/print", f"{PAPER}/harbour"),
        (f"{PAPER}/article/4711/harbour", f"{PAPER}/article/4711"),
        (f"{PAPER}/harbour-opens-again-today/2026", f"{PAPER}/harbour-opens-again-today"),
        (f"{PAPER}/about/team", f"{PAPER}/about"),
        (STORY, f"{STORY}/"),
        (STORY, f"{PAPER}/politics/harbour-opens-again-today"),
    ],
)
def test_what_may_still_be_the_story_goes_on(start: str, end: str) -> None:
    assert not went_home(start, (start,), end)


def test_without_a_redirect_nobody_went_anywhere() -> None:
    assert not went_home(STORY, (), f"{PAPER}/")
