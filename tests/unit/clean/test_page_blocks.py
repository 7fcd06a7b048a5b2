from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from wireroom.clean import blocks, cues, measures, signs
from wireroom.clean.blocks import Block, Blocks

ABOUT = measures.About()


def read(body: str) -> Blocks:
    return blocks.read(LexborHTMLParser(f"<html><body>{body}</body></html>"))


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
        ("<p>Seen</p><p style='color:red;Display : NONE'>Unseen</p>", ["Seen"]),
        ("<div>One<x-ad></x-ad>two</div>", ["One", "two"]),
        ("<p>One <x-link>two</x-link> three</p>", ["One two three"]),
        ("<table><tr><td>1</td><td>2</td></tr></table>", ["1", "2"]),
        ("<p> \n </p><div></div>", []),
        ("<ul><li>One<ul><li>Two</li></ul>Three</li></ul>", ["One", "Two", "Three"]),
        ("<p>One<p>Two", ["One", "Two"]),
        ("<textarea>x</textarea><noscript>y</noscript><svg><text>z</text></svg>", []),
    ],
)
def test_a_page_falls_into_blocks(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_links_bold_and_italic_characters_are_counted() -> None:
    (block,) = read("<p><a href='/x'>linked</a> <b>bold</b> and <em>it<b>b</b></em></p>").found
    assert (block.linked, block.bold, block.italic, block.links) == (6, 5, 3, 1)


def test_a_block_inside_a_link_is_linked() -> None:
    first, second = read("<a href='/x'><p>One</p><p>Two</p></a>").found
    assert (first.linked, second.linked, second.links) == (3, 3, 1)


def test_the_target_of_a_link_is_known_by_its_address() -> None:
    (block,) = read("<p><a href='mailto:a@b.example'>Write</a> to us</p>").found
    assert signs.of_target(block.targets[0]) == 1 << signs.TARGETS.index("mail")


def test_signs_come_from_names_and_tags_and_hold_for_all_below() -> None:
    (block,) = read("<aside class='RelatedPosts js-x'><div><p>One</p></div></aside>").found
    assert held("related", block)
    assert held("<aside>", block)
    assert not held("comment", block)
    assert block.element.own == 0


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
    cue = cues.of(text)[0]
    if kind:
        assert cues.KINDS[cue - 1] == kind
    elif cue:
        assert cues.KINDS[cue - 1] in ("more", "related")


def test_a_page_deeper_than_any_for_people_is_read_flat() -> None:
    deep = blocks.DEEPEST + 50
    page = read("<div>" * deep + "<p>Deep</p>" + "</div>" * deep)
    assert [block.text for block in page.found] == ["Deep"]
    assert max(element.depth for element in page.elements) == blocks.DEEPEST


def test_what_comes_after_too_many_blocks_is_not_looked_at() -> None:
    assert len(read("<p>x</p>" * (blocks.MOST_BLOCKS + 500)).found) == blocks.MOST_BLOCKS


def test_numbers_fit_into_sixteen_bits_whatever_the_page() -> None:
    body = f"<div><p>{'word, ' * 20_000}</p>" + "<p>x y z.</p>" * 3_000 + "</div>"
    rows = measures.of(read(body), ABOUT).rows
    assert {len(row) for row in rows} == {len(measures.NAMES)}
    assert all(-32_768 <= number <= 32_767 for row in rows for number in row)


def test_names_of_columns_are_different() -> None:
    assert len(set(measures.NAMES)) == len(measures.NAMES)


def test_blocks_that_are_links_alone_have_no_row() -> None:
    body = "<p>Text that is not linked.</p><p><a href='/x'>A link alone</a></p><h2><a>Head</a></h2>"
    measured = measures.of(read(body), ABOUT)
    assert measured.places == [0, 2]


def test_a_chinese_character_says_what_three_letters_say() -> None:
    def chars(text: str) -> int:
        return measures.of(read(f"<p>{text}</p>"), ABOUT).rows[0][measures.NAMES.index("chars")]

    assert chars("市议会星期一开会。" * 4) == 3 * 36
    assert chars("The council met. " * 4) == 67


def test_an_empty_page_has_no_blocks() -> None:
    assert measures.of(read(""), ABOUT) == measures.Measured([], [])
    assert measures.of(Blocks(), ABOUT).rows == []
