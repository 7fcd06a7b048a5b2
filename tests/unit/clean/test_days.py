from __future__ import annotations

import pytest
from htmldate import find_date, utils
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import days, walk
from wireroom.clean.page import extract

URL = "https://www.island-post.example/news/ferry"
TITLE = "The ferry runs again"
TEXT = (
    "<p>The ferry between the two islands will run again from Monday, the harbour office said.</p>"
    "<p>It had stood still since a storm, when waves broke two beams of the northern pier.</p>"
    "<p>For the people of the smaller island that meant a detour of three hours by bus.</p>"
)


def shown(body: str, title: str | None = TITLE) -> str | None:
    found = days.shown(walk.blocks(LexborHTMLParser(f"<body>{body}</body>")), title)
    return found.at.date().isoformat() if found else None


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (f"<h1>{TITLE}</h1><p>Posted on 4 May 2024</p>{TEXT}", "2024-05-04"),
        (f"<p>May 4, 2024</p><h1>{TITLE}</h1>{TEXT}<p>May 9, 2024</p>", "2024-05-04"),
        (f"<p>1 May 2024</p><p>A</p><p>B</p><h1>{TITLE}</h1><p>4 May 2024</p>{TEXT}", "2024-05-04"),
        (f"<h1>The Post</h1><p>1 May 2024</p><p>{TITLE}</p><b>By A. B.</b>{TEXT}", "2024-05-01"),
        (f"<h1>{TITLE}</h1>{TEXT}", None),
        (f"<h1>{TITLE}</h1>{TEXT}<p>{'On 4 May 2024 it stood still. ' * 5}</p>", None),
        ("", None),
    ],
    ids=["behind", "above", "nearest", "not the first h1", "none", "a paragraph", "empty"],
)
def test_the_day_is_in_the_line_nearest_to_the_title(body: str, day: str | None) -> None:
    assert shown(body) == day


def test_the_calendar_of_a_site_and_the_days_of_comments_are_not_the_articles() -> None:
    assert shown(f"<p>Saturday, 4 May 2024</p><h1>{TITLE}</h1>{TEXT}") is None
    assert shown(f"<h1>{TITLE}</h1><p>Saturday, 4 May 2024</p>{TEXT}") == "2024-05-04"
    assert shown(f"<h1>{TITLE}</h1>{TEXT}<li class='comment'><p>4 May 2024</p></li>") is None


def test_without_a_title_the_first_heading_is_meant() -> None:
    assert shown(f"<p>1 May 2024</p>{TEXT}<h1>{TITLE}</h1><p>4 May 2024</p>", None) == "2024-05-04"


def test_a_page_says_where_its_day_is_from() -> None:
    body = f"<h1>{TITLE}</h1>{TEXT}<p>Last edited: 4 May 2024</p>"
    found = extract(f"<html><body>{body}</body></html>".encode(), URL)
    assert found.published_at is not None
    assert found.published_at.date().isoformat() == "2024-05-04"
    assert found.provenance["published_at"] == "text"


def test_a_page_that_looks_like_an_address_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(utils, "fetch_url", asked.append)
    page = "http://169.254.169.254/latest/meta-data<p>"
    assert extract(page.encode(), URL).published_at is None
    assert asked == []
    with pytest.raises(ValueError, match="couldn't be processed"):
        find_date(page)  # what a string would do
    assert asked == [page]
