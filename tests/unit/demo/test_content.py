"""The invented articles, and the text that an agency's feed would make of them."""

import pytest

from wireroom.demo.content import Article, Block, articles, as_syndicated, parse
from wireroom.language import identify

ARTICLES = articles()
NEWS = [a for name, a in ARTICLES.items() if name != "valdore-members"]
SYNDICATED = [a for a in NEWS if not a.outlet]


def named(article: Article) -> str:
    return article.name


def test_there_are_enough_articles_in_six_languages_on_many_topics() -> None:
    assert len(NEWS) >= 14
    assert {a.language for a in NEWS} == {"fr", "en", "de", "es", "ru", "ja"}
    assert len({a.topic for a in NEWS}) >= 12
    assert len(SYNDICATED) >= 6


@pytest.mark.parametrize("article", NEWS, ids=named)
def test_an_article_has_the_length_of_one(article: Article) -> None:
    text = "\n".join(article.paragraphs)
    if article.language == "ja":  # no spaces; two signs are about a word
        assert 360 <= len(text) <= 900
    else:
        assert 180 <= len(text.split()) <= 450


@pytest.mark.parametrize("article", NEWS, ids=named)
def test_an_article_is_in_the_language_that_its_file_names(article: Article) -> None:
    assert identify("\n".join(article.paragraphs)).code == article.language


@pytest.mark.parametrize("article", [a for a in NEWS if a.outlet], ids=named)
def test_a_page_has_title_author_section_and_a_time_with_its_zone(article: Article) -> None:
    assert article.title
    assert article.author
    assert article.section
    assert article.summary
    assert article.published.utcoffset() is not None
    assert article.path.startswith("/")


@pytest.mark.parametrize("article", SYNDICATED, ids=named)
def test_syndicated_text_has_one_line_of_body_and_then_the_trailer(article: Article) -> None:
    lines = as_syndicated(article).splitlines()
    assert lines[0] == "".join(article.paragraphs)
    assert lines[1] == f"Source link : {article.link}"
    assert lines[2:6] == [
        "Author :",
        f"Publish date : {article.published:%Y-%m-%d %H:%M:%S}",
        "Copyright for syndicated content belongs to the linked Source.",
        "Trending",
    ]
    assert 5 <= len(article.trending) <= 8
    assert lines[6:-1] == [f"- {headline}" for headline in article.trending]
    assert lines[-1] == article.page_date
    assert article.published.tzinfo is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_heading_is_glued_without_punctuation(language: str) -> None:
    found = [
        (before.text, block.text, after.text, as_syndicated(a))
        for a in SYNDICATED
        if a.language == language
        for before, block, after in zip(a.blocks, a.blocks[1:], a.blocks[2:], strict=False)
        if block.heading
    ]
    assert found
    for before, heading, after, text in found:
        assert heading[-1].isalpha()
        assert f"{before}{heading}{after}" in text


def test_a_file_is_head_paragraphs_headings_and_headlines() -> None:
    text = (
        "language: en\ntopic: sport\npublished: 2026-03-01 10:00:00\ntitle: Rain: play stopped\n\n"
        "First line\nof a paragraph.\n\n## A heading\n\nThe end.\n---\n- One\n- Deux\n"
    )
    article = parse("rain", text)
    assert article.title == "Rain: play stopped"
    assert article.blocks == (
        Block("First line of a paragraph."),
        Block("A heading", heading=True),
        Block("The end."),
    )
    assert article.trending == ("One", "Deux")


def test_a_head_line_without_colon_is_refused_with_the_name_of_the_file() -> None:
    with pytest.raises(ValueError, match=r"rain\.md: the head line 'topic sport'"):
        parse("rain", "language: en\ntopic sport\n\nText.")


def test_a_head_without_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no line 'language: …'"):
        parse("rain", "topic: sport\npublished: 2026-03-01\n\nText.")


def test_the_corrected_text_differs_from_the_first_and_stands_at_the_same_address() -> None:
    first, second = ARTICLES["kelderau-hochwasser"], ARTICLES["kelderau-hochwasser.revised"]
    assert (first.outlet, first.path) == (second.outlet, second.path)
    assert first.paragraphs != second.paragraphs
    assert second.modified is not None
