from __future__ import annotations

from datetime import UTC, datetime

from wireroom.clean.syndicated import parse

BODY = "The ferry between the two islands will run again from Monday, the harbour office said."


def test_a_page_date_is_never_the_publication_date() -> None:
    article = parse(f"{BODY}\nThursday, April 24, 2025")
    assert article.published_at is None
    assert article.text == BODY
    assert [r.rule for r in article.removed] == ["page_date"]


def test_a_title_is_never_made_up_and_what_nobody_says_is_empty() -> None:
    article = parse("The first line looks like a title\nBut it may be the first paragraph as well.")
    assert article.title is None
    assert article.authors == ()
    assert article.source is None
    assert article.canonical_url is None
    assert article.provenance == {"text": "text"}


def test_a_zone_that_is_written_down_is_kept() -> None:
    article = parse(f"{BODY}\nPublish date: 2025-02-08T23:30:00+09:00")
    assert article.published_at == datetime(2025, 2, 8, 14, 30, tzinfo=UTC)
    assert article.published_offset == 540
    assert not article.zone_assumed


def test_a_source_may_be_a_name_and_wins_over_the_host() -> None:
    assert parse(f"{BODY}\nSource: Island Press Agency").source == "Island Press Agency"
    assert parse(f"{BODY}\nSource link: https://www.a.example/1").source == "a.example"


def test_foreign_headlines_carry_their_language() -> None:
    tail = "Trending\n- Le gouvernement annonce une réforme des retraites pour l’automne prochain\n"
    tail += "- Police arrest three men after the robbery of a jewellery shop in the city"
    article = parse(f"{BODY}\n{tail}")
    assert [h.language for h in article.headlines] == ["fr", "en"]


def test_a_plain_text_says_what_its_lines_are() -> None:
    sentence = "The ferry between the two islands will run again from Monday, the office said."
    lines = [
        ("heading", "A pier for the two islands"),
        ("paragraph", sentence),
        ("paragraph", "Nobody laughed"),
        ("paragraph", "Then they did."),
        ("list_item", "- the hospital"),
        ("list_item", "- the school"),
        ("paragraph", "- one alone is none"),
    ]
    text = "\n".join(line for _, line in [*lines[:6], ("", sentence), lines[6]])
    found = parse(text)
    assert found.text == "\n".join(part.text for part in found.blocks)
    kinds = [(part.kind, part.text) for part in found.blocks if part.text != sentence]
    assert kinds == [line for line in lines if line[1] != sentence]
    assert {part.level for part in found.blocks if part.kind == "heading"} == {2}


def test_a_glued_heading_is_a_heading() -> None:
    text = (
        "The council voted on Thursday to pay for a new pier.A pier for both islandsThe ferry will "
        "run again from Monday, the harbour office said after the session of the council."
    )
    assert [part.kind for part in parse(text).blocks] == ["paragraph", "heading", "paragraph"]
