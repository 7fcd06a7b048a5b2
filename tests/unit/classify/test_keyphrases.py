"""Keyphrases. All texts are our own."""

from __future__ import annotations

from wireroom.classify.keyphrases import MOST, extract

TEXT = """The Harbour Bridge stays open. The council of Port Ellen voted against closing it to
lorries. Engineers had found cracks in the Harbour Bridge; the repair costs, they said, will be
high. Nobody in Port Ellen wants the repair costs to rise again in 2031."""


def texts(title: str | None, text: str, language: str) -> list[str]:
    return [phrase.text for phrase in extract(title, text, language)]


def test_names_and_repeated_phrases_come_first() -> None:
    found = texts("Harbour Bridge stays open", TEXT, "en")
    assert found[0] == "Harbour Bridge"
    assert {"Port Ellen", "repair costs"} <= set(found[:5])


def test_no_phrase_is_part_of_another_and_there_are_ten_at_most() -> None:
    found = [f" {phrase.lower()} " for phrase in texts(None, TEXT * 3, "en")]
    assert len(found) <= MOST
    assert not [(a, b) for a in found for b in found if a != b and a in b]


def test_no_phrase_crosses_punctuation_or_begins_with_a_stop_word_or_has_a_digit() -> None:
    for phrase in texts(None, TEXT, "en"):
        assert phrase in " ".join(TEXT.split())
        assert not phrase.lower().startswith(("the ", "of ", "in "))
        assert not any(char.isdigit() for char in phrase)


def test_scores_fall() -> None:
    scores = [phrase.score for phrase in extract(None, TEXT, "en")]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_a_capital_means_nothing_in_german() -> None:
    text = "Der Hafen bleibt offen. Die alte Hafenbrücke wird repariert, sagte Maria Beispiel."
    german = {phrase.text: phrase.score for phrase in extract(None, text, "de")}
    dutch = {phrase.text: phrase.score for phrase in extract(None, text, "nl")}
    assert dutch["Hafen"] > german["Hafen"]


def test_russian_phrases_are_found() -> None:
    text = "Город Нижний Тагил закрыл мост. Нижний Тагил будет его чинить."
    assert "Нижний Тагил" in texts(None, text, "ru")


def test_a_language_without_spaces_or_a_text_without_words_has_none() -> None:
    assert extract("橋", "古い橋は閉鎖される。", "ja") == ()
    assert extract(None, "", "en") == ()
    assert extract(None, "1234 … !!", "und") == ()
