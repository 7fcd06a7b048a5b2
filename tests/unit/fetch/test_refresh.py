from __future__ import annotations

import pytest

from wireroom.fetch.refresh import target
from wireroom.web.client import Page

URL = "https://paper.test/a/b"


def sent_to(head: str) -> str | None:
    return target(Page(URL, 200, {}, f"<!doctype html><head>{head}</head><p>Moved.".encode()))


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ('<meta http-equiv="refresh" content="0; url=https://paper.test/c">', "https://paper.test/c"),
        ("<meta http-equiv=refresh content='0;URL=/c'>", "https://paper.test/c"),
        ('<META CONTENT="5; URL=c" HTTP-EQUIV="Refresh">', "https://paper.test/a/c"),
        ("""<meta http-equiv="refresh" content="1;url='/c?x=1&amp;y=2'">""",
         "https://paper.test/c?x=1&y=2"),
        ('<meta http-equiv="refresh" content="0.5, /c"/>', "https://paper.test/c"),
        ('<base href="https://paper.test/d/"><meta http-equiv="refresh" content="0;url=e">',
         "https://paper.test/d/e"),
        ('<meta name=x content="refresh"><meta http-equiv="refresh" content="0;url=/c">',
         "https://paper.test/c"),
        ('<meta http-equiv="refresh" content="0; url=file:///etc/passwd">', "file:///etc/passwd"),
    ],
)  # fmt: skip
def test_a_page_that_sends_its_reader_on_says_where(head: str, place: str) -> None:
    assert sent_to(head) == place  # whether we may go there is the guard's business


@pytest.mark.parametrize(
    "head",
    [
        "",
        '<meta http-equiv="refresh" content="300">',
        '<meta http-equiv="refresh" content="6; url=/c">',
        '<meta http-equiv="refresh" content="0; url=/a/b#top">',
        '<meta http-equiv="refresh" content="0; url=">',
        '<meta http-equiv="refresh">',
        '<meta http-equiv="refresh" content="soon; url=/c">',
        '<noscript><meta http-equiv="refresh" content="0; url=/noscript"></noscript>',
        '<!--[if lt IE 9]><meta http-equiv="refresh" content="0; url=/old"><![endif]-->',
        """<script>x = '<meta http-equiv="refresh" content="0; url=/c">'</script>""",
        '<meta name="description" content="0; url=/c"><p>refresh',
        '<meta http-equiv="refresh" content="0; url=http://[">',
    ],
)
def test_all_others_stay(head: str) -> None:
    assert sent_to(head) is None
