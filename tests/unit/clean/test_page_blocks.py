from __future__ import annotations

import numpy as np
import pytest
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import counts, cues, measures, punctuation, signs, walk
from wireroom.clean.blocks import Block, Blocks, Element

ABOUT = measures.About()
LONG = "The ferry between the two islands will run again from Monday, the office said."


def read(body: str) -> Blocks:
    return walk.blocks(LexborHTMLParser(f"<html><body>{body}</body></html>"))


def column(name: str, measured: measures.Measured) -> list[int]:
    found: list[int] = measured.columns[measures.NAMES.index(name)].tolist()
    return found


def texts(body: str) -> list[str]:
    return [block.text for block in read(body).found]


def held(name: str, block: Block) -> bool:
    return bool(block.element.signs >> signs.ALL.index(name) & 1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>One <b>two</b><i>three</i> four.</p>", ["One twothree four."]),
        ("<p>One</p>\n\n<p> Two </p>", ["One", "Two"]),
        ("<div>One<p>Two</p>Three</div>", ["One", "Two", "Three"]),
        ("<p>One<br>two</p>", ["One two"]),
        ("<p>One<br> <br/>two</p>", ["One", "two"]),
        ("<p>One<br>two<br>three</p>", ["One two three"]),
        ("One<hr>two", ["One", "two"]),
        ("<p>A<script>x</script><style>y</style><!-- z -->B</p>", ["AB"]),
        ("<div>One<x-ad></x-ad>two</div>", ["One", "two"]),
        ("<p>One <x-link>two</x-link> three</p>", ["One two three"]),
        ("<table><tr><td>1</td><td><p>2</p></td></tr></table>", ["1 | 2"]),
        ("<table><tr><td>1<p>2</p></td><td>3</td></tr></table>", ["1", "2", "3"]),
        (f"<table><tr><td>1</td><td>{LONG * 4}</td></tr></table>", ["1", LONG * 4]),
        (
            "<table><tr><td>1</td><td><table><tr><td>2<td>3</table></td></tr></table>",
            ["1", "2 | 3"],
        ),
        ("<p> \n </p><div></div>", []),
        ("<ul><li>One<ul><li>Two</li></ul>Three</li></ul>", ["One", "Two", "Three"]),
        ("<p>One<p>Two", ["One", "Two"]),
        ("<nav><p>Menu</p></nav><p>One</p><footer><p>Imprint</p></footer>", ["One"]),
        ("<article><p>One</p><footer>Source: Two</footer></article>", ["One", "Source: Two"]),
        ("<textarea>x</textarea><noscript>y</noscript><svg><text>z</text></svg>", []),
    ],
)
def test_a_page_falls_into_blocks(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_a_row_that_never_ends_stays_cells() -> None:
    for count, expected in ((walk.MOST_CELLS, 1), (walk.MOST_CELLS + 1, walk.MOST_CELLS + 1)):
        assert len(texts(f"<table><tr>{'<td>x</td>' * count}</tr></table>")) == expected


def test_links_bold_and_italic_characters_are_counted() -> None:
    (block,) = read("<p><a href='/x'>linked</a> <b>bold</b> and <em>it<b>b</b></em></p>").found
    assert (block.linked, block.bold, block.italic, block.links) == (6, 5, 3, 1)


def test_a_block_inside_a_link_is_linked() -> None:
    first, second = read("<a href='/x'><p>One</p><p>Two</p></a>").found
    assert (first.linked, second.linked, second.links) == (3, 3, 1)


def test_a_block_knows_where_its_links_lead() -> None:
    (block,) = read("<p><a href='mailto:a@b.example'>Write</a> to us</p>").found
    assert block.targets == ("mailto:a@b.example",)


def test_signs_come_from_names_and_tags_and_hold_for_all_below() -> None:
    (block,) = read("<aside class='RelatedPosts js-x'><div><p>One</p></div></aside>").found
    assert held("related", block)
    assert held("<aside>", block)
    assert not held("comment", block)
    assert block.element.own == 0


def test_what_is_hidden_is_not_read_unless_it_is_kept_for_subscribers() -> None:
    for name, expected in (("x", ["Seen"]), ("subscriber-only", ["Seen", "Unseen"])):
        style = f"class='{name}' style='color:red;Display : NONE'"
        assert texts(f"<p>Seen</p><div {style}><p>Unseen</p></div>") == expected


def test_what_is_in_something_hidden_is_hidden_however_deep_and_what_follows_is_not() -> None:
    hidden = "<div style='display:none'>A<ul><li>B<p>C</p></li></ul><p>D</p></div>"
    page = read(f"<section>{hidden}<p>Seen</p></section>")
    assert [block.text for block in page.found] == ["Seen"]
    assert [element.tag for element in page.elements] == ["body", "section", "p"]


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("commentList", "comment"),
        ("entry-content", "body"),
        ("c-newsletter__box", "subscribe"),
        ("AD_slot", "ad"),
        ("figcaption", ""),
        ("shadow", ""),
    ],
)
def test_words_of_a_name_are_signs(name: str, sign: str) -> None:
    found = [signs.ALL[bit] for bit in range(len(signs.ALL)) if signs.of_name(name) >> bit & 1]
    assert (sign in found) if sign else not found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Read also: the harbour opens", ""),
        ("Related stories", "related"),
        ("Sign in or subscribe to go on", "subscribe"),
        ("Photo: Ann Lee", "credit"),
        ("We use cookies on this page", "consent"),
        ("The council met on Monday", ""),
    ],
)
def test_a_cue_is_known_by_its_words(text: str, kind: str) -> None:
    cue = cues.of([text])[0][0]
    if kind:
        assert cues.KINDS[cue - 1] == kind
    elif cue:
        assert cues.KINDS[cue - 1] in ("more", "related")


