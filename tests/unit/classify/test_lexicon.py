"""The lists themselves, and how their entries are found."""

from __future__ import annotations

import re

import pytest

from wireroom.classify import lexicon
from wireroom.classify.lexicon import parse
from wireroom.classify.topics import NAMES

LANGUAGES = sorted(lexicon.languages())


def found(lines: list[str], text: str, language: str = "en") -> list[tuple[str, str]]:
    return [
        (hit.entry.text, text[hit.start : hit.end]) for hit in parse(language, lines).hits(text)
    ]


def test_ten_languages_have_a_list() -> None:
    assert LANGUAGES == ["de", "en", "es", "fr", "it", "ja", "pt", "ru", "tr", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_has_a_known_code_and_each_code_one_line(language: str) -> None:
    lines = (lexicon.FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    codes = [line.split()[0] for line in lines if not line.startswith("#")]
    assert sorted(codes) == sorted(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_names_its_author_and_licence(language: str) -> None:
    with (lexicon.FOLDER / f"{language}.txt").open(encoding="utf-8") as file:
        assert re.match(r"# .*Wireroom; Apache-2\.0\.$", file.readline().strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_of_a_list_can_be_found(language: str) -> None:
    """A stem may be hidden by the same whole word with other topics, so it is tried longer too."""
    entries = lexicon.load(language)
    assert entries is not None
    lost = [
        entry.text
        for key, entry in (*entries.exact.items(), *entries.stems.items())
        if not any(set(entry.codes) & set(hit.entry.codes) for hit in entries.hits(f"{key} {key}x"))
    ]
    assert lost == []


def test_a_language_without_list_has_none() -> None:
    assert lexicon.load("und") is None
    assert lexicon.load("../en") is None


def test_a_stem_begins_a_word_and_a_dollar_ends_it() -> None:
    lines = ["15 goal$ footbal"]
    assert found(lines, "Footballers want a goal") == [
        ("footbal", "Footballers"), ("goal$", "goal"),
    ]  # fmt: skip
    assert found(lines, "goalless; unfootballed") == []


def test_the_longest_entry_wins_and_each_word_speaks_once_for_it() -> None:
    assert found(["04 bank", "03 banksl"], "bankslide banker") == [
        ("banksl", "bankslide"), ("bank", "banker"),
    ]  # fmt: skip


def test_a_phrase_beats_its_first_word_and_may_end_in_a_stem() -> None:
    lines = ["01 box_offic", "15 box$"]
    assert found(lines, "Box\nOffices") == [("box offic", "Box\nOffices")]
    assert found(lines, "The box. Officers came") == [("box$", "box")]


def test_a_phrase_of_four_words_is_found_and_one_of_five_is_refused() -> None:
    assert found(["15 man_of_the_match"], "Man of the match")
    with pytest.raises(ValueError, match="more than 4"):
        parse("en", ["15 a_b_c_d_e"])


def test_joined_words_are_looked_up_whole_then_by_part() -> None:
    assert found(["04 économi"], "l’économie", "fr") == [("économi", "l’économie")]
    assert found(["06 klima$", "01 hip-hop"], "Klima-Treffen Hip-Hop", "de") == [
        ("klima$", "Klima-Treffen"), ("hip-hop", "Hip-Hop"),
    ]  # fmt: skip


def test_turkish_has_two_letters_i() -> None:
    assert found(["14 ışık", "11 il$"], "IŞIKLAR İL", "tr") == [
        ("ışık", "IŞIKLAR"), ("il$", "İL"),
    ]  # fmt: skip


def test_without_spaces_an_entry_is_found_anywhere_the_longest_first() -> None:
    assert found(["01 映画 映画祭", "13 ai"], "東京映画祭でAIの話、maiは別", "ja") == [
        ("映画祭", "映画祭"), ("ai", "AI"),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["sport goal", "15", "1 goal"])
def test_a_line_without_code_or_entries_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="needs two digits"):
        parse("en", [line])


def test_the_version_is_short_and_the_same_each_time() -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", lexicon.version())
    assert lexicon.version() == lexicon.version()