def test_words_of_a_paper_about_itself_are_counted() -> None:
    texts = [
        "Subscribe to our newsletter.",
        "The council met.",
        "x" * 1_000,
        "We thank you, readers",
    ]
    assert [of[1:] for of in cues.of(texts)] == [(2, 1), (0, 0), (0, 0), (1, 2)]
    assert [cues.of([text])[0] for text in texts] == cues.of(texts)


def test_a_page_deeper_than_any_for_people_is_read_flat() -> None:
    deep = walk.DEEPEST + 50
    page = read("<div>" * deep + "<p>Deep</p>" + "</div>" * deep)
    assert [block.text for block in page.found] == ["Deep"]
    assert max(element.depth for element in page.elements) == walk.DEEPEST


def test_what_comes_after_too_many_blocks_is_not_looked_at() -> None:
    assert len(read("<p>x</p>" * (walk.MOST_BLOCKS + 500)).found) == walk.MOST_BLOCKS


def test_numbers_fit_into_sixteen_bits_whatever_the_page() -> None:
    body = f"<div><p>{'word, ' * 40_000}</p>" + "<p>x y z.</p>" * 3_000 + "</div>"
    measured = measures.of(read(body), ABOUT)
    assert measured.columns.shape == (len(measures.NAMES), len(measured.places))
    assert measured.columns.dtype == np.int16
    assert measured.columns.min() >= -50  # what overflows becomes negative
    assert column("page_chars", measured)[0] == counts.LARGEST


def test_names_of_columns_are_different() -> None:
    assert len(set(measures.NAMES)) == len(measures.NAMES)


def test_blocks_that_are_links_alone_have_no_row() -> None:
    body = "<p>Text that is not linked.</p><p><a href='/x'>A link alone</a></p><h2><a>Head</a></h2>"
    measured = measures.of(read(body), ABOUT)
    assert measured.places == [0, 2]


def test_a_chinese_character_says_what_three_letters_say() -> None:
    def chars(text: str) -> int:
        return column("chars", measures.of(read(f"<p>{text}</p>"), ABOUT))[0]

    assert chars("市议会星期一开会。" * 4) == 3 * 36
    assert chars("The council met. " * 4) == 67


def test_an_empty_page_has_no_blocks() -> None:
    assert measures.of(read(""), ABOUT).places == []
    assert measures.of(Blocks(), ABOUT).columns.shape == (len(measures.NAMES), 0)


def test_marks_are_counted_for_all_texts_at_once() -> None:
    texts = ["One, two; “three”. Four!", "x", "市议会，星期一、开会。🚢", "?" * 9_000, '"، "']
    expected = [[3, 0, 0, 0, 1], [1, 0, 2, 0, 1], [2, 0, 1, 8_000, 0], [2, 0, 0, 0, 2]]
    assert punctuation.of(texts).tolist() == expected


def test_elements_hold_the_blocks_that_stand_in_them() -> None:
    page = read("<p>0</p><div><p>1</p><div>2<p>3</p></div>4</div><section></section><p>5</p>")
    held = [(e.tag, e.start, e.end) for e in page.elements if e.end > e.start]
    assert held == [
        *[("body", 0, 6), ("p", 0, 1), ("div", 1, 5), ("p", 1, 2), ("div", 2, 4), ("p", 3, 4)],
        ("p", 5, 6),
    ]


def test_elements_of_one_template_are_alike() -> None:
    page = read("<ul><li class='x'>1</li><li class='x'>2</li><li>3</li></ul><li class='x'>4</li>")
    one, two, three, four = (block.element.alike for block in page.found)
    assert one == two
    assert len({one, three, four}) == 3


def test_a_comment_is_known_by_what_it_has_apart_from_the_title() -> None:
    comments = f"<div class='comments'><p>{LONG}</p></div>"
    body = f"<div class='has-comments'><h1>The ferry runs again</h1><p>{LONG}</p>{comments}</div>"
    measured = measures.of(read(body), ABOUT)
    assert column("in_comment", measured) == [1, 1, 1]
    assert column("apart_comment", measured) == [0, 0, 1]
    assert column("to_title", measured) == [0, 1, 2]


def test_a_second_article_on_the_page_is_counted() -> None:
    one = f"<article><h1>A headline of its own</h1><p>{LONG}</p></article>"
    measured = measures.of(read(one * 3), ABOUT)
    assert column("articles", measured) == [0, 0, 1, 1, 2, 2]
    assert column("h1s", measured) == [1, 1, 2, 2, 3, 3]


def test_what_is_around_a_block_is_measured() -> None:
    body = f"<p>{LONG}</p><h2>Heading</h2><p>{LONG}</p><hr><p>Short.</p><p>{LONG}</p>"
    measured = measures.of(read(body), ABOUT)
    assert column("to_previous", measured) == [99, 1, 2, 1, 2]
    assert column("to_next", measured) == [2, 1, 2, 1, 99]
    assert column("since_heading", measured) == [99, 99, 0, 1, 2]
    assert column("since_rule", measured) == [99, 99, 99, 0, 1]
    assert column("chars_-1", measured) == [-1, len(LONG), 7, len(LONG), 6]
    assert column("chars_2", measured) == [len(LONG), 6, len(LONG), -1, -1]
    assert column("same_parent_next", measured) == [2, 2, 2, 2, 0]


def test_the_container_holds_most_of_the_text() -> None:
    page = read(f"<div><p>{LONG}</p></div><section><p>{LONG}</p><p>{LONG}</p></section>")
    counted = counts.Counts(page)
    assert page.elements[counted.best].tag == "section"


def test_shares_are_what_a_walk_up_the_tree_adds_up() -> None:
    body = f"<div><p>{LONG}</p><div><p>{LONG}</p><p><a href='/x'>{LONG}</a></p></div>Short</div>"
    page = read(body)
    under = counts.Counts(page).elements.under(counts.Counts(page).char_sums).tolist()
    added = [0] * len(page.elements)
    for block in page.found:
        at: Element | None = block.element
        while at is not None:
            added[at.place] += len(block.text)
            at = at.parent
    assert under == added
